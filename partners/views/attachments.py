"""Files kept with records: having one, keeping another, and taking one back."""

from typing import Any

import structlog
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET, require_http_methods

from partners import attachments
from partners.access import partner_ids_where
from partners.attachments import presenting
from partners.attachments.registry import KeepsNoFiles, Rights, rights_of
from partners.forms import ReasonForm, UploadForm
from partners.http import MissingPermission, PortalRequest, posted, record_view
from partners.models import Attachment
from partners.nudges import nudge
from partners.permissions import Permission

READ = Permission.SEE_CUSTOMERS
logger = structlog.get_logger(__name__)


@require_GET
@csp_override({"default-src": [CSP.NONE], "sandbox": True})  # type: ignore[dict-item]  # no values
@record_view(READ)
def attachment(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The file itself, always as a download; nothing while it is in quarantine or withdrawn."""
    found, _record = _visible(request, pk)
    if not found.is_served:
        raise Http404
    try:
        content = found.content.open("rb")
    except FileNotFoundError as error:
        logger.exception("attachment_lost", attachment=found.pk)
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=True, filename=found.name, content_type=found.media_type
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "POST"])
@record_view(READ)
def attach(request: PortalRequest, kind: str, subject: int) -> HttpResponse:
    """Keep a file with a record, and go back to the record's page."""
    record = _subject(request, kind, subject)
    _ensure_may_change(request, rights_of(kind), record)
    is_post = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_post else UploadForm()
    if form.is_bound and form.is_valid():
        try:
            kept = _keep(request, record, form)
        except attachments.FileRefused as refusal:
            form.add_error("file", refusal.words)
        else:
            messages.success(request, _("Kept as “%(name)s”.") % {"name": kept.name})
            return redirect(record.get_absolute_url())
    context = {"form": form, "record": record, "back": record.get_absolute_url()}
    return render(request, "partners/attach.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@record_view(READ)
def withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a file back: a dialog that asks why."""
    found, record = _visible(request, pk)
    _ensure_may_change(request, rights_of(found.subject_kind), record)
    back = record.get_absolute_url()
    form = ReasonForm(posted(request))
    if found.is_withdrawn:
        messages.info(request, _("The file was withdrawn already."))
        return redirect(back)
    if form.is_bound and form.is_valid():
        attachments.withdraw(found, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("“%(name)s” is withdrawn.") % {"name": found.name})
        return redirect(back)
    context = {"form": form, "cancel_url": back, **presenting.withdrawal(found)}
    status = 422 if form.is_bound else 200
    return render(request, "partners/confirm.html", context, status=status)


def _keep(request: PortalRequest, record: Any, form: UploadForm) -> Attachment:
    kept = attachments.store(
        record,
        record.partner,
        getattr(record, "customer_id", None),
        form.cleaned_data["file"],
        by=request.user,
        reason=form.cleaned_data["note"] or "kept with the record",
    )
    nudge("partners.tasks.scan_files")
    return kept


def _visible(request: PortalRequest, pk: int) -> tuple[Attachment, Any]:
    """The file with its record, or 404 when that is not the person's or not for them to read."""
    mine = Attachment.objects.filter(partner__in=partner_ids_where(request.user, READ))
    found = get_object_or_404(mine.select_related("partner", "uploaded_by"), pk=pk)
    return found, _subject(request, found.subject_kind, found.subject_id)


def _subject(request: PortalRequest, kind: str, key: int | str) -> Any:
    try:
        rights = rights_of(kind)
    except KeepsNoFiles as error:
        raise Http404 from error
    mine = rights.model._default_manager.filter(partner__in=partner_ids_where(request.user, READ))
    record: Any = get_object_or_404(mine.select_related("partner__settings"), pk=key)
    if not rights.may_read(request.user, record.partner, record):
        raise Http404
    return record


def _ensure_may_change(request: PortalRequest, rights: Rights, record: Any) -> None:
    if not rights.may_change(request.user, record.partner, record):
        raise MissingPermission(rights.to_change)
