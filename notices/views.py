"""The page of one letter, its delivery recorded by hand, and sending it once more."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from notices import labels, lifecycle, services
from notices.forms import AgainForm, DeliveryForm
from notices.models import Notice, NoticeStatus
from notices.visibility import readable
from partners.access import can
from partners.http import PortalRequest, ensure, posted, record_view
from partners.nudges import nudge
from partners.panels import timeline
from partners.permissions import Permission

MAY_SEND_AGAIN = (NoticeStatus.FAILED, NoticeStatus.BOUNCED)


@require_GET
@record_view(Permission.SEE_CUSTOMERS)
def notice(request: PortalRequest, customer_id: int, pk: int) -> HttpResponse:
    """One letter, word for word, and whether it arrived."""
    found = _readable(request, customer_id, pk)
    context = {
        "notice": found,
        "label": labels.notice_label(found),
        "may_write": can(request.user, Permission.RECORD_MONEY, found.partner),
        "may_send_again": found.status in MAY_SEND_AGAIN and bool(found.address),
        "timeline": timeline(found.partner, None, found, user=request.user),
    }
    return render(request, "notices/notice.html", context)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def delivered(request: PortalRequest, customer_id: int, pk: int) -> HttpResponseBase:
    """Record by hand that a letter reached the customer."""
    found = _writable(request, customer_id, pk)
    form = DeliveryForm(posted(request))
    if form.is_bound and form.is_valid():
        proof = form.cleaned_data["proof"]
        services.record_delivery(found, proof=proof, by=request.user, reason=proof)
        messages.success(request, _("The delivery is recorded."))
        return redirect("notices:notice", customer_id, pk)
    context = {"notice": found, "form": form, "title": _("Record the delivery of this letter")}
    context["verb"] = _("Record the delivery")
    return render(request, "notices/form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def send_again(request: PortalRequest, customer_id: int, pk: int) -> HttpResponseBase:
    """Queue a letter that failed or came back once more."""
    found = _writable(request, customer_id, pk)
    form = AgainForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            lifecycle.send_again(found, by=request.user, reason=form.cleaned_data["reason"])
        except lifecycle.InvalidTransition:
            messages.info(request, _("This letter is on its way already."))
        else:
            nudge("notices.tasks.send_due")
            messages.success(request, _("The letter is queued again."))
        return redirect("notices:notice", customer_id, pk)
    context = {"notice": found, "form": form, "title": _("Send this letter again")}
    context["verb"] = _("Send again")
    return render(request, "notices/form.html", context, status=422 if form.is_bound else 200)


def _readable(request: PortalRequest, customer_id: int, pk: int) -> Notice:
    found = readable(request.user).select_related(
        "customer", "partner__settings", "created_by", "delivered_by"
    )
    return get_object_or_404(found, pk=pk, customer_id=customer_id)


def _writable(request: PortalRequest, customer_id: int, pk: int) -> Notice:
    found = _readable(request, customer_id, pk)
    ensure(request.user, Permission.RECORD_MONEY, found.partner)
    return found
