"""Cleans what people type about requests. Dates are dates in the partner's zone."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners import clock
from partners.models import Partner
from service_requests import rules
from service_requests.lifecycle import Told
from service_requests.models import Kind, Severity, Side, Status, ToldBy, Topic

ORDERS = {"newest": ["-id"], "check": ["check_order", "-id"]}


def _any[T](choices: list[tuple[str, T]]) -> list[tuple[str, Any]]:
    return [("", _("Any")), *choices]


class RequestFilter(forms.Form):
    """The filters of the list, kept in the address."""

    q = forms.CharField(
        label=_("Customer or 21Vianet's reference"),
        required=False,
        max_length=100,
        widget=forms.SearchInput,
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=_any(Kind.choices))
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("unfinished", _("Not closed")), *Status.choices, ("all", _("Any"))],
    )
    topic = forms.ChoiceField(label=_("Topic"), required=False, choices=_any(Topic.choices))
    check = forms.ChoiceField(
        label=_("Next check"),
        required=False,
        choices=_any([("due", _("Today or missed")), ("overdue", _("Missed"))]),
    )
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("newest", _("Newest first")), ("check", _("Next check first"))],
    )


class WordsForm(forms.Form):
    """The words of a request, as they will be pasted into 21Vianet's form."""

    kind = forms.ChoiceField(
        label=_("Where it is filed"),
        choices=Kind.choices,
        help_text=_("Fraud concerns and billing disputes are filed on behalf of the customer."),
    )
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    title = forms.CharField(label=_("Title"), max_length=200)
    text = forms.CharField(
        label=_("Text in English"),
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 14, "lang": "en"}),
        help_text=_("Replace every […]. Name no amounts unless the topic is about a bill."),
    )
    text_zh = forms.CharField(
        label=_("Text in Chinese"),
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 14, "lang": "zh-Hans"}),
    )

    def __init__(self, *args: Any, topic: Topic, has_customer: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [kind for kind in rules.DOORS[topic] if has_customer or kind != Kind.CUSTOMER]
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("text") and not cleaned.get("text_zh"):
            self.add_error("text", _("Write the text in English, in Chinese, or in both."))
        return cleaned


class DraftForm(WordsForm):
    """A new request: with the key that makes sending twice harmless, and the partner shown."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    partner = forms.IntegerField(widget=forms.HiddenInput)


class _NextCheckForm(forms.Form):
    """A form that asks when to look again."""

    next_check_on = forms.DateField(
        label=_("Next check on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("21Vianet sends no news to the portal. On this day the request is on Home."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["next_check_on"].widget.attrs["min"] = today.isoformat()

    def clean_next_check_on(self) -> date:
        chosen: date = self.cleaned_data["next_check_on"]
        if chosen < self.today:
            raise forms.ValidationError(_("This day has passed. Choose today or later."))
        return chosen


class FileForm(_NextCheckForm):
    """That a person filed the request, and checked first that it had to be filed."""

    reference = forms.CharField(
        label=_("21Vianet's reference"),
        max_length=100,
        required=False,
        help_text=_("The number 21Vianet shows after submitting. It can be added later."),
    )
    is_checked_first = forms.BooleanField(
        label=_("Service health was checked, and we can't solve this ourselves."),
        help_text=_("21Vianet may ask for a remediation plan after needless requests."),
    )
    field_order = ("is_checked_first", "reference", "next_check_on")


class FollowUpForm(_NextCheckForm):
    """How it stands at 21Vianet."""

    standing = forms.ChoiceField(label=_("How it stands"))
    reference = forms.CharField(label=_("21Vianet's reference"), max_length=100, required=False)
    field_order = ("standing", "reference", "next_check_on")

    def __init__(self, *args: Any, standing: Status, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        later = [
            (Status.IN_PROGRESS.value, _("21Vianet is working on it")),
            (Status.ATTENTION_NEEDED.value, _("21Vianet waits for us")),
        ]
        first = [(Status.SUBMITTED.value, _("Submitted, no answer yet"))]
        self.fields["standing"].choices = (  # type: ignore[attr-defined]  # a ChoiceField
            first + later if standing is Status.SUBMITTED else later
        )


class NoteForm(forms.Form):
    """What was said, and by which side."""

    side = forms.ChoiceField(label=_("Who said it"), choices=Side.choices)
    text = forms.CharField(
        label=_("What was said"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ResolveForm(forms.Form):
    """21Vianet's answer."""

    answer = forms.CharField(
        label=_("What 21Vianet answered"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class CloseForm(forms.Form):
    """How the loop to the customer was closed."""

    told_how = forms.ChoiceField(
        label=_("How the customer was told"),
        required=False,
        choices=[("", _("Not told")), *ToldBy.choices],
    )
    told_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    nobody_to_tell = forms.CharField(
        label=_("If nobody was told: why there was nobody to tell"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner = partner
        self.fields["told_at"].help_text = partner.time_zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        how, moment = cleaned.get("told_how"), cleaned.get("told_at")
        why_not = cleaned.get("nobody_to_tell", "").strip()
        if bool(how) == bool(why_not):
            self.add_error(
                "told_how", _("Say how the customer was told, or why there was nobody to tell.")
            )
        elif how and not moment and not self.errors:
            self.add_error("told_at", _("Say when the customer was told."))
        elif how and moment and moment.replace(tzinfo=self.partner.zone) > clock.now():
            self.add_error("told_at", _("This moment has not come yet."))
        return cleaned

    @property
    def told(self) -> Told | None:
        """How and when, read as the partner's local time; None if nobody was told."""
        if not self.cleaned_data["told_how"]:
            return None
        moment = self.cleaned_data["told_at"].replace(tzinfo=self.partner.zone)
        return Told(how=self.cleaned_data["told_how"], at=moment)


class ReopenForm(_NextCheckForm):
    """Why it is taken up again."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    field_order = ("reason", "next_check_on")
