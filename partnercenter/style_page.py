"""The living style page: every component of the look with believable content."""

import datetime as dt

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

SUBSCRIPTION_ID = "5b9b4b3e-4a1c-4c3b-9d9a-0f6f5b1f7c21"
LETTER_ZH = (
    "尊敬的客户：贵司账单 2026-1182（金额 ¥88,410.50）已逾期 12 天，"
    "请于 2026年12月1日前付款，以免订阅被暂停。"
)


class SampleForm(forms.Form):
    """One field of each sort, so that errors and help can be seen."""

    company = forms.CharField(label="Company", help_text="As on the business licence.")
    reason = forms.ChoiceField(
        label="Reason",
        choices=[("", "Choose…"), ("misuse", "Misuse"), ("customer_request", "Customer request")],
    )
    payment_terms = forms.ChoiceField(
        label="Payment terms",
        widget=forms.RadioSelect,
        choices=[("30", "30 days from issue"), ("fapiao", "30 days from fapiao delivery")],
    )
    review_on = forms.DateField(
        label="Review on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    tell_customer = forms.BooleanField(label="Tell the customer by e-mail", required=False)


class SampleFilter(forms.Form):
    """Filters as a list page has them."""

    name = forms.CharField(label="Name or domain", required=False)
    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[("", "Any"), ("active", "Active"), ("suspended", "Suspended")],
    )
    order = forms.ChoiceField(
        label="Order",
        required=False,
        choices=[("-overdue", "Most overdue first"), ("name", "Name")],
    )


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Show every component; reads nothing from the database."""
    return render(request, "partnercenter/style.html", sample_context())


def sample_context() -> dict[str, object]:
    """Return what `partnercenter/style.html` shows. Amounts and dates are invented."""
    return {
        "today": dt.date(2026, 11, 22),
        "letter": LETTER_ZH,
        "subscription_id": SUBSCRIPTION_ID,
        "form": SampleForm(),
        "faulty_form": SampleForm({"reason": "", "note": "逾期"}, auto_id="faulty_%s"),
        "filter_form": SampleFilter(auto_id="filter_%s"),
        "crumbs": [{"url": "/", "label": "Home"}, {"url": "/settings/", "label": "Settings"}],
        **_lists(),
        **_record(),
    }


def _lists() -> dict[str, object]:
    return {
        "chips": [
            {"url": "?", "label": "All", "count": 214, "is_current": False},
            {"url": "?overdue", "label": "Overdue", "count": 14, "is_current": True},
            {"url": "?suspended", "label": "Suspended", "count": 3, "is_current": False},
        ],
        "rows": [
            _row("上海云启科技有限公司", "cloudqi.cn", ("ok", "Active"), "¥ 84,330.00", 0),
            _row("Contoso 北京分公司", "contoso-bj.cn", ("warning", "Warned"), "¥ 88,410.50", 12),
            _row("Fabrikam Italia", "fabrikam.it", ("danger", "Suspended"), "€ 12,902.75", 38),
            _row("深圳市蓝海数据", "lanhai.cn", ("progress", "Unblocking…"), "¥ 402,118.00", 0),
            _row("Adventure Works", "adventure.example", ("neutral", "Not read yet"), "¥ 0.00", 0),
        ],
        "bulk_actions": [
            {"url": "?remind", "label": "Send reminder…"},
            {"url": "?suspend", "label": "Suspend…", "kind": "danger"},
        ],
        "ageing": [
            {"label": "Not due", "value": "¥ 2,911,040.00", "percent": 70},
            {"label": "1–30 days", "value": "¥ 402,118.00", "percent": 10, "kind": "warning"},
            {"label": "Over 30 days", "value": "¥ 88,410.50", "percent": 2, "kind": "danger"},
        ],
        "steps": [
            {
                "title": "Connect to Partner Center",
                "text": "Read on 21 Nov, 09:41",
                "is_done": True,
            },
            {
                "title": "Invite your people",
                "text": "Two people can approve for each other.",
                "is_current": True,
                "url": "#",
                "action": "Invite people",
            },
            {"title": "Import the first reconciliation file", "url": "#", "action": "Import"},
        ],
    }


def _row(
    name: str, domain: str, status: tuple[str, str], owed: str, days: int
) -> dict[str, object]:
    kind, label = status
    return {
        "name": name,
        "domain": domain,
        "kind": kind,
        "status": label,
        "owed": owed,
        "days": days,
    }


def _record() -> dict[str, object]:
    return {
        "tabs": [
            {"url": "#", "label": "Overview", "is_current": True},
            {"url": "#", "label": "Invoices", "count": 4},
            {"url": "#", "label": "Contacts"},
        ],
        "facts": [
            {"label": "Status", "value": "Suspended", "status": "danger", "note": "seen 09:41"},
            {"label": "Customer", "value": "Contoso 北京分公司", "url": "#"},
            {"label": "Subscription id", "value": SUBSCRIPTION_ID, "copy_id": "fact-subscription"},
            {"label": "Seats", "value": 48},
        ],
        "timeline": [
            {
                "what": "Suspended for non-payment",
                "who": "王芳",
                "when": "22 Nov 2026, 10:31",
                "why": "账单 2026-1182 逾期 20 天，两次提醒未付款。",
                "kind": "danger",
            },
            {"what": "Warning delivered", "who": "", "when": "12 Nov 2026, 09:02"},
            {
                "what": "Payment of ¥ 10,000.00 recorded",
                "who": "林小明",
                "when": "10 Nov 2026, 15:20",
                "url": "#",
                "kind": "ok",
            },
        ],
        "confirm_facts": [
            {"label": "Subscription", "value": "Microsoft 365 E3, 48 seats"},
            {"label": "Customer", "value": "Contoso 北京分公司", "note": "MPN 4390934"},
            {"label": "Data is deleted", "value": "not later than 21 Jan 2027"},
            {"label": "Way back", "value": "Unblock, at any hour, by one person"},
        ],
        "effects": [
            "48 people can no longer sign in.",
            "Administrators can still sign in.",
            "Data is kept for 60 days; after that 21Vianet deletes it.",
        ],
        "warnings": ["A receipt of ¥ 50,000.00 without a customer could be theirs."],
    }
