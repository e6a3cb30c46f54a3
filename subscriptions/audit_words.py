"""What the audit kinds of this room are called."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "subscription.created": _("Subscription first seen"),
    "subscription.seen": _("Status seen at 21Vianet"),
    "subscription.relapsed": _("Suspended again by a late request; being undone"),
    "hold.placed": _("Reason to suspend placed"),
    "hold.lifted": _("Reason to suspend lifted"),
    "hold.released_by_21vianet": _("Release by 21Vianet recorded"),
    "status_change.asked": _("Change of status asked for"),
    "status_change.sending": _("Request sent to 21Vianet"),
    "status_change.pending": _("Put back to be sent again"),
    "status_change.unknown": _("Outcome not known; reading again"),
    "status_change.confirmed": _("Confirmed by 21Vianet"),
    "status_change.refused": _("Refused by 21Vianet"),
    "status_change.needs_person": _("Handed to a person"),
    "status_change.superseded": _("Superseded by a newer decision"),
    "status_change.cancelled": _("Cancelled"),
}
