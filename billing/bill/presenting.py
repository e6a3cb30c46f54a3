"""How our bill reads on pages: labels, facts, alarms and what being late may cost, in words."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.bill import rules
from billing.bill.alarms import Alarm
from billing.labels import Label, amount
from billing.models import PartnerInvoice, PartnerPayment, PartnerPaymentPart
from partners.formatting import moment_in

STANDING_PARTS = Prefetch(
    "payment_parts",
    PartnerPaymentPart.objects.filter(payment__reversed_at=None)
    .select_related("payment")
    .order_by("payment__paid_on", "id"),
    to_attr="standing_parts",
)
"""What was paid of an invoice, as the functions here read it."""


def bill_label(invoice: PartnerInvoice, today: date) -> Label:
    """What one invoice of 21Vianet is on this date of the partner's zone."""
    if invoice.is_credit:
        is_used = not invoice.balance
        return Label("ok", _("Credit, used")) if is_used else Label("info", _("Credit, not used"))
    if invoice.overpaid:
        over = amount(invoice.overpaid, invoice.currency)
        return Label("warning", _("Overpaid by %(amount)s") % {"amount": over})
    if not invoice.is_unpaid:
        return Label("ok", _("Recorded as paid"))
    days = (invoice.due_on - today).days
    if days < 0:
        text = ngettext("%(days)s day late", "%(days)s days late", -days)
        return Label("danger", text % {"days": -days})
    if not days:
        return Label("warning", _("Due today"))
    text = ngettext("Due in %(days)s day", "Due in %(days)s days", days) % {"days": days}
    return Label("info" if invoice.paid else "neutral", text)


def seen_label(payments: Iterable[PartnerPayment]) -> Label | None:
    """Whether 21Vianet shows what we paid; None when nothing is paid."""
    payments = list(payments)
    if not payments:
        return None
    if waiting := [payment for payment in payments if payment.seen_on is None]:
        on = _day(max(payment.paid_on for payment in waiting))
        return Label("progress", _("We paid on %(day)s (not yet seen by 21Vianet)") % {"day": on})
    on = _day(max(payment.seen_on for payment in payments if payment.seen_on))
    return Label("ok", _("21Vianet shows it paid, seen on %(day)s") % {"day": on})


def payments_of(invoice: PartnerInvoice) -> list[PartnerPayment]:
    """The standing payments of an invoice read with STANDING_PARTS."""
    parts: list[PartnerPaymentPart] = invoice.standing_parts  # type: ignore[attr-defined]  # prefetched
    return [part.payment for part in parts]


def bill_facts(invoice: PartnerInvoice, today: date) -> list[dict[str, object]]:
    """What the page of an invoice says first."""

    def shown(value: Decimal | None) -> str:
        return "–" if value is None else amount(value, invoice.currency)

    due: dict[str, object] = {"label": _("Due on"), "value": _day(invoice.due_on)}
    if invoice.is_credit:
        due["note"] = _("A credit: nothing falls due.")
    facts: list[dict[str, object]] = [
        {"label": _("Partner"), "value": str(invoice.partner)},
        {"label": _("Invoice date"), "value": _day(invoice.issued_on)},
        due,
        {"label": _("Total after tax"), "value": shown(invoice.total)},
        {"label": _("We paid"), "value": shown(invoice.paid)},
        {"label": _("Still to pay"), "value": shown(invoice.balance)},
    ]
    if seen := seen_label(payments_of(invoice)):
        facts.append({"label": _("At 21Vianet"), "value": seen.text, "status": seen.kind})
    if invoice.is_disputed:
        facts.append(
            {
                "label": _("Disputed with 21Vianet"),
                "value": _("Request %(number)s") % {"number": invoice.dispute_reference},
                "note": _("It is due all the same: the alarms go on."),
            }
        )
    return facts


