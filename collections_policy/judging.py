"""Judges new facts: whoever has paid is let go at once; what became due waits for the sweep.

Customers whose facts are newer than their judgement are found by a partial index. Until they are
judged, nothing is suspended for non-payment.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

import structlog
from django.db import models, transaction

from billing.models import Invoice
from collections_policy import actions, facts, rules
from collections_policy.actions import Decided
from collections_policy.facts import NoPolicy, Situation
from collections_policy.models import Case
from collections_policy.sweep import CUSTOMER_ERRORS
from customers.models import Customer, CustomerQuerySet
from partners import clock
from partners.models import Partner

logger = structlog.get_logger(__name__)
BATCH = 100
REASON = "payment, credit or dispute recorded"


def judge_pending() -> int:
    """Judge every customer with new facts, or whose debt is tolerated now. Returns how many."""
    return _judge_each(_with_new_facts()) + _judge_each(_tolerated())


def _judge_each(waiting: CustomerQuerySet) -> int:
    judged, after = 0, 0
    while batch := _after(waiting, after):
        after = batch[-1].pk
        for partner_id, group in groupby(sorted(batch, key=_partner_id), key=_partner_id):
            judged += _judge_of_partner(partner_id, [customer.pk for customer in group])
    return judged


def _with_new_facts() -> CustomerQuerySet:
    return Customer.objects.filter(facts_version__gt=models.F("judged_version"))


def _tolerated() -> CustomerQuerySet:
    """Customers chased for no more than their partner tolerates since its setting was raised."""
    tolerance = models.F("partner__settings__minimum_overdue_amount")
    chased = Case.objects.are_open().filter(overdue_amount__lte=tolerance)
    return Customer.objects.filter(pk__in=chased.values("customer"))


def _after(waiting: CustomerQuerySet, after: int) -> list[Customer]:
    return list(waiting.filter(pk__gt=after).only("pk", "partner_id").order_by("pk")[:BATCH])


def _partner_id(customer: Customer) -> int:
    return customer.partner_id


def _judge_of_partner(partner_id: int, ids: Sequence[int]) -> int:
    """One transaction for all; if somebody's data breaks it, one for each."""
    partner = Partner.objects.select_related("settings").get(pk=partner_id)
    try:
        return _judge(partner, ids)
    except CUSTOMER_ERRORS as error:
        logger.warning("judging_split", partner=partner_id, error=type(error).__name__)
    return sum(_judge_alone(partner, customer_id) for customer_id in ids)


def _judge_alone(partner: Partner, customer_id: int) -> int:
    try:
        return _judge(partner, [customer_id])
    except CUSTOMER_ERRORS:
        logger.exception("judging_failed", customer=customer_id)
        return 0


def _judge(partner: Partner, ids: Sequence[int]) -> int:
    """Judge these customers under their locks; settled cases close and let go of their holds."""
    on = clock.business_date(partner)
    with transaction.atomic():
        customers = Customer.objects.lock(ids)
        try:
            playbook = facts.playbook_of(partner)
        except NoPolicy:
            situations: list[Situation] = []
        else:
            situations = facts.gather(partner, customers, playbook, on)
        known = _seen_overdue(situations)
        decided = [
            Decided(one, rules.deferred(rules.decide(one.facts, one.version, on), on))
            for one in situations
            if one.case is not None or one.key in known
        ]
        actions.apply(partner, decided, on, reason=REASON)
        return Customer.objects.filter(pk__in=[customer.pk for customer in customers]).update(
            judged_version=models.F("facts_version")
        )


def _seen_overdue(situations: Iterable[Situation]) -> set[tuple[int, str]]:
    """Debts without a case that a sweep has flagged before, so that no sweep would find them.

    A reversed payment and a rejected dispute come back this way, with a case of their own.
    """
    ids = [
        pk
        for one in situations
        if one.case is None and one.overdue is not None
        for pk in one.overdue.invoice_ids
    ]
    if not ids:
        return set()
    flagged = Invoice.objects.chaseable().filter(pk__in=ids, overdue_flagged_on__isnull=False)
    return set(flagged.order_by().values_list("customer_id", "currency"))
