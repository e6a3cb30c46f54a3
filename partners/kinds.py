"""The words by which people read the kinds of the audit trail and the names of its values."""

import re
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

KINDS = {
    "allocation.made": _("Payment allocated"),
    "allocation.reversed": _("Allocation reversed"),
    "calendar.changed_in_admin": _("Calendar changed by a platform admin"),
    "calendar.day_removed": _("Day removed from the calendar"),
    "calendar.day_set": _("Day entered in the calendar"),
    "calendar.year_confirmed": _("Year's calendar confirmed"),
    "calendar.year_reopened": _("Confirmation of a year's calendar taken back"),
    "bank_account.added": _("Bank account added"),
    "bank_account.changed": _("Bank account changed"),
    "case.closed": _("Collections case closed"),
    "case.opened": _("Collections case opened"),
    "case_step.approved": _("Suspension approved"),
    "case_step.blocked": _("Step waits: something is missing"),
    "case_step.done": _("Step done"),
    "case_step.failed": _("Step failed"),
    "case_step.planned": _("Step planned"),
    "case_step.proposed": _("Suspension proposed"),
    "case_step.skipped": _("Step skipped"),
    "claim.expired": _("Payment on its way: expired"),
    "claim.matched": _("Payment on its way: came in"),
    "claim.opened": _("Payment on its way recorded"),
    "claim.reopened": _("Payment on its way again"),
    "claim.withdrawn": _("Payment on its way withdrawn"),
    "clock.moved": _("Demo clock moved"),
    "connection.added_in_admin": _("Connection added by a platform admin"),
    "connection.changed_in_admin": _("Connection changed by a platform admin"),
    "contact.added": _("Contact added"),
    "contact.changed": _("Contact changed"),
    "contact.removed": _("Contact removed"),
    "credit_note.drafted": _("Credit note drafted"),
    "credit_note.issued": _("Credit note issued"),
    "credit_note.voided": _("Draft of a credit note dropped"),
    "customer.created": _("Customer created"),
    "customer.credit_decided": _("Credit decided"),
    "customer.edited": _("Customer edited"),
    "customer.renamed": _("Customer renamed"),
    "dispute.changed": _("Dispute changed"),
    "dispute.opened": _("Dispute opened"),
    "dispute.resolved": _("Dispute resolved"),
    "fapiao.corrected": _("Fapiao corrected"),
    "fapiao.delivered": _("Fapiao delivered"),
    "fapiao.issued": _("Fapiao issued"),
    "fapiao.red_lettered": _("Fapiao red-lettered"),
    "fapiao.requested": _("Fapiao requested"),
    "hold.lifted": _("Hold lifted"),
    "hold.placed": _("Hold placed"),
    "hold.released_by_21vianet": _("Released by 21Vianet"),
    "invoice.bad_debt_recovered": _("Bad debt recovered"),
    "import.discarded": _("Import discarded"),
    "import.layout_remembered": _("Columns of a bank's statements remembered"),
    "import.uploaded": _("File uploaded for import"),
    "invoice.credited": _("Invoice credited"),
    "invoice.drafted": _("Invoice drafted"),
    "invoice.due_date_set": _("Due date set"),
    "invoice.fapiao_recorded": _("Fapiao recorded"),
    "invoice.issued": _("Invoice issued"),
    "invoice.line_added": _("Line added to a draft"),
    "invoice.line_removed": _("Line removed from a draft"),
    "invoice.line_reworded": _("Line of a draft worded anew"),
    "invoice.note_set": _("Note on a draft written"),
    "invoice.seen_overdue": _("Invoice seen overdue"),
    "invoice.voided": _("Invoice voided"),
    "invoice.write_off_reversed": _("Write-off taken back"),
    "invoice.written_off": _("Written off"),
    "membership.roles_set": _("Roles set"),
    "notice.bounced": _("Notice bounced"),
    "notice.delivered": _("Notice delivered"),
    "notice.failed": _("Notice failed"),
    "notice.queued": _("Notice queued"),
    "notice.sending": _("Notice being sent"),
    "notice.sent": _("Notice sent"),
    "opening_balance.confirmed": _("Opening balance confirmed"),
    "opening_balance.imported": _("Opening balances imported"),
    "partner.changed_in_admin": _("Partner changed by a platform admin"),
    "partner.connected": _("Connection to Partner Center changed"),
    "partner.settings.changed_in_admin": _("Settings changed by a platform admin"),
    "partner.settings_changed": _("Settings changed"),
    "partner_invoice.alarm_seen": _("Alarm about 21Vianet's bill seen"),
    "partner_invoice.corrected": _("21Vianet's bill corrected"),
    "partner_invoice.dispute_ended": _("Question about 21Vianet's bill settled"),
    "partner_invoice.disputed": _("21Vianet told that its bill is wrong"),
    "partner_invoice.recorded": _("21Vianet's bill recorded"),
    "partner_payment.not_seen": _("Payment not shown by 21Vianet after all"),
    "partner_payment.recorded": _("Payment to 21Vianet recorded"),
    "partner_payment.reversed": _("Payment to 21Vianet reversed"),
    "partner_payment.seen": _("Payment seen at 21Vianet"),
    "pause.placed": _("Chasing paused"),
    "payer.forgotten": _("Known payer forgotten"),
    "payer.learned": _("Payer known from now on"),
    "person.added_in_admin": _("Person added by a platform admin"),
    "person.changed_in_admin": _("Person changed by a platform admin"),
    "person.invited": _("Person invited"),
    "person.profile_changed": _("Profile changed"),
    "policy.published": _("Collections policy published"),
    "price_rule.added": _("Price rule added"),
    "price_rule.changed": _("Price rule changed"),
    "price_rule.removed": _("Price rule removed"),
    "receipt.assigned": _("Payment assigned to a customer"),
    "receipt.part_recorded": _("Part of a payment recorded"),
    "receipt.part_undone": _("Part of a payment put back"),
    "receipt.recorded": _("Payment recorded"),
    "receipt.refund_reversed": _("Refund taken back"),
    "receipt.refunded": _("Payment paid back"),
    "receipt.reversed": _("Payment reversed"),
    "receipt.split": _("Payment divided"),
    "receipt.split_undone": _("Divided payment put together again"),
    "receipts.imported": _("Bank statement imported"),
    "receipts.confirmed": _("Payment data confirmed complete"),
    "reconciliation.discarded": _("Reconciliation file discarded"),
    "reconciliation.imported": _("Reconciliation file imported"),
    "reconciliation.uploaded": _("Reconciliation file uploaded"),
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
    "status_change.cancelled": _("Change cancelled"),
    "status_change.confirmed": _("Confirmed by 21Vianet"),
    "status_change.needs_person": _("Needs a person"),
    "status_change.pending": _("Waiting to be sent to 21Vianet"),
    "status_change.refused": _("Refused by 21Vianet"),
    "status_change.sending": _("Being sent to 21Vianet"),
    "status_change.superseded": _("Superseded by a newer change"),
    "status_change.unknown": _("Outcome at 21Vianet not known yet"),
    "subscription.created": _("Subscription first seen"),
    "subscription.relapsed": _("21Vianet shows the old status again"),
    "subscription.seen": _("Another status seen at 21Vianet"),
    "sweep.asked": _("Sweep asked for"),
    "sweep.finished": _("Sweep finished"),
}
"""Kinds that need words of their own; the rest reads as it is written."""

