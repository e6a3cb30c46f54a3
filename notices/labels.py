"""How letters are labelled: words, and the colour that goes with them."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from notices.models import Notice, NoticeStatus

_KINDS = {
    NoticeStatus.QUEUED: "progress",
    NoticeStatus.SENDING: "progress",
    NoticeStatus.SENT: "ok",
    NoticeStatus.FAILED: "danger",
    NoticeStatus.BOUNCED: "danger",
}


@dataclass(frozen=True)
class Label:
    """A status label: its kind is a colour of the style page."""

    kind: str
    text: str


def notice_label(notice: Notice) -> Label:
    """Where a letter stands, and whether it counts as delivered."""
    if notice.delivered_at is not None:
        return Label("ok", _("Delivered"))
    if notice.status == NoticeStatus.SENT and not notice.counts_as_delivered:
        return Label("warning", _("Sent to a suspended tenant: does not count as delivered"))
    return Label(_KINDS[NoticeStatus(notice.status)], notice.get_status_display())
