"""What billing says on shared pages. Whoever may not see receivables hears nothing."""

from decimal import Decimal

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from billing import labels, receivables
from billing.models import Dispute, Invoice, Receipt, RemittanceClaim
from customers.models import Customer
from partners import clock
from partners.access import can
from partners.models import Partner, User
from partners.panels import Panel
from partners.permissions import Permission

SHOWN = 5


def customer_panel(customer: Customer, user: User) -> Panel | None:
    """What a customer owes and has to its credit, with the last invoices and receipts."""
    if not can(user, Permission.SEE_RECEIVABLES, customer.partner):
        return None
    today = clock.business_date(customer.partner)
    invoices = Invoice.objects.filter(customer=customer)[:SHOWN]
    receipts = Receipt.objects.filter(customer=customer)[:SHOWN]
    balances = receivables.balances(customer.pk, today)
    return Panel(
        title=_("Money"),
        template="billing/_customer_panel.html",
        context={
            "balances": [_in_words(balance) for balance in balances],
            "invoices": [(row, labels.invoice_label(row, today)) for row in invoices],
            "receipts": [(row, labels.receipt_label(row)) for row in receipts],
            "disputes": Dispute.objects.are_open()
            .filter(customer=customer)
            .select_related("invoice")[:SHOWN],
            "claims": RemittanceClaim.objects.are_open()
            .filter(customer=customer)
            .select_related("partner")[:SHOWN],
            "record_url": _record_url(customer, user),
            "payers_url": f"{reverse('billing:payers')}?customer={customer.pk}",
            "claim_url": reverse("billing:claim_new", args=[customer.pk]),
            "late_charges_url": reverse("billing:late_charges", args=[customer.pk])
            if customer.partner.settings.late_charge_rate
            else "",
            "statement_url": reverse("customer_statement", args=[customer.pk]),
        },
    )


def home_panel(partner: Partner, user: User) -> Panel | None:
    """What customers owe by how long it is overdue, per currency."""
    if not can(user, Permission.SEE_RECEIVABLES, partner):
        return None
    today = clock.business_date(partner)
    rows = [_as_bars(row) for row in receivables.ageing(partner, today)]
    return Panel(_("Ageing"), "billing/_home_panel.html", {"rows": rows})


def _as_bars(row: receivables.AgeingRow) -> dict[str, object]:
    total = row.total or Decimal(1)
    names = labels.buckets()
    return {
        "currency": row.currency,
        "total": labels.amount(row.total, row.currency),
        "overdue": labels.amount(row.overdue, row.currency),
        "bars": [
            {
                "label": names[bucket],
                "value": labels.amount(amount, row.currency),
                "percent": int(amount * 100 / total),
                "kind": "" if bucket == receivables.NOT_DUE else "danger",
            }
            for bucket, amount in row.amounts.items()
        ],
    }


def _in_words(balance: receivables.Balance) -> dict[str, str]:
    def amount(value: Decimal) -> str:
        return labels.amount(value, balance.currency)

    since = balance.oldest_due_on
    disputed = balance.disputed_amount
    notes = [
        _("of it disputed: %(amount)s") % {"amount": amount(disputed)} if disputed else "",
        _("of it late charges: %(amount)s") % {"amount": amount(balance.late_charges)}
        if balance.late_charges
        else "",
    ]
    return {
        "open": amount(balance.open_amount),
        "disputed_note": " · ".join(note for note in notes if note),
        "overdue": amount(balance.overdue_amount),
        "since": _("since %(day)s") % {"day": date_format(since, "DATE_FORMAT")} if since else "",
        "kind": "danger" if balance.overdue_amount else "",
        "credit": amount(balance.credit) if balance.credit else "",
    }


def _record_url(customer: Customer, user: User) -> str:
    if not can(user, Permission.RECORD_MONEY, customer.partner):
        return ""
    return f"{reverse('billing:receipt_new')}?customer={customer.pk}"
