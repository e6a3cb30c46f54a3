"""What the audit kinds of this room are called."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "membership.roles_set": _("Roles set"),
    "membership.removed": _("Person removed"),
    "partner.settings_changed": _("Settings changed"),
    "partner.connected": _("Connection to Partner Center set"),
    "clock.moved": _("Demo clock moved"),
    "person.invited": _("Person invited"),
}
