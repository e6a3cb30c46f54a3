"""Writes price rules, each with its audit entry. They count for files imported from then on."""

from django.db import transaction

from billing.models import PriceRule
from partners import audit
from partners.models import User


def save_rule(rule: PriceRule, *, by: User | None, reason: str) -> PriceRule:
    """Store a new or changed rule."""
    with transaction.atomic():
        before = _figures(
            PriceRule.objects.select_for_update().order_by("pk").filter(pk=rule.pk).first()
        )
        rule.save()
        kind = "price_rule.changed" if before else "price_rule.added"
        audit.record(_fact(rule, kind, reason, before, _figures(rule)), by=by)
    return rule


def remove_rule(rule: PriceRule, *, by: User | None, reason: str) -> None:
    """Remove a rule; what was invoiced by it stays."""
    with transaction.atomic():
        audit.record(_fact(rule, "price_rule.removed", reason, _figures(rule), {}), by=by)
        rule.delete()


def _figures(rule: PriceRule | None) -> dict[str, object]:
    if rule is None:
        return {}
    return {
        "offer": rule.offer_id,
        "kind": rule.kind,
        "value": rule.value,
        "vat_rate": rule.vat_rate,
        "includes_vat": rule.includes_vat,
    }


def _fact(
    rule: PriceRule, kind: str, reason: str, before: dict[str, object], after: dict[str, object]
) -> audit.Fact:
    return audit.Fact(
        partner_id=rule.partner_id,
        customer_id=rule.customer_id,
        subject=rule,
        kind=kind,
        reason=reason,
        before=before,
        after=after,
    )
