"""The words by which people read the kinds of the audit trail and the names of its values."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "allocation.made": _("Payment allocated"),
    "allocation.reversed": _("Allocation reversed"),
    "audit.exported": _("Activity exported"),
    "case.closed": _("Collections case closed"),
    "case.opened": _("Collections case opened"),
    "clock.moved": _("Demo clock moved"),
    "contact.added": _("Contact added"),
    "contact.changed": _("Contact changed"),
    "contact.removed": _("Contact removed"),
    "customer.created": _("Customer created"),
    "customer.credit_decided": _("Credit decided"),
    "customer.edited": _("Customer edited"),
    "customer.renamed": _("Customer renamed"),
    "dispute.opened": _("Dispute opened"),
    "dispute.resolved": _("Dispute resolved"),
    "hold.lifted": _("Hold lifted"),
    "hold.placed": _("Hold placed"),
    "hold.released_by_21vianet": _("Released by 21Vianet"),
    "invoice.credited": _("Credit note issued"),
    "invoice.drafted": _("Invoice drafted"),
    "invoice.fapiao_recorded": _("Fapiao recorded"),
    "invoice.issued": _("Invoice issued"),
    "invoice.voided": _("Invoice voided"),
    "invoice.written_off": _("Written off"),
    "membership.removed": _("Membership ended"),
    "membership.roles_set": _("Roles set"),
    "notice.delivered": _("Notice delivered"),
    "notice.failed": _("Notice failed"),
    "notice.queued": _("Notice queued"),
    "partner.connected": _("Connection to Partner Center changed"),
    "partner.settings_changed": _("Settings changed"),
    "person.invited": _("Person invited"),
    "person.profile_changed": _("Profile changed"),
    "receipt.assigned": _("Payment assigned to a customer"),
    "receipt.recorded": _("Payment recorded"),
    "receipt.reversed": _("Payment reversed"),
    "receipts.confirmed": _("Payment data confirmed complete"),
    "service_request.attention_needed": _("Service request needs attention"),
    "service_request.changed_in_admin": _("Service request changed by a platform admin"),
    "service_request.closed": _("Service request closed"),
    "service_request.drafted": _("Service request drafted"),
    "service_request.filed": _("Service request filed at 21Vianet"),
    "service_request.followed_up": _("Service request followed up"),
    "service_request.note_added": _("Note added to the service request"),
    "service_request.progressed": _("Service request in progress"),
    "service_request.reopened": _("Service request reopened"),
    "service_request.resolved": _("Service request resolved"),
    "service_request.rewritten": _("Service request rewritten"),
    "status_change.asked": _("Change asked of 21Vianet"),
    "subscription.created": _("Subscription first seen"),
    "subscription.relapsed": _("21Vianet shows the old status again"),
    "subscription.seen": _("Another status seen at 21Vianet"),
    "sweep.finished": _("Sweep finished"),
}
"""Kinds that need words of their own; the rest reads as it is written."""

NAMES = {
    "admin_role": _("admin role"),
    "agent_role": _("agent role"),
    "reason": _("reason"),
    "reference": _("21Vianet's reference"),
    "next_check_on": _("next check on"),
    "status": _("status"),
    "topic": _("topic"),
    "kind": _("kind"),
    "person": _("person"),
    "note": _("note"),
}


def label_of(kind: str) -> str:
    """A kind in the reader's language: `hold.placed` reads “Hold placed”."""
    known = KINDS.get(kind)
    return str(known) if known else kind.replace(".", " ").replace("_", " ").capitalize()


def name_of(value: str) -> str:
    """The name of a value in the reader's language."""
    known = NAMES.get(value)
    return str(known) if known else value.replace("_", " ")
