"""What several pages of one request show: its facts, and the moves that are possible."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from partners.formatting import moment_in
from partners.models import User
from service_requests.labels import next_check, tint
from service_requests.models import ServiceRequest, Status


def facts_of(request: ServiceRequest, today: date) -> list[dict[str, object]]:
    """What is known about a request apart from its words."""
    check, check_tint = next_check(request, today)
    facts: list[dict[str, object]] = [
        {"label": _("Status"), "value": request.get_status_display(), "status": tint(request)},
        {"label": _("Kind"), "value": request.get_kind_display()},
        {"label": _("Topic"), "value": request.get_topic_display()},
        {"label": _("Severity"), "value": request.get_severity_display()},
        *_subject_facts(request),
    ]
    if request.reference:
        label = _("21Vianet's reference")
        facts.append({"label": label, "value": request.reference, "copy_id": "reference"})
    if request.filed_at:
        facts.append(_moment(_("Filed"), request, request.filed_at, request.filed_by))
    if check:
        facts.append({"label": _("Next check"), "value": check, "status": check_tint})
    facts += _told_facts(request)
    return facts


def bill_facts(request: ServiceRequest) -> list[dict[str, object]]:
    """The invoice of 21Vianet it is about, for people who may read the words."""
    if request.partner_invoice is None:
        return []
    url = reverse("billing:partner_invoice", args=[request.partner_invoice.pk])
    return [{"label": _("21Vianet's invoice"), "value": request.partner_invoice, "url": url}]


def _subject_facts(request: ServiceRequest) -> list[dict[str, object]]:
    facts: list[dict[str, object]] = []
    if request.customer is not None:
        url = reverse("customer", args=[request.customer.pk])
        facts.append({"label": _("Customer"), "value": request.customer.company, "url": url})
    if request.subscription is not None:
        url = reverse("subscription", args=[request.subscription.pk])
        facts.append({"label": _("Subscription"), "value": request.subscription, "url": url})
    return facts


def _told_facts(request: ServiceRequest) -> list[dict[str, object]]:
    if request.told_at is not None:
        label = _("Customer told by")
        told = _moment(label, request, request.told_at, request.told_by)
        return [{**told, "value": f"{request.get_told_how_display()}, {told['value']}"}]
    if request.nobody_to_tell:
        return [{"label": _("Nobody was told"), "value": request.nobody_to_tell}]
    return []


def _moment(
    label: str, request: ServiceRequest, at: datetime, by: User | None
) -> dict[str, object]:
    """A moment in the partner's zone, and who."""
    return {"label": label, "value": moment_in(at, request.partner), "note": by or ""}


def moves_of(request: ServiceRequest) -> list[dict[str, object]]:
    """The buttons that are possible now; the first is the usual one."""
    file, resolve = ("file", _("Record as filed…")), ("resolve", _("Record the answer…"))
    close, reopen = ("close", _("Close…")), ("reopen", _("Reopen…"))
    possible = {
        Status.DRAFT: [file, ("close", _("Discard…"))],
        Status.SUBMITTED: [resolve],
        Status.IN_PROGRESS: [resolve],
        Status.ATTENTION_NEEDED: [resolve],
        Status.RESOLVED: [close, reopen],
        Status.CLOSED: [reopen],
    }
    return [
        {
            "url": reverse(f"service_requests:{name}", args=[request.pk]),
            "label": label,
            "is_usual": index == 0,
        }
        for index, (name, label) in enumerate(possible[Status(request.status)])
    ]
