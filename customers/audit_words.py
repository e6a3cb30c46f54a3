"""What the audit kinds of this room are called."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "customer.created": _("Customer first seen"),
    "customer.renamed": _("Customer renamed at 21Vianet"),
    "customer.edited": _("Customer edited"),
    "customer.credit_decided": _("Credit decided"),
    "contact.added": _("Contact added"),
    "contact.changed": _("Contact changed"),
    "contact.removed": _("Contact removed"),
}
