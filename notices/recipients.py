"""Chooses whom to write to: somebody who can still read when the tenant is suspended."""

from collections.abc import Collection

from customers import addresses
from customers.models import Contact, Customer

_ORDER = ("billing", "management", "technical")


def of_customers(customers: Collection[Customer]) -> dict[int, Contact | None]:
    """The best contact of each customer: reachable by mail, outside its tenant, for billing."""
    best: dict[int, Contact | None] = {customer.pk: None for customer in customers}
    domains = {customer.pk: customer.domain for customer in customers}
    contacts = Contact.objects.filter(customer_id__in=best).exclude(email="").order_by("id")
    ranked = sorted(contacts, key=lambda contact: _rank(contact, domains[contact.customer_id]))
    for contact in reversed(ranked):
        best[contact.customer_id] = contact
    return best


def _rank(contact: Contact, domain: str) -> tuple[bool, int, int]:
    is_inside = addresses.is_own(contact.email, domain)
    return is_inside, _ORDER.index(contact.role), contact.pk
