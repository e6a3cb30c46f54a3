"""Price rules: the list with the form for a new one, changing and removing."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing import price_rules
from billing.files import presenting
from billing.files.forms import PriceRuleForm
from billing.models import PriceRule
from partners.access import can
from partners.forms import ReasonForm
from partners.http import PortalRequest, ensure, list_view, posted, record_view
from partners.lists import list_page
from partners.permissions import Permission


@require_http_methods(["GET", "POST"])
@list_view(Permission.SEE_PARTNER_BILL)
def index(request: PortalRequest) -> HttpResponseBase:
    """The partner's rules; a POST adds one."""
    new = PriceRule(partner=request.partner)
    if request.method != "POST":
        return _index_page(request, PriceRuleForm(instance=new, of_partner=request.partner))
    ensure(request.user, Permission.RECORD_MONEY, request.partner)
    if request.POST.get("partner") != str(request.partner.pk):
        message = _("You have switched to another partner since. Nothing was changed.")
        return render(request, "409.html", {"message": message}, status=409)
    form = PriceRuleForm(request.POST, instance=new, of_partner=request.partner)
    if not form.is_valid():
        return _index_page(request, form, status=422)
    _save(request, form)
    return redirect("billing:price_rules")


def _index_page(request: PortalRequest, form: PriceRuleForm, status: int = 200) -> HttpResponse:
    rules = PriceRule.objects.of_partner(request.partner).select_related("customer", "partner")
    page = list_page(request, rules, ["-id"])
    context = {
        "form": form,
        "page": page,
        "rows": [(rule, presenting.rule_value(rule)) for rule in page.rows],
        "may_record": can(request.user, Permission.RECORD_MONEY, request.partner),
    }
    return render(request, "billing/reconciliation_price_rules.html", context, status=status)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def edit(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Change one rule."""
    rule = _rule_of(request, pk)
    form = PriceRuleForm(posted(request), instance=rule, of_partner=rule.partner)
    if request.method == "POST" and form.is_valid():
        _save(request, form)
        return redirect("billing:price_rules")
    context = {
        "title": _("Change price rule"),
        "form": form,
        "verb": _("Save"),
        "cancel_url": reverse("billing:price_rules"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "billing/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def remove(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Remove one rule."""
    rule = _rule_of(request, pk)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        price_rules.remove_rule(rule, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("The price rule was removed."))
        return redirect("billing:price_rules")
    context = {
        "title": _("Remove price rule?"),
        "facts": [
            {"label": _("Customer"), "value": rule.customer or _("Every customer")},
            {"label": _("Offer"), "value": rule.offer_id or _("Every offer")},
            {"label": rule.get_kind_display(), "value": presenting.rule_value(rule)},
        ],
        "effects": [_("Files imported from now on don't use it. Invoices stay as they are.")],
        "form": form,
        "verb": _("Remove"),
        "cancel_url": reverse("billing:price_rules"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "billing/confirm.html", context, status=status)


def _rule_of(request: PortalRequest, pk: int) -> PriceRule:
    rules = PriceRule.objects.for_user(request.user, Permission.RECORD_MONEY)
    return get_object_or_404(rules.select_related("partner", "customer"), pk=pk)


def _save(request: PortalRequest, form: PriceRuleForm) -> None:
    rule = form.save(commit=False)
    rule.customer = form.cleaned_data["customer"]
    price_rules.save_rule(rule, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("The price rule was saved."))
