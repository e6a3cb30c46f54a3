"""The dialogs that move a request: file, answer, close, reopen."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners import calendar, clock
from partners.http import PortalRequest, posted, record_view
from partners.permissions import Permission
from service_requests import lifecycle, rules, wording
from service_requests.access import ensure_may_file
from service_requests.forms import CloseForm, FileForm, ReopenForm, ResolveForm
from service_requests.models import ServiceRequest, Severity
from service_requests.views.pieces import facts_of
from service_requests.views.record import conflict, visible

READ = Permission.SEE_CUSTOMERS


@require_http_methods(["GET", "POST"])
@record_view(READ)
def file(request: PortalRequest, pk: int) -> HttpResponse:
    """Record that the request was filed at 21Vianet."""
    found = _movable(request, pk)
    today = clock.business_date(found.partner)
    check = rules.first_check(Severity(found.severity), today, calendar.of(found.partner))
    form = FileForm(posted(request), today=today, initial={"next_check_on": check})

    def move() -> None:
        lifecycle.file(
            found,
            reference=form.cleaned_data["reference"],
            next_check_on=form.cleaned_data["next_check_on"],
            by=request.user,
            reason=_("filed at 21Vianet by hand; service health was checked first"),
        )

    gaps = _("The text still has places to fill in, marked %(gap)s.") % {"gap": wording.GAP}
    return _dialog(
        request,
        found,
        form,
        move,
        title=_("Record as filed at 21Vianet"),
        verb=_("Record as filed"),
        effects=[_("The text can't be changed any more; notes can be added.")],
        warnings=[gaps] if wording.has_gaps(found) else [],
    )


@require_http_methods(["GET", "POST"])
@record_view(READ)
def resolve(request: PortalRequest, pk: int) -> HttpResponse:
    """Record 21Vianet's answer."""
    found = _movable(request, pk)
    form = ResolveForm(posted(request))

    def move() -> None:
        answer = form.cleaned_data["answer"]
        lifecycle.resolve(found, answer=answer, by=request.user, reason=_("21Vianet has answered"))

    return _dialog(
        request,
        found,
        form,
        move,
        title=_("Record 21Vianet's answer"),
        verb=_("Record as resolved"),
        effects=[_("The answer is kept as a note."), _("Then tell the customer, and close.")],
    )


@require_http_methods(["GET", "POST"])
@record_view(READ)
def close(request: PortalRequest, pk: int) -> HttpResponse:
    """Record how and when the customer was told, or why there was nobody to tell."""
    found = _movable(request, pk)
    now = clock.now().astimezone(found.partner.zone).replace(tzinfo=None)
    form = CloseForm(posted(request), partner=found.partner, initial={"told_at": now})

    def move() -> None:
        nobody = form.cleaned_data["nobody_to_tell"]
        why = _("the customer was told") if form.told else nobody
        lifecycle.close(found, told=form.told, nobody_to_tell=nobody, by=request.user, reason=why)

    effects = [_("The request leaves the list of open ones. It can be reopened.")]
    if found.is_draft:
        effects.insert(0, _("It was never filed at 21Vianet and is discarded."))
    return _dialog(
        request,
        found,
        form,
        move,
        title=_("Discard the draft") if found.is_draft else _("Close the request"),
        verb=_("Discard") if found.is_draft else _("Close"),
        effects=effects,
    )


@require_http_methods(["GET", "POST"])
@record_view(READ)
def reopen(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a resolved or closed request up again."""
    found = _movable(request, pk)
    today = clock.business_date(found.partner)
    check = rules.first_check(Severity(found.severity), today, calendar.of(found.partner))
    form = ReopenForm(posted(request), today=today, initial={"next_check_on": check})

    def move() -> None:
        lifecycle.reopen(
            found,
            next_check_on=form.cleaned_data["next_check_on"],
            by=request.user,
            reason=form.cleaned_data["reason"],
        )

    return _dialog(
        request,
        found,
        form,
        move,
        title=_("Reopen the request"),
        verb=_("Reopen"),
        effects=[_("A filed request is in progress again; one never filed is a draft again.")],
    )


def _movable(request: PortalRequest, pk: int) -> ServiceRequest:
    found = visible(request, pk)
    ensure_may_file(request.user, found)
    return found


def _dialog(
    request: PortalRequest,
    found: ServiceRequest,
    form: forms.Form,
    move: Callable[[], None],
    **words: object,
) -> HttpResponse:
    """Ask, move, and go back to the request; 409 when it has moved on meanwhile."""
    if request.method == "POST" and form.is_valid():
        try:
            move()
        except (lifecycle.InvalidTransition, lifecycle.WrongDoor):
            return conflict(request)
        messages.success(request, _("Recorded."))
        return redirect(found)
    context = {
        **words,
        "form": form,
        "service_request": found,
        "facts": facts_of(found, clock.business_date(found.partner)),
        "cancel_url": found.get_absolute_url(),
        "is_safe": True,
    }
    status = 422 if form.is_bound else 200
    return render(request, "service_requests/move.html", context, status=status)
