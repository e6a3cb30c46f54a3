"""One request: its page, changing the draft, notes, and how it stands at 21Vianet."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners import clock
from partners.attachments import presenting
from partners.http import PortalRequest, posted, record_view
from partners.panels import timeline
from partners.permissions import Permission
from service_requests import lifecycle, rules, services, wording
from service_requests.access import (
    ensure_may_annotate,
    ensure_may_file,
    may_annotate,
    may_file,
    may_read,
)
from service_requests.forms import FollowUpForm, NoteForm, WordsForm
from service_requests.labels import row
from service_requests.models import Kind, ServiceRequest, Side, Status, Topic
from service_requests.views.pieces import bill_facts, facts_of, moves_of

READ = Permission.SEE_CUSTOMERS


def visible(request: PortalRequest, pk: int) -> ServiceRequest:
    """The request, or 404 when it is not the person's."""
    found = ServiceRequest.objects.for_user(request.user, READ).for_list()
    return get_object_or_404(found.select_related("told_by", "filed_by", "created_by"), pk=pk)


def conflict(request: PortalRequest) -> HttpResponse:
    """The request has moved on since the page was shown."""
    message = _("The request has moved on since you opened the page.")
    return render(request, "409.html", {"message": message}, status=409)


@require_GET
@record_view(READ)
def detail(request: PortalRequest, pk: int) -> HttpResponse:
    """Everything about one request, and what can be done next."""
    return _page(request, visible(request, pk))


def _page(
    request: PortalRequest,
    found: ServiceRequest,
    *,
    note_form: NoteForm | None = None,
    follow_up_form: FollowUpForm | None = None,
) -> HttpResponse:
    user, today = request.user, clock.business_date(found.partner)
    is_readable, may_move = may_read(user, found), may_file(user, found)
    context = {
        "row": row(found, user, today),
        "service_request": found,
        "is_readable": is_readable,
        "facts": facts_of(found, today) + (bill_facts(found) if is_readable else []),
        "moves": moves_of(found) if may_move else [],
        "steps": wording.way_to_file(found) if found.is_draft and is_readable else [],
        "needed_to_file": rules.permission_to_file(Kind(found.kind)).label,
        "may_file": may_move,
        "may_annotate": may_annotate(user, found),
        "notes": found.notes.select_related("by") if is_readable else [],
        "note_form": note_form or NoteForm(),
        "attachments": presenting.listing(found, found.partner, user),
        "timeline": timeline(found.partner, None, found, user=user),
    }
    if found.is_with_vianet and may_move:
        context["follow_up_form"] = follow_up_form or _follow_up_form(request, found)
    is_faulty = note_form is not None or follow_up_form is not None
    template = "service_requests/detail.html"
    return render(request, template, context, status=422 if is_faulty else 200)


def _follow_up_form(request: PortalRequest, found: ServiceRequest) -> FollowUpForm:
    return FollowUpForm(
        posted(request),
        standing=Status(found.status),
        today=clock.business_date(found.partner),
        initial={
            "standing": found.status,
            "reference": found.reference,
            "next_check_on": found.next_check_on,
        },
    )


@require_http_methods(["GET", "POST"])
@record_view(READ)
def edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Change the words of a draft."""
    found = visible(request, pk)
    ensure_may_annotate(request.user, found)
    form = WordsForm(
        posted(request),
        topic=Topic(found.topic),
        has_customer=found.customer_id is not None,
        initial={name: getattr(found, name) for name in WordsForm.base_fields},
    )
    if not found.is_draft:
        return conflict(request)
    if request.method == "POST" and form.is_valid():
        reason = _("rewritten in the portal")
        try:
            services.rewrite(found, form.cleaned_data, by=request.user, reason=reason)
        except services.AlreadyFiled:
            return conflict(request)
        messages.success(request, _("The draft is saved."))
        return redirect(found)
    context = {"form": form, "service_request": found}
    status = 422 if form.is_bound else 200
    return render(request, "service_requests/edit.html", context, status=status)


@require_POST
@record_view(READ)
def add_note(request: PortalRequest, pk: int) -> HttpResponse:
    """Keep what was said."""
    found = visible(request, pk)
    ensure_may_annotate(request.user, found)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, found, note_form=form)
    services.add_note(
        found,
        side=Side(form.cleaned_data["side"]),
        text=form.cleaned_data["text"],
        by=request.user,
        reason=_("noted in the portal"),
    )
    messages.success(request, _("The note is kept."))
    return redirect(found)


@require_POST
@record_view(READ)
def follow_up(request: PortalRequest, pk: int) -> HttpResponse:
    """Record how it stands at 21Vianet, its reference, and when to look again."""
    found = visible(request, pk)
    ensure_may_file(request.user, found)
    if not found.is_with_vianet:
        return conflict(request)
    form = _follow_up_form(request, found)
    if not form.is_valid():
        return _page(request, found, follow_up_form=form)
    try:
        _stand(found, form, request)
    except (lifecycle.InvalidTransition, services.NotWithVianet):
        return conflict(request)
    messages.success(request, _("Recorded."))
    return redirect(found)


def _stand(found: ServiceRequest, form: FollowUpForm, request: PortalRequest) -> None:
    by, reason = request.user, _("followed up in the portal")
    services.follow_up(
        found,
        reference=form.cleaned_data["reference"],
        next_check_on=form.cleaned_data["next_check_on"],
        by=by,
        reason=reason,
    )
    if form.cleaned_data["standing"] == Status.IN_PROGRESS:
        lifecycle.progress(found, by=by, reason=reason)
    if form.cleaned_data["standing"] == Status.ATTENTION_NEEDED:
        lifecycle.need_attention(found, by=by, reason=reason)
