"""How requests read on pages: a tinted word for the status, and how the next check stands."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from partners.models import User
from service_requests.access import title_for
from service_requests.models import ServiceRequest, Status

_TINTS = {
    Status.DRAFT: "neutral",
    Status.SUBMITTED: "info",
    Status.IN_PROGRESS: "progress",
    Status.ATTENTION_NEEDED: "warning",
    Status.RESOLVED: "ok",
    Status.CLOSED: "neutral",
}


@dataclass(frozen=True)
class Row:
    """A request as one person may read it in a list."""

    request: ServiceRequest
    title: str
    status: str
    tint: str
    check: str
    check_tint: str


def row(request: ServiceRequest, user: User, today: date) -> Row:
    """The request as a row; `today` is the partner's date."""
    check, check_tint = next_check(request, today)
    return Row(
        request=request,
        title=title_for(user, request),
        status=request.get_status_display(),
        tint=tint(request),
        check=check,
        check_tint=check_tint,
    )


def tint(request: ServiceRequest) -> str:
    """The tint of the status; its word says the same."""
    return _TINTS[Status(request.status)]


def next_check(request: ServiceRequest, today: date) -> tuple[str, str]:
    """When to look again, in words, and their tint."""
    if request.next_check_on is None or not request.is_with_vianet:
        return "", ""
    day = date_format(request.next_check_on, "DATE_FORMAT")
    if request.next_check_on < today:
        return _("missed: %(day)s") % {"day": day}, "danger"
    if request.next_check_on == today:
        return _("today"), "warning"
    return day, ""
