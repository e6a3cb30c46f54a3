"""Customers and their contacts."""

import uuid

import factory

from customers import names
from customers.models import Contact, ContactRole, Customer
from partners import clock
from tests.factories.partners import PartnerFactory


class CustomerFactory(factory.django.DjangoModelFactory[Customer]):
    class Meta:
        model = Customer

    partner = factory.SubFactory(PartnerFactory)
    tenant_id = factory.LazyFunction(lambda: str(uuid.uuid4()))
    company = factory.Sequence(lambda n: f"上海测试{n}有限公司")
    domain = factory.Sequence(lambda n: f"test{n}.partner.onmschina.cn")
    short_name = factory.LazyAttribute(lambda o: names.short(o.company))
    pinyin_key = factory.LazyAttribute(lambda o: names.pinyin_key(o.company))
    search_text = factory.LazyAttribute(
        lambda o: names.search_text(o.company, o.short_name, o.domain)
    )
    created_at = factory.LazyFunction(clock.now)


class ContactFactory(factory.django.DjangoModelFactory[Contact]):
    class Meta:
        model = Contact

    customer = factory.SubFactory(CustomerFactory)
    partner = factory.SelfAttribute("customer.partner")
    name = "王芳"
    role = ContactRole.BILLING
    email = factory.Sequence(lambda n: f"wang{n}@outside.example")
