"""Writes to customers, contacts and credit decisions, each with its audit entry."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import models, transaction

from customers import addresses, names
from customers.models import Contact, CreditDecision, Customer
from partners import audit, clock
from partners.models import Partner, TermsFrom, TermsKind, User


def facts_changed(customers: Iterable[Customer]) -> None:
    """Say that what these locked customers owe or agreed may have changed.

    Until the collections policy has judged the new facts, nothing is suspended for non-payment.
    """
    by_id = {customer.pk: customer for customer in customers}
    Customer.objects.filter(pk__in=by_id).update(facts_version=models.F("facts_version") + 1)
    for customer in by_id.values():
        customer.facts_version += 1


def record_seen(
    partner: Partner, *, tenant_id: str, company: str, domain: str, seen_at: datetime | None
) -> Customer:
    """Create or refresh a customer as 21Vianet, or a reconciliation file, shows it.

    Names that people corrected in the portal stay: only a new customer gets its short name here.
    """
    with transaction.atomic():
        customer, created = Customer.objects.select_for_update(no_key=True).get_or_create(
            partner=partner,
            tenant_id=tenant_id.lower(),
            defaults={
                "company": company,
                "short_name": names.short(company)[:100],
                "domain": domain,
                "created_at": clock.now(),
            },
        )
        if created:
            audit.record(_fact(customer, "customer.created", "first seen"), by=None)
        _refresh(customer, company=company, domain=domain, seen_at=seen_at)
    return customer


def _refresh(customer: Customer, *, company: str, domain: str, seen_at: datetime | None) -> None:
    before = {"company": customer.company, "domain": customer.domain}
    customer.company = company or customer.company
    customer.domain = domain or customer.domain
    customer.seen_at = seen_at or customer.seen_at
    index_names(customer)
    customer.save()
    after = {"company": customer.company, "domain": customer.domain}
    if after != before:
        fact = _fact(customer, "customer.renamed", "seen at 21Vianet", before=before, after=after)
        audit.record(fact, by=None)


def index_names(customer: Customer) -> None:
    """Derive what lists sort by and what search finds. The caller saves."""
    customer.pinyin_key = names.pinyin_key(customer.short_name or customer.company)
    customer.search_text = names.search_text(customer.company, customer.short_name, customer.domain)


def edit_customer(
    customer: Customer,
    *,
    short_name: str,
    language: str,
    by: User | None,
    reason: str,
    on_paper: Mapping[str, str] | None = None,
) -> Customer:
    """Change what the partner calls a customer and the language it is written to in.

    `on_paper` is what papers name besides the company: `tax_number` and `address`.
    """
    after = {"short_name": short_name, "language": language, **(on_paper or {})}
    with transaction.atomic():
        [locked] = Customer.objects.lock([customer.pk])
        before = {name: getattr(locked, name) for name in after}
        for name, value in after.items():
            setattr(locked, name, value)
        index_names(locked)
        locked.save(update_fields=[*after, "pinyin_key", "search_text"])
        audit.record(_fact(locked, "customer.edited", reason, before=before, after=after), by=by)
    return locked


def save_contact(contact: Contact, *, by: User | None, reason: str) -> Contact:
    """Store a new or changed contact."""
    kind = "contact.added" if contact.pk is None else "contact.changed"
    with transaction.atomic():
        contact.save()
        after = {
            "name": contact.name,
            "role": contact.role,
            "email": contact.email,
            "mobile": contact.mobile,
            "wechat": contact.wechat,
        }
        audit.record(_contact_fact(contact, kind, reason, after), by=by)
    return contact


def remove_contact(contact: Contact, *, by: User | None, reason: str) -> None:
    """Stop writing to this person."""
    with transaction.atomic():
        fact = _contact_fact(contact, "contact.removed", reason, {"name": contact.name})
        audit.record(fact, by=by)
        contact.delete()


def decide_credit(
    customer: Customer,
    *,
    terms_days: int,
    terms_kind: TermsKind = TermsKind.NET,
    terms_from: TermsFrom = TermsFrom.ISSUE,
    limit: Decimal | None,
    prepayment: bool,
    review_on: date | None,
    by: User | None,
    reason: str,
) -> CreditDecision:
    """Add a credit decision in the partner's currency. Earlier decisions stay as they were."""
    with transaction.atomic():
        [locked] = Customer.objects.lock([customer.pk])
        decision = CreditDecision.objects.create(
            partner=locked.partner,
            customer=locked,
            terms_days=terms_days,
            terms_kind=terms_kind,
            terms_from=terms_from,
            limit=limit,
            currency=locked.partner.currency,
            prepayment=prepayment,
            review_on=review_on,
            reason=reason,
            decided_by=by,
            decided_at=clock.now(),
        )
        after = {
            "terms_days": terms_days,
            "terms_kind": terms_kind,
            "terms_from": terms_from,
            "limit": limit,
            "prepayment": prepayment,
        }
        audit.record(
            audit.Fact(
                partner_id=locked.partner_id,
                customer_id=locked.pk,
                subject=decision,
                kind="customer.credit_decided",
                reason=reason,
                after=after,
            ),
            by=by,
        )
    return decision


def is_outside_tenant(contact: Contact, customer: Customer) -> bool:
    """Whether the contact can still be reached when the customer's tenant is suspended.

    A phone number or WeChat is outside; an e-mail address is, unless it is the tenant's own.
    """
    if contact.mobile or contact.wechat:
        return True
    return bool(contact.email) and not addresses.is_own(contact.email, customer.domain)


def _fact(
    customer: Customer, kind: str, reason: str, **changes: Mapping[str, object]
) -> audit.Fact:
    return audit.Fact(
        partner_id=customer.partner_id,
        customer_id=customer.pk,
        subject=customer,
        kind=kind,
        reason=reason,
        before=changes.get("before", {}),
        after=changes.get("after", {}),
    )


def _contact_fact(
    contact: Contact, kind: str, reason: str, after: Mapping[str, object]
) -> audit.Fact:
    return audit.Fact(
        partner_id=contact.partner_id,
        customer_id=contact.customer_id,
        subject=contact,
        kind=kind,
        reason=reason,
        after=after,
    )
