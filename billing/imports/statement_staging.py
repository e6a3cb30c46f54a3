"""The payments of a statement in a temporary table: what is there already, and whose they are.

Whatever path recorded a receipt, it is found: by account and bank serial; without a serial by day,
amount and payer, as often as it is there.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal

from billing import numbering, rules
from billing.imports.problems import Code, Problem
from billing.imports.statement import Received
from billing.tables import staging
from billing.tables.staging import ask, change

_COLUMNS = """
    row integer PRIMARY KEY,
    received_on date NOT NULL,
    amount numeric NOT NULL,
    currency text NOT NULL,
    bank_account text NOT NULL,
    bank_serial text NOT NULL,
    payer text NOT NULL,
    payer_account text NOT NULL,
    remark text NOT NULL,
    numbers text[] NOT NULL,
    verdict text NOT NULL DEFAULT 'ready',
    receipt_id bigint,
    other_row integer,
    customer_id bigint
"""
_INTO = (
    "staged_receipt (row, received_on, amount, currency, bank_account, bank_serial, payer, "
    "payer_account, remark, numbers)"
)
READY, KNOWN = "ready", "known"

_IN_FILE = """
UPDATE staged_receipt s
   SET other_row = f.row,
       verdict = CASE WHEN (s.amount, s.currency, s.received_on)
                           = (f.amount, f.currency, f.received_on)
                      THEN 'repeated' ELSE 'serial_twice' END
  FROM (SELECT DISTINCT ON (bank_account, bank_serial) *
          FROM staged_receipt WHERE bank_serial <> ''
         ORDER BY bank_account, bank_serial, row) f
 WHERE s.bank_account = f.bank_account AND s.bank_serial = f.bank_serial AND s.row > f.row
"""
_SAME_MONEY = "r.amount = s.amount AND r.currency = s.currency"
_BY_SERIAL = f"""
UPDATE staged_receipt s
   SET receipt_id = r.id, verdict = CASE WHEN {_SAME_MONEY} THEN 'known' ELSE 'other' END
  FROM billing_receipt r
 WHERE r.partner_id = %(partner)s AND r.bank_serial = s.bank_serial AND s.bank_serial <> ''
   AND r.reversed_at IS NULL AND s.verdict = 'ready'
   AND (r.bank_account = s.bank_account
        OR ('' IN (r.bank_account, s.bank_account) AND {_SAME_MONEY}))
"""  # noqa: S608  (our own literals)
_REVERSED = """
UPDATE staged_receipt s SET receipt_id = r.id, verdict = 'reversed'
  FROM billing_receipt r
 WHERE r.partner_id = %(partner)s AND r.bank_serial = s.bank_serial AND s.bank_serial <> ''
   AND r.reversed_at IS NOT NULL AND s.verdict = 'ready'
   AND (r.bank_account = s.bank_account OR '' IN (r.bank_account, s.bank_account))
"""
_LOOKALIKES = """
UPDATE staged_receipt s SET receipt_id = m.id, verdict = 'doubtful'
  FROM (
    SELECT c.row, e.id
      FROM (SELECT *, row_number() OVER (
                   PARTITION BY received_on, amount, currency, payer ORDER BY row) AS nth
              FROM staged_receipt
             WHERE verdict = 'ready' AND (bank_serial <> '') = %(with_serial)s) c
      JOIN (SELECT r.*, row_number() OVER (
                   PARTITION BY received_on, amount, currency, payer ORDER BY id) AS nth
              FROM billing_receipt r
             WHERE r.partner_id = %(partner)s AND r.reversed_at IS NULL AND r.split_from_id IS NULL
               AND (r.bank_serial = '' OR NOT %(with_serial)s)
               AND r.received_on BETWEEN (SELECT min(received_on) FROM staged_receipt)
                                     AND (SELECT max(received_on) FROM staged_receipt)
               AND NOT EXISTS (SELECT 1 FROM staged_receipt k WHERE k.receipt_id = r.id)) e
        ON (c.received_on, c.amount, c.currency, c.payer, c.nth)
         = (e.received_on, e.amount, e.currency, e.payer, e.nth)
  ) m
 WHERE s.row = m.row
"""
_NAMED = """
UPDATE staged_receipt s SET customer_id = m.customer_id
  FROM (
    SELECT t.row, min(i.customer_id) AS customer_id
      FROM staged_receipt t
     CROSS JOIN unnest(t.numbers) AS named(number)
      JOIN billing_invoice i ON i.partner_id = %(partner)s AND i.number = named.number
     GROUP BY t.row
    HAVING count(DISTINCT i.customer_id) = 1
       AND bool_or(i.status = 'issued' AND i.open_amount > 0 AND i.currency = t.currency)
  ) m
 WHERE s.row = m.row
