"""Remembers who pays for whom.

Learned when a person assigns a payment, forgotten when that was wrong. It only suggests: whose
money it is, a person says.
"""

from django.db import transaction
from django.db.models import Q

from billing import rules
from billing.models import PayerAlias, Receipt
from customers.models import Customer
from partners import audit, clock
from partners.models import User


def learn(receipt: Receipt, customer: Customer, *, by: User | None) -> None:
    """Remember that this payer pays for this customer, if a person says so.

    A customer that pays under its own name from an account the bank does not tell needs no note.
    """
    key = rules.payer_key(receipt.payer)
    is_plain = not receipt.payer_account and key == rules.payer_key(customer.company)
    if by is None or is_plain or not (key or receipt.payer_account):
        return
    with transaction.atomic():
        alias, is_new = PayerAlias.objects.get_or_create(
            partner_id=receipt.partner_id,
            customer=customer,
            payer_key=key,
            payer_account=receipt.payer_account,
            defaults={
                "payer": receipt.payer,
                "learned_from": receipt,
                "learned_by": by,
                "learned_at": clock.now(),
            },
        )
        if is_new:
            audit.record(_fact(alias, "payer.learned", str(receipt)), by=by)


def unlearn(receipt: Receipt, customer: Customer, *, by: User | None, reason: str) -> None:
    """Forget what this receipt taught about a customer: it was the wrong one."""
    wrong = PayerAlias.objects.filter(customer=customer, learned_from=receipt)
    for alias in wrong.select_related("customer"):
        forget(alias, by=by, reason=reason)


def forget(alias: PayerAlias, *, by: User | None, reason: str) -> None:
    """Suggest this customer no more for this payer. Twice is once."""
    with transaction.atomic():
        fact = _fact(alias, "payer.forgotten", reason)
        deleted, _ = PayerAlias.objects.filter(pk=alias.pk).delete()
        if deleted:
            audit.record(fact, by=by)


def matching(payer: str, payer_account: str) -> Q:
    """The known payers of this name, or with this account."""
    found = Q(pk=None)
    if key := rules.payer_key(payer):
        found |= Q(payer_key=key)
    if payer_account:
        found |= Q(payer_account=payer_account)
    return found


def _fact(alias: PayerAlias, kind: str, reason: str) -> audit.Fact:
    return audit.Fact(
        partner_id=alias.partner_id,
        customer_id=alias.customer_id,
        subject=alias,
        kind=kind,
        reason=reason,
        after={"payer": alias.payer, "payer_account": alias.payer_account},
    )
