"""Who is known to pay for whom: the list, and forgetting one."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from billing import payers
from billing.models import PayerAlias
from billing.views import dialogs
from partners.access import can
from partners.forms import ReasonForm
from partners.http import PortalRequest, list_view, posted, record_view
from partners.lists import list_page
from partners.permissions import Permission

NEWEST_FIRST = ("-id",)


@require_GET
@list_view(Permission.SEE_RECEIVABLES)
def index(request: PortalRequest) -> HttpResponse:
    """The payers the portal knows, newest first; of one customer if the address names it."""
    known = PayerAlias.objects.of_partner(request.partner)
    customer = request.GET.get("customer", "")
    if customer.isdecimal():
        known = known.filter(customer_id=int(customer))
    page = list_page(
        request, known.select_related("customer", "learned_from", "learned_by"), NEWEST_FIRST
    )
    may_record = can(request.user, Permission.RECORD_MONEY, request.partner)
    context = {"page": page, "may_record": may_record}
    return render(request, "billing/payers.html", context)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def forget(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Suggest a customer no more for a payer."""
    mine = PayerAlias.objects.for_user(request.user, Permission.RECORD_MONEY)
    alias = get_object_or_404(mine.select_related("customer"), pk=pk)
    form = ReasonForm(posted(request))

    def act() -> None:
        payers.forget(alias, by=request.user, reason=form.cleaned_data["reason"])

    dialog = {
        "title": _("Forget this payer?"),
        "facts": [
            {"label": _("Payer"), "value": str(alias)},
            {"label": _("Customer"), "value": alias.customer.company},
        ],
        "effects": [_("The customer is suggested no more for this payer. No payment is changed.")],
        "verb": _("Forget"),
        "cancel_url": reverse("billing:payers"),
    }
    done = _("The payer is forgotten.")
    return dialogs.answer(request, form, act, dialog, done=done, refusals={}, then=None)
