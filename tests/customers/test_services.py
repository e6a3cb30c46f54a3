"""Writes to customers, contacts and credit decisions, each with its trail."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from customers import services
from customers.models import Contact, CreditDecision, Customer
from partners import audit
from partners.models import AuditEntry, Partner, User
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.partners import admin_agent

pytestmark = pytest.mark.django_db
SEEN_AT = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
TENANT = "6F1C0F38-0000-4000-8000-00000000ABCD"


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


@pytest.fixture
def agent(partner: Partner) -> User:
    return admin_agent(partner)


@pytest.fixture
def broken_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(audit, "record", refuse)


def seen(partner: Partner, company: str = "云启科技有限公司", domain: str = "yunqi.cn") -> Customer:
    return services.record_seen(
        partner, tenant_id=TENANT, company=company, domain=domain, seen_at=SEEN_AT
    )


def decided(customer: Customer, agent: User, terms_days: int = 45) -> CreditDecision:
    return services.decide_credit(
        customer,
        terms_days=terms_days,
        limit=Decimal("50000.00"),
        prepayment=False,
        review_on=None,
        by=agent,
        reason="pays well",
    )


def test_record_seen_creates_a_customer_that_can_be_found(partner: Partner) -> None:
    customer = seen(partner)

    assert (customer.short_name, customer.pinyin_key) == ("云启科技", "yun qi ke ji")
    assert customer.tenant_id == TENANT.lower()
    assert customer.seen_at == SEEN_AT
    assert Customer.objects.matching("YQKJ").get() == customer


def test_record_seen_twice_is_once(partner: Partner) -> None:
    assert seen(partner) == seen(partner)

    assert AuditEntry.objects.filter(kind="customer.created").count() == 1


def test_record_seen_keeps_the_name_that_people_gave(partner: Partner, agent: User) -> None:
    services.edit_customer(
        seen(partner), short_name="云老板", language="en", by=agent, reason="their wish"
    )

    customer = seen(partner, company="云启新科技有限公司")

    assert (customer.company, customer.short_name) == ("云启新科技有限公司", "云老板")
    renamed = AuditEntry.objects.get(kind="customer.renamed")
    assert renamed.before["company"] == "云启科技有限公司"


def test_record_seen_forgets_nothing_that_is_not_shown(partner: Partner) -> None:
    seen(partner)

    customer = services.record_seen(partner, tenant_id=TENANT, company="", domain="", seen_at=None)

    assert (customer.company, customer.domain) == ("云启科技有限公司", "yunqi.cn")
    assert customer.seen_at == SEEN_AT


def test_record_seen_keeps_partners_apart(partner: Partner) -> None:
    theirs = CustomerFactory.create(tenant_id=TENANT.lower())

    assert seen(partner) != theirs


def test_record_seen_moves_nothing_when_the_audit_fails(
    partner: Partner, broken_audit: None
) -> None:
    with pytest.raises(DatabaseError):
        seen(partner)

    assert not Customer.objects.exists()


def test_edit_customer_is_found_by_the_new_name(customer: Customer, agent: User) -> None:
    services.edit_customer(
        customer, short_name="天和", language="it", by=agent, reason="their wish"
    )

    found = Customer.objects.matching("tianhe").get()
    assert (found.short_name, found.language, found.pinyin_key) == ("天和", "it", "tian he")
    entry = AuditEntry.objects.get(kind="customer.edited")
    assert (entry.by_id, entry.reason) == (agent.pk, "their wish")
    assert entry.after == {"short_name": "天和", "language": "it"}


def test_edit_customer_moves_nothing_when_the_audit_fails(
    customer: Customer, agent: User, broken_audit: None
) -> None:
    with pytest.raises(DatabaseError):
        services.edit_customer(customer, short_name="天和", language="it", by=agent, reason="x")

    customer.refresh_from_db()
    assert customer.short_name != "天和"


def test_save_contact_says_added_then_changed(customer: Customer, agent: User) -> None:
    contact = ContactFactory.build(customer=customer, partner=customer.partner)

    services.save_contact(contact, by=agent, reason="new")
    contact.mobile = "13800000000"
    services.save_contact(contact, by=agent, reason="they moved")

    kinds = AuditEntry.objects.filter(kind__startswith="contact.").order_by("id")
    assert [entry.kind for entry in kinds] == ["contact.added", "contact.changed"]
    assert kinds[1].after["mobile"] == "13800000000"


def test_remove_contact_stays_in_the_trail(customer: Customer, agent: User) -> None:
    contact = ContactFactory.create(customer=customer, name="王芳")

    services.remove_contact(contact, by=agent, reason="left the company")

    assert not Contact.objects.exists()
    entry = AuditEntry.objects.get(kind="contact.removed")
    assert (entry.after["name"], entry.customer_ref) == ("王芳", customer.pk)


def test_remove_contact_keeps_it_when_the_audit_fails(
    customer: Customer, agent: User, broken_audit: None
) -> None:
    contact = ContactFactory.create(customer=customer)

    with pytest.raises(DatabaseError):
        services.remove_contact(contact, by=agent, reason="left")

    assert Contact.objects.exists()


def test_decide_credit_adds_to_what_was_decided(customer: Customer, agent: User) -> None:
    decided(customer, agent, terms_days=30)
    newest = decided(customer, agent, terms_days=45)

    assert [each.terms_days for each in customer.credit_decisions.all()] == [45, 30]
    assert (newest.currency, newest.decided_by) == ("CNY", agent)


@pytest.mark.parametrize("write", ["update", "delete"])
def test_credit_decisions_are_never_changed(customer: Customer, agent: User, write: str) -> None:
    decided(customer, agent)
    rows = CreditDecision.objects.all()
    writes = {"update": lambda: rows.update(terms_days=1), "delete": rows.delete}

    with pytest.raises(DatabaseError), transaction.atomic():
        writes[write]()

    assert CreditDecision.objects.get().terms_days == 45


def test_facts_changed_raises_the_version_of_these_customers_only(partner: Partner) -> None:
    changed, other = CustomerFactory.create_batch(2, partner=partner)

    services.facts_changed(Customer.objects.lock([changed.pk]))

    changed.refresh_from_db()
    other.refresh_from_db()
    assert (changed.facts_version, other.facts_version) == (1, 0)
    assert (changed.is_judged, other.is_judged) == (False, True)


def test_facts_changed_costs_one_query(partner: Partner, django_assert_num_queries: object) -> None:
    customers = CustomerFactory.create_batch(20, partner=partner)

    with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django's fixture
        services.facts_changed(customers)


@pytest.mark.parametrize(
    ("contact", "is_outside"),
    [
        ({"email": "wang@test.partner.onmschina.cn"}, False),
        ({"email": "WANG@TEST.partner.onmschina.cn"}, False),
        ({"email": "wang@outside.example"}, True),
        ({"email": "", "mobile": "13800000000"}, True),
        ({"email": "", "wechat": "wang"}, True),
    ],
)
def test_is_outside_tenant(partner: Partner, contact: dict[str, str], is_outside: bool) -> None:
    customer = CustomerFactory.create(partner=partner, domain="Test.partner.onmschina.cn")
    person = ContactFactory.create(customer=customer, **contact)

    assert services.is_outside_tenant(person, customer) is is_outside
