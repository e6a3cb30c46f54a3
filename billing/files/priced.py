"""The lines of a file at the customers' prices, in a table of this connection.

The same arithmetic as `billing.pricing.price`, in the database, so that a million lines are priced
where they are; a test compares the two line by line. Values are bound; names are this module's.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import connection

from billing.models import ReconciliationFile

_RULES = """
CREATE TEMPORARY TABLE rule_now AS
SELECT DISTINCT ON (customer_id, lower(offer_id))
       id, customer_id, lower(offer_id) AS offer, kind, value, vat_rate, includes_vat
FROM billing_pricerule WHERE partner_id = %s
ORDER BY customer_id, lower(offer_id), id DESC
"""
BEST_RULE = """
LEFT JOIN rule_now own ON own.customer_id = {customer} AND own.offer = {offer} AND own.offer <> ''
LEFT JOIN rule_now his ON his.customer_id = {customer} AND his.offer = ''
LEFT JOIN rule_now all_of ON all_of.customer_id IS NULL AND all_of.offer = {offer}
    AND all_of.offer <> ''
LEFT JOIN rule_now usual ON usual.customer_id IS NULL AND usual.offer = ''
"""
"""The most specific rule, as in `pricing.best_rule`: customer and offer, customer, offer, all."""
BEST_RULE_ID = "coalesce(own.id, his.id, all_of.id, usual.id)"

_PAIRS = f"""
CREATE TEMPORARY TABLE priced_pair AS
SELECT found.customer_id, found.offer_id, {BEST_RULE_ID} AS rule_id
FROM (SELECT DISTINCT customer_id, offer_id FROM billing_reconciliationline WHERE file_id = %s)
    AS found
{BEST_RULE.format(customer="found.customer_id", offer="lower(found.offer_id)")}
"""  # noqa: S608  (our own names)
_PRICED = """
CREATE TEMPORARY TABLE priced_line AS
WITH ruled AS (
    SELECT l.*, r.id IS NULL AS is_at_cost, coalesce(r.kind, 'margin_percent') AS kind,
           coalesce(r.value, 0) AS value, coalesce(r.includes_vat, false) AS includes_vat,
           CASE WHEN r.id IS NOT NULL THEN r.vat_rate
                WHEN l.net = 0 OR l.tax = 0 THEN 0
                WHEN round(l.tax * 100.00000000000000000000 / l.net, 2) BETWEEN 0 AND 99.99
                THEN round(l.tax * 100.00000000000000000000 / l.net, 2)
                ELSE 0 END AS rate
    FROM billing_reconciliationline l
    JOIN priced_pair pair USING (customer_id, offer_id)
    LEFT JOIN rule_now r ON r.id = pair.rule_id
    WHERE l.file_id = %(file)s AND (%(all)s OR l.customer_id = ANY(%(customers)s))
), cost AS (
    SELECT ruled.*,
           CASE WHEN section = 'credits' AND tax = 0 THEN total * 100.00000000000000000000
                WHEN section <> 'credits' AND kind = 'unit_price' THEN amount
                ELSE net END AS part,
           CASE WHEN section = 'credits' AND tax = 0 THEN 100 + rate ELSE 1 END AS divisor
    FROM ruled
), charged AS (
    SELECT cost.*,
           CASE WHEN kind <> 'unit_price' AND divisor = 1 THEN round(part * (100 + value) / 100, 2)
                WHEN kind <> 'unit_price' THEN round(part * (100 + value) / (divisor * 100), 2)
                WHEN unit_price = 0 THEN 0.00
                ELSE round(part * value * 1.00000000000000000000 / (divisor * unit_price), 2)
                END AS charge
    FROM cost
), taxed AS (
    SELECT charged.*,
           CASE WHEN includes_vat
                THEN round(charge * 100.00000000000000000000 / (100 + rate), 2)
                ELSE charge END AS charged_net
    FROM charged
)
SELECT id AS line_id, customer_id, row, subscription_id, content_key, occurrence, is_at_cost,
       kind <> 'not_invoiced' AS is_invoiced,
       coalesce(nullif(offer_name, ''), subscription_name) || ' · ' || charge_type AS description,
       round(quantity, 6) AS quantity,
       CASE WHEN kind <> 'unit_price' THEN round(unit_price * (100 + value) / 100, 6)
            WHEN unit_price = 0 THEN 0
            WHEN includes_vat THEN round(value * 100.00000000000000000000 / (100 + rate), 6)
            ELSE value END AS unit_price,
       charge_from AS period_from, charge_to AS period_to, charged_net AS net, rate AS vat_rate,
       CASE WHEN includes_vat THEN charge - charged_net
            ELSE round(charged_net * rate / 100, 2) END AS vat
FROM taxed
"""
_DROP = "DROP TABLE IF EXISTS priced_line, priced_pair, rule_now"


@contextmanager
def rules_of(partner_id: int) -> Iterator[None]:
    """The partner's price rules as they are now, in `rule_now`."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP)
        cursor.execute(_RULES, [partner_id])
        cursor.execute("ANALYZE rule_now")
    try:
        yield
    finally:
        if connection.is_usable() and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(_DROP)


@contextmanager
def lines_of(
    file: ReconciliationFile, customer_ids: Collection[int] | None = None
) -> Iterator[None]:
    """An imported file's lines with their prices, in `priced_line`, by the rules of now.

    Of all customers, or of these.
    """
    wanted: dict[str, int | bool | list[int]] = {
        "file": file.pk,
        "all": customer_ids is None,
        "customers": list(customer_ids or ()),
    }
    with rules_of(file.partner_id):
        with connection.cursor() as cursor:
            cursor.execute(_PAIRS, [file.pk])
            cursor.execute("ANALYZE priced_pair")
            cursor.execute(_PRICED, wanted)
            cursor.execute("ANALYZE priced_line (customer_id)")
        yield
