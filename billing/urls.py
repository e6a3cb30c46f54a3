"""Addresses of money: invoices, receipts, 21Vianet's bill and its reconciliation files."""

from django.urls import path

from billing.bill import urls as bill
from billing.books import urls as books
from billing.fapiao import urls as fapiao
from billing.files import urls as files
from billing.imports import urls as imports
from billing.paper import urls as paper
from billing.views import (
    claims,
    credit_notes,
    disputes,
    drafts,
    invoice_actions,
    invoices,
    late_charges,
    payers,
    receipt_actions,
    receipt_parts,
    receipts,
    review,
    write_offs,
)

app_name = "billing"

ledger = [
    path("invoices/", invoices.index, name="invoices"),
    path("invoices/review/", review.index, name="invoices_review"),
    path("invoices/issue/", invoices.issue, name="invoices_issue"),
    path("invoices/<int:pk>/", invoices.invoice, name="invoice"),
    path("invoices/<int:pk>/void/", invoice_actions.void, name="invoice_void"),
    path("invoices/<int:pk>/note/", drafts.note, name="draft_note"),
    path("invoices/<int:pk>/lines/add/", drafts.add_line, name="draft_line_add"),
    path(
        "invoices/<int:pk>/lines/<int:line_pk>/reword/",
        drafts.reword_line,
        name="draft_line_reword",
    ),
    path(
        "invoices/<int:pk>/lines/<int:line_pk>/remove/",
        drafts.remove_line,
        name="draft_line_remove",
    ),
    path("invoices/<int:pk>/dispute/", disputes.dispute, name="invoice_dispute"),
    path("invoices/<int:pk>/credit/", invoice_actions.credit, name="invoice_credit"),
    path("invoices/<int:pk>/write-off/", write_offs.write_off, name="invoice_write_off"),
    path("disputes/", disputes.index, name="disputes"),
    path("disputes/<int:pk>/edit/", disputes.edit, name="dispute_edit"),
    path("disputes/<int:pk>/resolve/", disputes.resolve, name="dispute_resolve"),
    path("claims/", claims.index, name="claims"),
    path("claims/<int:pk>/", claims.claim, name="claim"),
    path("claims/<int:pk>/withdraw/", claims.withdraw, name="claim_withdraw"),
    path("customers/<int:pk>/claims/new/", claims.new, name="claim_new"),
    path("customers/<int:pk>/late-charges/", late_charges.late_charges_of, name="late_charges"),
    path("write-offs/<int:pk>/reverse/", write_offs.reverse_write_off, name="write_off_reverse"),
    path("receipts/<int:pk>/recover/", write_offs.recover, name="receipt_recover"),
    path("credit-notes/", credit_notes.index, name="credit_notes"),
    path("credit-notes/<int:pk>/", credit_notes.credit_note, name="credit_note"),
    path("credit-notes/<int:pk>/issue/", credit_notes.issue, name="credit_note_issue"),
    path("credit-notes/<int:pk>/void/", credit_notes.void, name="credit_note_void"),
    path("receipts/", receipts.index, name="receipts"),
    path("receipts/new/", receipts.new, name="receipt_new"),
    path("receipts/up-to/", receipts.confirm_up_to, name="receipts_confirm"),
    path("receipts/<int:pk>/", receipts.receipt, name="receipt"),
    path("receipts/<int:pk>/assign/", receipt_actions.assign, name="receipt_assign"),
    path("receipts/<int:pk>/allocate/", receipt_parts.allocate, name="receipt_allocate"),
    path("receipts/<int:pk>/split/", receipt_parts.split, name="receipt_split"),
    path("receipts/<int:pk>/undo-split/", receipt_actions.undo_split, name="receipt_undo_split"),
    path("receipts/<int:pk>/refund/", receipt_actions.refund, name="receipt_refund"),
    path("refunds/<int:pk>/reverse/", receipt_actions.reverse_refund, name="refund_reverse"),
    path("payers/", payers.index, name="payers"),
    path("payers/<int:pk>/forget/", payers.forget, name="payer_forget"),
    path("receipts/<int:pk>/reverse/", receipt_actions.reverse_receipt, name="receipt_reverse"),
    path(
        "allocations/<int:pk>/reverse/",
        receipt_actions.reverse_allocation,
        name="allocation_reverse",
    ),
]
urlpatterns = [
    *books.urlpatterns,
    *ledger,
    *fapiao.urlpatterns,
    *paper.urlpatterns,
    *bill.urlpatterns,
    *files.urlpatterns,
    *imports.urlpatterns,
]
