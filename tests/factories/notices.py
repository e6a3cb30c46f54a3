"""Letters in the queue."""

from customers.models import Contact, Customer
from notices import services
from notices.models import Notice, NoticeKind


def queued_to(
    customer: Customer,
    contact: Contact | None,
    *,
    kind: NoticeKind = NoticeKind.RESTORED,
    about_id: int = 1,
) -> Notice:
    """A letter to this contact, waiting to be sent."""
    context = {
        "company": customer.company,
        "partner": customer.partner.name,
        "subscription": "Office 365 E3",
        "seats": 25,
        "on": "1 March 2026",
        "reasons": [],
    }
    notice = services.queue(
        "test",
        about_id,
        customer=customer,
        contact=contact,
        template=kind,
        context=context,
        by=None,
        reason="test",
    )
    assert notice is not None
    return notice
