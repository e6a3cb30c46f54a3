"""What this room says on shared pages: the letters a customer was written."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import Customer
from notices.labels import Label, notice_label
from notices.models import Notice
from notices.visibility import visible_to
from partners.models import User
from partners.panels import Panel

SHOWN = 10


@dataclass(frozen=True)
class WrittenLetter:
    """One letter of the list."""

    notice: Notice
    label: Label
    url: str


def customer_panel(customer: Customer, user: User) -> Panel | None:
    """The newest letters to a customer; those about money only for those who may see it."""
    letters = visible_to(user, customer.partner).filter(customer=customer)[:SHOWN]
    return Panel(
        title=_("What was written"),
        template="notices/_customer_panel.html",
        context={
            "partner": customer.partner,
            "letters": [
                WrittenLetter(notice, notice_label(notice), url_of(notice)) for notice in letters
            ],
        },
    )


def url_of(notice: Notice) -> str:
    """The page of a letter."""
    return reverse("notices:notice", args=[notice.customer_id, notice.pk])