"""
_TAKEN = (
    "verdict = 'ready' OR verdict IN ('doubtful', 'reversed') AND (%(all)s OR row = ANY(%(rows)s))"
)


def staged() -> AbstractContextManager[None]:
    """An empty staging table."""
    return staging.temporary_table("staged_receipt", _COLUMNS)


def load(payments: Iterable[Received]) -> Iterator[int]:
    """Stage payments; yields how many so far."""
    return staging.load(_INTO, ((*payment, _numbers(payment)) for payment in payments))


def judge(partner_id: int) -> None:
    """Say of each row what it is: new, known, repeated, doubtful or wrong, and whose it may be."""
    staging.analyse("staged_receipt")
    change(_IN_FILE)
    change(_BY_SERIAL, partner=partner_id)
    change(_REVERSED, partner=partner_id)
    change(_LOOKALIKES, partner=partner_id, with_serial=True)
    change(_LOOKALIKES, partner=partner_id, with_serial=False)
    change(_NAMED, partner=partner_id)


def problems() -> Iterator[Problem]:
    """What is wrong or doubtful about single rows, in their order."""
    rows = ask(
        """
        SELECT s.row, s.verdict, s.bank_serial, s.other_row,
               coalesce(nullif(r.bank_serial, ''), '#' || r.id), r.amount, r.currency
          FROM staged_receipt s LEFT JOIN billing_receipt r ON r.id = s.receipt_id
         WHERE s.verdict NOT IN ('ready', 'known') ORDER BY s.row
        """
    )
    for row, verdict, serial, other_row, receipt, amount, currency in rows:
        match verdict:
            case "repeated":
                yield Problem(Code.REPEATED_ROW, row, details={"expected": str(other_row)})
            case "serial_twice":
                details = {"expected": str(other_row)}
                yield Problem(Code.SERIAL_TWICE, row, "bank_serial", serial, details)
            case "other":
                details = {"expected": f"{amount:,.2f} {currency}"}
                yield Problem(Code.SERIAL_OTHER_AMOUNT, row, "bank_serial", serial, details)
            case "reversed":
                yield Problem(Code.REVERSED_BEFORE, row, value=receipt)
            case _:
                yield Problem(Code.LOOKS_RECORDED, row, value=receipt)


def counts() -> dict[str, int]:
    """How many rows there are of each verdict, and how many new ones have a customer."""
    found = dict(ask("SELECT verdict, count(*) FROM staged_receipt GROUP BY verdict"))
    [(named,)] = ask(
        "SELECT count(*) FROM staged_receipt WHERE verdict = 'ready' AND customer_id IS NOT NULL"
    )
    return {**found, "named": named}


def totals() -> dict[str, Decimal]:
    """What the new rows add up to, by currency."""
    return dict(
        ask(
            "SELECT currency, sum(amount) FROM staged_receipt WHERE verdict = 'ready' "
            "GROUP BY currency ORDER BY currency"
        )
    )


def taken(*, after: int, limit: int, rows: list[int], accepts_all: bool) -> list[tuple]:  # type: ignore[type-arg]  # columns of Received, then the customer
    """Rows to record, in their order: the new ones, and doubtful ones that a person accepted."""
    return ask(
        "SELECT row, received_on, amount, currency, bank_account, bank_serial, payer, "  # noqa: S608  (our own literals)
        "payer_account, remark, customer_id FROM staged_receipt "
        f"WHERE ({_TAKEN}) AND row > %(after)s ORDER BY row LIMIT %(limit)s",
        after=after, limit=limit, rows=rows, all=accepts_all,
    )  # fmt: skip


def customers(*, rows: list[int], accepts_all: bool) -> list[int]:
    """Whose the rows to record are, as far as that is certain."""
    found = ask(
        "SELECT DISTINCT customer_id FROM staged_receipt "  # noqa: S608  (a literal)
        f"WHERE customer_id IS NOT NULL AND ({_TAKEN}) ORDER BY 1",
        rows=rows, all=accepts_all,
    )  # fmt: skip
    return [customer_id for (customer_id,) in found]


def link_known(table_id: int, partner_id: int) -> int:
    """Link the rows that were there already with their receipts. Returns how many."""
    return change(
        """
        INSERT INTO billing_importedrow (partner_id, table_id, row, receipt_id, was_there)
        SELECT %(partner)s, %(table)s, row, receipt_id, true
          FROM staged_receipt WHERE verdict = 'known'
        """,
        partner=partner_id,
        table=table_id,
    )


def _numbers(payment: Received) -> str:
    """Invoice numbers of our own form in the remark, as PostgreSQL writes an array."""
    found = numbering.mentioned(rules.folded(payment.remark))
    return "{" + ",".join(sorted(found)) + "}"