OF_FILES = {
    "file_found_clean": _("File checked: no virus found"),
    "file_found_infected": _("File is infected and stays locked away"),
    "file_kept": _("File kept"),
    "file_withdrawn": _("File withdrawn"),
}
"""What happens to files, whatever record they are kept with: `invoice.file_kept` and so on."""

NAMES = {
    "admin_role": _("admin role"),
    "file": _("file"),
    "agent_role": _("agent role"),
    "reason": _("reason"),
    "reference": _("21Vianet's reference"),
    "next_check_on": _("next check on"),
    "status": _("status"),
    "topic": _("topic"),
    "kind": _("kind"),
    "person": _("person"),
    "description": _("description"),
    "quantity": _("quantity"),
    "unit_price": _("unit price"),
    "net": _("net"),
    "vat": _("VAT"),
    "vat_rate": _("VAT rate"),
    "note": _("note"),
}


REASONS = {
    "a receipt covers it": _("a receipt covers it"),
    "its receipt was reversed": _("its receipt was reversed"),
    "accepted, not visible yet": _("accepted, not visible yet"),
    "as 21Vianet shows it": _("as 21Vianet shows it"),
    "checked by the virus scanner": _("checked by the virus scanner"),
    "confirmed after the check": _("confirmed after the check"),
    "confirmed by 21Vianet": _("confirmed by 21Vianet"),
    "expired": _("expired"),
    "first seen": _("first seen"),
    "first seen in a reconciliation file": _("first seen in a reconciliation file"),
    "payment, credit or dispute recorded": _("payment, credit or dispute recorded"),
    "kept with the record": _("kept with the record"),
    "reviewed": _("reviewed"),
    "run now": _("run now"),
    "uploaded": _("uploaded"),
    "imported by command": _("imported by command"),
    "seen at 21Vianet": _("seen at 21Vianet"),
    "seen suspended at 21Vianet without a request of ours": _(
        "seen suspended at 21Vianet without a request of ours"
    ),
    "suspended again by a late request of ours": _("suspended again by a late request of ours"),
    "the holds ask for it no more": _("the holds ask for it no more"),
    "the worker died while sending": _("the worker died while sending"),
}
"""The portal's own reasons, stored in English; what people typed is shown as they typed it."""

_SWEEP = re.compile(r"^sweep of (\d{4}-\d\d-\d\d)$")


def reason_of(reason: str) -> str:
    """A reason in the reader's language if the portal gave it, else as it was typed."""
    if sweep := _SWEEP.match(reason):
        day = date_format(date.fromisoformat(sweep[1]), "DATE_FORMAT")
        return gettext("sweep of %(day)s") % {"day": day}
    return str(REASONS.get(reason, reason))


def label_of(kind: str) -> str:
    """A kind in the reader's language: `hold.placed` reads “Hold placed”."""
    known = KINDS.get(kind) or OF_FILES.get(kind.rpartition(".")[2])
    return str(known) if known else kind.replace(".", " ").replace("_", " ").capitalize()


def name_of(value: str) -> str:
    """The name of a value in the reader's language."""
    known = NAMES.get(value)
    return str(known) if known else value.replace("_", " ")