def payment_facts(payment: PartnerPayment) -> list[dict[str, object]]:
    """What the page of a payment says first."""
    seen = _day(payment.seen_on) if payment.seen_on else _("Not yet seen by 21Vianet")
    note = ""
    if payment.seen_on:
        note = str(payment.seen_by or _("read by the portal"))
    recorded = moment_in(payment.recorded_at, payment.partner)
    facts: list[dict[str, object]] = [
        {"label": _("Partner"), "value": str(payment.partner)},
        {"label": _("We paid on"), "value": _day(payment.paid_on)},
        {"label": _("Amount"), "value": amount(payment.amount, payment.currency)},
        {"label": _("From our bank account"), "value": payment.bank_account or "–"},
        {"label": _("Bank serial number"), "value": payment.bank_serial or "–"},
        {"label": _("Remark"), "value": payment.remark or "–"},
        {"label": _("At 21Vianet"), "value": seen, "note": note},
        {
            "label": _("Recorded by"),
            "value": str(payment.recorded_by or _("the portal")),
            "note": recorded,
        },
    ]
    if payment.reversed_at:
        facts.append(
            {
                "label": _("Reversed by"),
                "value": str(payment.reversed_by or _("the portal")),
                "note": f"{moment_in(payment.reversed_at, payment.partner)} · "
                f"{payment.reversed_reason}",
            }
        )
    return facts


def payment_label(payment: PartnerPayment) -> Label:
    """What a payment to 21Vianet is."""
    if payment.is_reversed:
        return Label("neutral", _("Reversed"))
    if not payment.amount:
        return Label("ok", _("Set off against a credit: no money moved"))
    return seen_label([payment]) or Label("neutral", "")


def alarm_words(alarm: Alarm) -> str:
    """How near the due date is, and who has seen that."""
    if alarm.is_late:
        return _("%(number)s was due on %(day)s and is not recorded as paid.") % {
            "number": alarm.invoice,
            "day": _day(alarm.invoice.due_on),
        }
    days = alarm.working_days
    text = ngettext(
        "%(number)s is due on %(day)s, in %(days)s working day or less.",
        "%(number)s is due on %(day)s, in %(days)s working days or less.",
        days,
    )
    said = [text % {"number": alarm.invoice, "day": _day(alarm.invoice.due_on), "days": days}]
    if not alarm.is_sure:
        said.append(_("Counted Monday to Friday: nobody has confirmed the holidays of that year."))
    if alarm.invoice.is_disputed:
        said.append(_("It is disputed with 21Vianet, and due all the same."))
    return " ".join(said)


def seen_words(alarm: Alarm) -> str:
    """Who has seen the alarm and when; empty when nobody has."""
    if alarm.seen is None:
        return ""
    return _("Seen by %(person)s, %(when)s") % {
        "person": alarm.seen.seen_by or _("the portal"),
        "when": moment_in(alarm.seen.seen_at, alarm.invoice.partner),
    }


def charge_words(invoice: PartnerInvoice, today: date) -> str:
    """What 21Vianet may charge for being late with an invoice read with STANDING_PARTS, or ""."""
    if invoice.total is None:
        return ""
    settings = invoice.partner.settings
    parts: list[PartnerPaymentPart] = invoice.standing_parts  # type: ignore[attr-defined]  # prefetched
    paid = [rules.Paid(part.payment.paid_on, part.amount) for part in parts]
    percent = rules.monthly_percent(
        settings.finance_charge_percent, settings.finance_charge_legal_maximum
    )
    charge = rules.estimated_finance_charge(
        invoice.total, paid, due_on=invoice.due_on, today=today, monthly_percent=percent
    )
    if not charge.high:
        return ""
    return _(
        "21Vianet may charge a finance charge of up to %(high)s: %(percent)s %% of the invoice "
        "amount for every month begun, or the legal maximum if that is less. Counted by days on "
        "what was unpaid it would be %(low)s. How it is counted is not stated, and it is not "
        "automatic."
    ) % {
        "high": amount(charge.high, invoice.currency),
        "low": amount(charge.low, invoice.currency),
        "percent": percent.normalize(),
    }


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
