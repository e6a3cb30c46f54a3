"""The one statement behind the journal: a branch for each kind of act, a row for each amount."""

BOOKINGS = """
SELECT 'invoice-' || invoice.id AS booking, 'invoice' AS kind, issue.made_at, invoice.customer_id,
       invoice.currency, 'receivables' AS debit, split.account AS credit, split.amount,
       invoice.number AS document, invoice.issued_on AS document_on, '' AS other, split.vat_rate,
       '' AS bank_account, invoice.note AS note
FROM billing_invoiceduedate issue
JOIN billing_invoice invoice ON invoice.id = issue.invoice_id
CROSS JOIN LATERAL (
    SELECT 'opening_balance' AS account, invoice.total AS amount, NULL::numeric AS vat_rate
    WHERE invoice.is_history
    UNION ALL
    SELECT CASE line.kind WHEN 'charge' THEN 'revenue' ELSE 'late_charges' END AS income,
           sum(line.net), line.vat_rate
    FROM billing_invoiceline line
    WHERE line.invoice_id = invoice.id AND NOT invoice.is_history GROUP BY income, line.vat_rate
    UNION ALL
    SELECT 'vat', sum(line.vat), line.vat_rate FROM billing_invoiceline line
    WHERE line.invoice_id = invoice.id AND NOT invoice.is_history GROUP BY line.vat_rate
) split
WHERE issue.partner_id = %(partner)s AND issue.is_first
  AND issue.made_at >= %(since)s AND issue.made_at < %(until)s AND split.amount <> 0
UNION ALL
SELECT 'credit-note-' || note.id, 'credit_note', note.issued_at, note.customer_id, note.currency,
       split.account, 'customer_credit', split.amount, note.number, note.issued_on, invoice.number,
       split.vat_rate, '', note.reason
FROM (
    SELECT *, greatest(made_at, issued_on::timestamp AT TIME ZONE %(zone)s) AS issued_at,
           sum(amount) OVER (PARTITION BY invoice_id, NOT EXISTS (
               SELECT FROM billing_creditnoteline line WHERE line.credit_note_id = written.id
           ) ORDER BY id) AS running
    FROM billing_creditnote written
    WHERE partner_id = %(partner)s AND status = 'issued' AND issued_on <= %(last)s
) note
LEFT JOIN billing_invoice invoice ON invoice.id = note.invoice_id
CROSS JOIN LATERAL (
    SELECT 'revenue' AS account, sum(line.net) AS amount, line.vat_rate
    FROM billing_creditnoteline line WHERE line.credit_note_id = note.id GROUP BY line.vat_rate
    UNION ALL
    SELECT 'vat', sum(line.vat), line.vat_rate
    FROM billing_creditnoteline line WHERE line.credit_note_id = note.id GROUP BY line.vat_rate
    UNION ALL
    SELECT side.account, side.amount, NULL
    FROM (
        SELECT coalesce(sum(line.vat), 0) AS vat FROM billing_invoiceline line
        WHERE line.invoice_id = invoice.id AND NOT invoice.is_history
    ) charged
    CROSS JOIN LATERAL (
        SELECT coalesce(round(charged.vat * note.running / invoice.total, 2)
            - round(charged.vat * (note.running - note.amount) / invoice.total, 2), 0) AS vat
    ) share
    CROSS JOIN LATERAL (
        VALUES ('vat', share.vat),
               (CASE WHEN invoice.is_history THEN 'opening_balance'
                     WHEN invoice.kind = 'late_charges' THEN 'late_charges'
                     ELSE 'revenue' END, note.amount - share.vat)
    ) side (account, amount)
    WHERE NOT EXISTS (
        SELECT FROM billing_creditnoteline line WHERE line.credit_note_id = note.id
    )
) split
WHERE note.issued_on >= %(first)s AND split.amount <> 0
UNION ALL
SELECT 'credit-use-' || used.id, 'credit_used', used.made_at, invoice.customer_id,
       invoice.currency, 'customer_credit', 'receivables', used.amount, invoice.number, NULL,
       note.number, NULL, '', note.reason
FROM billing_credituse used
JOIN billing_invoice invoice ON invoice.id = used.invoice_id
JOIN billing_creditnote note ON note.id = used.credit_note_id
WHERE used.partner_id = %(partner)s AND used.made_at >= %(since)s AND used.made_at < %(until)s
UNION ALL
SELECT 'write-off-' || lost.id, 'write_off', lost.made_at, lost.customer_id, lost.currency,
       'write_offs', 'receivables', lost.amount, invoice.number, NULL, '', NULL, '', lost.reason
FROM billing_writeoff lost
JOIN billing_invoice invoice ON invoice.id = lost.invoice_id
WHERE lost.partner_id = %(partner)s AND lost.made_at >= %(since)s AND lost.made_at < %(until)s
UNION ALL
SELECT 'write-off-reversal-' || back.id, 'write_off_reversed', back.made_at, back.customer_id,
       back.currency, 'receivables', 'write_offs', back.amount, invoice.number, NULL, '', NULL, '',
       back.reason
FROM billing_writeoffreversal back
JOIN billing_writeoff lost ON lost.id = back.write_off_id
JOIN billing_invoice invoice ON invoice.id = lost.invoice_id
WHERE back.partner_id = %(partner)s AND back.made_at >= %(since)s AND back.made_at < %(until)s
UNION ALL
SELECT 'receipt-' || receipt.id, 'receipt', owner.made_at, owner.customer_id, receipt.currency,
       'bank', CASE WHEN owner.customer_id IS NULL THEN 'unidentified' ELSE 'customer_credit' END,
       receipt.amount, receipt.bank_serial, receipt.received_on, receipt.payer, NULL,
       receipt.bank_account, receipt.remark
FROM billing_receiptowner owner
JOIN billing_receipt receipt ON receipt.id = owner.receipt_id
WHERE owner.partner_id = %(partner)s AND owner.is_first AND receipt.split_from_id IS NULL
  AND owner.made_at >= %(since)s AND owner.made_at < %(until)s
UNION ALL
SELECT 'receipt-' || receipt.id || '-reversed', 'receipt_reversed', receipt.reversed_at,
       receipt.customer_id, receipt.currency,
       CASE WHEN receipt.customer_id IS NULL THEN 'unidentified' ELSE 'customer_credit' END, 'bank',
       receipt.amount, receipt.bank_serial, receipt.received_on, receipt.payer, NULL,
       receipt.bank_account, receipt.reversed_reason
FROM billing_receipt receipt
WHERE receipt.partner_id = %(partner)s AND receipt.split_from_id IS NULL
  AND receipt.reversed_at >= %(since)s AND receipt.reversed_at < %(until)s
UNION ALL
SELECT 'owner-' || owner.id, 'identified', owner.made_at, move.customer_id, receipt.currency,
       move.debit, move.credit, receipt.amount - coalesce(paid_back.amount, 0),
       receipt.bank_serial, receipt.received_on, receipt.payer, NULL, receipt.bank_account,
       receipt.remark
FROM billing_receiptowner owner
JOIN billing_receipt receipt ON receipt.id = owner.receipt_id
LEFT JOIN LATERAL (
    SELECT sum(refund.amount) AS amount FROM billing_refund refund
    WHERE refund.receipt_id = receipt.id AND refund.made_at <= owner.made_at
      AND (refund.reversed_at IS NULL OR refund.reversed_at > owner.made_at)
) paid_back ON true
CROSS JOIN LATERAL (
    VALUES (owner.previous_id, 'customer_credit', 'unidentified'),
           (owner.customer_id, 'unidentified', 'customer_credit')
) move (customer_id, debit, credit)
WHERE owner.partner_id = %(partner)s AND NOT owner.is_first AND move.customer_id IS NOT NULL
  AND owner.made_at >= %(since)s AND owner.made_at < %(until)s
  AND receipt.amount > coalesce(paid_back.amount, 0)
UNION ALL
SELECT 'part-' || part.id || act.suffix, act.kind, act.made_at, move.customer_id, part.currency,
       CASE WHEN move.is_in = act.is_undone THEN 'customer_credit' ELSE 'unidentified' END,
       CASE WHEN move.is_in = act.is_undone THEN 'unidentified' ELSE 'customer_credit' END,
       part.amount, payment.bank_serial, payment.received_on, payment.payer, NULL,
       payment.bank_account, payment.remark
FROM billing_receipt part
JOIN billing_receipt payment ON payment.id = part.split_from_id
CROSS JOIN LATERAL (
    SELECT customer_id FROM billing_receiptowner
    WHERE receipt_id = payment.id AND made_at <= part.recorded_at ORDER BY id DESC LIMIT 1
) whole
CROSS JOIN LATERAL (
    SELECT customer_id FROM billing_receiptowner WHERE receipt_id = part.id AND is_first
) first
CROSS JOIN LATERAL (
    VALUES ('divided', '', part.recorded_at, false, first.customer_id),
           ('division_undone', '-undone', part.reversed_at, true, part.customer_id)
) act (kind, suffix, made_at, is_undone, part_customer_id)
CROSS JOIN LATERAL (
    VALUES (whole.customer_id, false), (act.part_customer_id, true)
) move (customer_id, is_in)
WHERE part.partner_id = %(partner)s AND move.customer_id IS NOT NULL
  AND whole.customer_id IS DISTINCT FROM act.part_customer_id
  AND act.made_at >= %(since)s AND act.made_at < %(until)s
UNION ALL
SELECT 'refund-' || refund.id || act.suffix, act.kind, act.made_at, owner.customer_id,
       receipt.currency,
       CASE WHEN act.is_undone THEN 'bank' ELSE owner.account END,
       CASE WHEN act.is_undone THEN owner.account ELSE 'bank' END,
       refund.amount, refund.bank_serial, refund.refunded_on, refund.payee, NULL,
       refund.bank_account, act.note
FROM billing_refund refund
JOIN billing_receipt receipt ON receipt.id = refund.receipt_id
CROSS JOIN LATERAL (
    VALUES ('refund', '', refund.made_at, false, refund.reason),
           ('refund_reversed', '-reversed', refund.reversed_at, true, refund.reversed_reason)
) act (kind, suffix, made_at, is_undone, note)
CROSS JOIN LATERAL (
    SELECT customer_id,
           CASE WHEN customer_id IS NULL THEN 'unidentified' ELSE 'customer_credit' END AS account
    FROM billing_receiptowner
    WHERE receipt_id = receipt.id AND made_at <= act.made_at ORDER BY id DESC LIMIT 1
) owner
WHERE refund.partner_id = %(partner)s AND act.made_at >= %(since)s AND act.made_at < %(until)s
UNION ALL
SELECT 'allocation-' || used.id, 'allocation', used.made_at, invoice.customer_id, invoice.currency,
       'customer_credit', 'receivables', used.amount, invoice.number, NULL, receipt.bank_serial,
       NULL, '', ''
FROM billing_allocation used
JOIN billing_invoice invoice ON invoice.id = used.invoice_id
JOIN billing_receipt receipt ON receipt.id = used.receipt_id
WHERE used.partner_id = %(partner)s AND used.made_at >= %(since)s AND used.made_at < %(until)s
UNION ALL
SELECT 'allocation-' || used.id || '-reversed', 'allocation_reversed', used.reversed_at,
       invoice.customer_id, invoice.currency, 'receivables', 'customer_credit', used.amount,
       invoice.number, NULL, receipt.bank_serial, NULL, '', used.reversed_reason
FROM billing_allocation used
JOIN billing_invoice invoice ON invoice.id = used.invoice_id
JOIN billing_receipt receipt ON receipt.id = used.receipt_id
WHERE used.partner_id = %(partner)s
  AND used.reversed_at >= %(since)s AND used.reversed_at < %(until)s
"""
