"""How the files of a record are shown, the same on every page."""

from dataclasses import dataclass

from django.db import models
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.attachments.keeping import of
from partners.attachments.registry import rights_of
from partners.attachments.sniffing import name_of
from partners.audit import subject_kind
from partners.formatting import moment_in
from partners.forms import UploadForm
from partners.models import Attachment, Partner, Scan, User

_TINTS = {
    Scan.NOT_SCANNED: "neutral",
    Scan.WAITING: "info",
    Scan.CLEAN: "success",
    Scan.INFECTED: "danger",
}


@dataclass(frozen=True)
class Row:
    """One file of the list. Without `url` its bytes are not to be had."""

    name: str
    about: str
    state: str
    tint: str
    note: str
    url: str
    withdraw_url: str


@dataclass(frozen=True)
class Listing:
    """What `components/attachments.html` shows; `form` is there for who may keep files."""

    rows: list[Row]
    form: UploadForm | None
    upload_url: str


def listing(subject: models.Model, partner: Partner, user: User) -> Listing | None:
    """The files of a record as this person may see them; None for who may not. One query."""
    rights = rights_of(subject_kind(subject))
    if not rights.may_read(user, partner, subject):
        return None
    may_change = rights.may_change(user, partner, subject)
    return Listing(
        rows=[_row(each, partner, may_change=may_change) for each in of(subject)],
        form=UploadForm() if may_change else None,
        upload_url=reverse("partners:attach", args=[subject_kind(subject), subject.pk]),
    )


def withdrawal(found: Attachment) -> dict[str, object]:
    """What the dialog says before a file is withdrawn."""
    return {
        "title": _("Withdraw the file"),
        "verb": _("Withdraw"),
        "facts": [
            {"label": _("File"), "value": found.name},
            {"label": _("Kept"), "value": moment_in(found.uploaded_at, found.partner),
             "note": found.uploaded_by or ""},
        ],
        "effects": [
            _("Nobody can download it any more."),
            _("Its name, who withdrew it and why stay on the page. It can be kept again."),
        ],
    }  # fmt: skip


def _row(found: Attachment, partner: Partner, *, may_change: bool) -> Row:
    parts = [name_of(found.media_type), filesizeformat(found.size)]
    parts += [moment_in(found.uploaded_at, partner), str(found.uploaded_by or "")]
    state, tint, note = _state(found, partner)
    url = reverse("partners:attachment", args=[found.pk])
    withdraw_url = reverse("partners:withdraw_attachment", args=[found.pk])
    return Row(
        name=found.name,
        about=" · ".join(filter(None, parts)),
        state=state,
        tint=tint,
        note=note,
        url=url if found.is_served else "",
        withdraw_url=withdraw_url if may_change and not found.is_withdrawn else "",
    )


def _state(found: Attachment, partner: Partner) -> tuple[str, str, str]:
    """The word on the label, its tint, and what follows from it."""
    if found.withdrawn_at is not None:
        when = moment_in(found.withdrawn_at, partner)
        note = f"{when} · {found.withdrawn_by} · {found.withdrawn_because}"
        return _("Withdrawn"), "neutral", note
    scan = Scan(found.scan)
    notes = {
        Scan.WAITING: _("It can be downloaded as soon as the virus scanner has seen it."),
        Scan.INFECTED: _("It stays locked away: %(finding)s.") % {"finding": found.finding},
    }
    return str(scan.label), _TINTS[scan], notes.get(scan, "")
