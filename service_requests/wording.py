"""The letter to 21Vianet, prefilled from what the portal knows, in English and Chinese."""

from dataclasses import dataclass
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from billing.files.layouts import SECTION_NAMES
from billing.models import PartnerInvoice
from partners.formatting import moment_in, money
from service_requests.models import Kind, ServiceRequest, Topic
from service_requests.services import Billed, Subject

GAP = "[…]"
"""Marks what only a person can tell."""


@dataclass(frozen=True)
class Letter:
    """What to paste into 21Vianet's form."""

    title: str
    text: str
    text_zh: str


@dataclass(frozen=True)
class Step:
    """One step of filing by hand; `copy` is what to paste there, if anything."""

    text: str
    copy: str = ""


def letter(topic: Topic, subject: Subject) -> Letter:
    """Both letters on a topic; what the portal does not know is marked with GAP."""
    named = subject.customer.short_name if subject.customer else ""
    return Letter(
        title=" · ".join(filter(None, [str(topic.label), named])),
        text=_text(topic, subject, "en"),
        text_zh=_text(topic, subject, "zh-hans"),
    )


def _text(topic: Topic, subject: Subject, language: str) -> str:
    with translation.override(language):
        template = f"service_requests/letters/{language}/{topic}.txt"
        return render_to_string(template, _facts(subject)).strip()


def _facts(subject: Subject) -> dict[str, object]:
    facts: dict[str, object] = {
        "partner": subject.partner,
        "customer": subject.customer,
        "subscription": subject.subscription,
    }
    if subject.partner_invoice:
        facts |= _billed(subject.partner_invoice, subject.billed or Billed())
    known = subject.subscription
    if known and known.seen_at and known.seen_status:
        facts["seen_at"] = moment_in(known.seen_at, subject.partner)
    if known and known.data_deletion_on:
        facts["deletion_on"] = date_format(known.data_deletion_on, "DATE_FORMAT")
    return facts


def _billed(invoice: PartnerInvoice, billed: Billed) -> dict[str, object]:
    """Number, date and amounts of the invoice; without a section its total is what is charged."""
    names = {section.value: name for section, name in SECTION_NAMES.items()}
    printed = invoice.section_totals.get(billed.section) if billed.section else invoice.total
    charged = printed if billed.charged is None else billed.charged
    shown = {"charged": charged, "expected": billed.expected}
    known = {
        name: money(Decimal(value), invoice.currency)
        for name, value in shown.items()
        if value is not None
    }
    if charged is not None and billed.expected is not None:
        known["difference"] = money(Decimal(charged) - billed.expected, invoice.currency)
    return {
        "invoice": invoice,
        "billed_on": date_format(invoice.issued_on, "DATE_FORMAT"),
        "section": names.get(billed.section, ""),
        **known,
    }


def has_gaps(request: ServiceRequest) -> bool:
    """Whether the text still has places that a person has to fill in."""
    return GAP in request.text + request.text_zh


def way_to_file(request: ServiceRequest) -> list[Step]:
    """Where and how to file the request, step by step.

    Source: Partner Center operated by 21Vianet, "Report problems on behalf of a customer" and
    "Report problems with Partner Center".
    """
    if request.kind == Kind.CUSTOMER and request.customer is not None:
        return [
            Step(_("Check the service health first: a known incident needs no request.")),
            Step(_("In Partner Center open:"), "Dashboard > Support requests > Customer requests"),
            Step(_("Find the customer:"), request.customer.domain or request.customer.company),
            Step(_("Choose “New request”, then the service it is about.")),
            Step(
                _(
                    "You are taken to the customer's admin center for Office 365 operated by "
                    "21Vianet. Choose “Submit a service request”, paste title and text, submit."
                )
            ),
        ]
    path = "Dashboard > Support requests > Partner Center requests > New request"
    return [
        Step(_("Check the service health first: a known incident needs no request.")),
        Step(_("In Partner Center open:"), path),
        Step(_("You are taken to 21Vianet's support request form. Paste title and text, submit.")),
    ]
