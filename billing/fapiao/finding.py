"""Finds invoices by what is known of their fapiao."""

from collections.abc import Callable, Iterable

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet

from billing.models import Fapiao, FapiaoCover, FapiaoStatus, Invoice, InvoiceStatus
from billing.models.fapiao import EXISTING
from billing.models.invoice import InvoiceQuerySet
from partners.models import Partner, TermsFrom


def to_issue(partner: Partner) -> InvoiceQuerySet:
    """Invoices whose fapiao somebody waits for.

    The customer asked for it; or nothing is due before it is delivered; or an earlier one was
    red-lettered and the invoice was not credited in full. Opening balances only if asked for.
    """
    return requested(partner) | _needed(partner)


def requested(partner: Partner) -> InvoiceQuerySet:
    """The customer asked for the fapiao, and it is not issued yet."""
    return _issued(partner).filter(Exists(_covers(FapiaoStatus.REQUESTED)))


def uncovered(partner: Partner) -> InvoiceQuerySet:
    """No fapiao is issued for them; opening balances are left out."""
    return _issued(partner).filter(~Exists(_covers(*EXISTING)), is_history=False)


def to_deliver(partner: Partner) -> InvoiceQuerySet:
    """The fapiao is issued, and nobody has recorded its delivery."""
    return _issued(partner).filter(Exists(_covers(FapiaoStatus.ISSUED)))


def delivered(partner: Partner) -> InvoiceQuerySet:
    """The fapiao has reached the customer."""
    return _issued(partner).filter(Exists(_covers(FapiaoStatus.DELIVERED)))


def in_state(partner: Partner, state: str) -> InvoiceQuerySet:
    """The invoices of one filter of the list."""
    return STATES.get(state, to_issue)(partner)


STATES: dict[str, Callable[[Partner], InvoiceQuerySet]] = {
    "requested": requested,
    "uncovered": uncovered,
    "to_deliver": to_deliver,
    "delivered": delivered,
}


def with_standing(invoices: InvoiceQuerySet) -> InvoiceQuerySet:
    """Together with the fapiao that stands for each, for `standing_of`."""
    standing = FapiaoCover.objects.filter(is_standing=True).select_related("fapiao")
    return invoices.prefetch_related(
        Prefetch("fapiao_covers", queryset=standing, to_attr="standing_covers")
    )


def standing_of(invoice: Invoice) -> Fapiao | None:
    """The fapiao that stands for an invoice: requested, issued or delivered."""
    covers: Iterable[FapiaoCover] | None = getattr(invoice, "standing_covers", None)
    if covers is None:
        covers = invoice.fapiao_covers.filter(is_standing=True).select_related("fapiao")
    return next((cover.fapiao for cover in covers), None)


def coverable_with(invoice: Invoice) -> InvoiceQuerySet:
    """Other invoices that one fapiao can cover together with this one."""
    return (
        uncovered(invoice.partner)
        .filter(customer=invoice.customer_id, currency=invoice.currency)
        .exclude(pk=invoice.pk)
        .exclude(Exists(_covers(FapiaoStatus.REQUESTED)))
        .order_by("-id")
    )


def _needed(partner: Partner) -> InvoiceQuerySet:
    taken_back = FapiaoCover.objects.filter(
        invoice=OuterRef("pk"), fapiao__status=FapiaoStatus.RED_LETTERED
    )
    open_for_one = uncovered(partner).filter(credited__lt=F("total"))
    return open_for_one.filter(terms_from=TermsFrom.FAPIAO) | open_for_one.filter(
        Exists(taken_back)
    )


def _issued(partner: Partner) -> InvoiceQuerySet:
    return Invoice.objects.of_partner(partner).filter(status=InvoiceStatus.ISSUED)


def _covers(*statuses: FapiaoStatus) -> QuerySet[FapiaoCover]:
    return FapiaoCover.objects.filter(
        invoice=OuterRef("pk"), is_standing=True, fapiao__status__in=statuses
    )
