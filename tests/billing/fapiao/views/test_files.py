"""The files of a fapiao, on its page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.fapiao import services
from billing.models import Fapiao
from partners import attachments
from partners.models import AuditEntry, Partner, User
from tests.factories.billing import issued_to
from tests.factories.customers import CustomerFactory
from tests.factories.partners import PartnerFactory, billing_admin, sales_agent
from tests.partners.attachments import make

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.CLAMAV_ADDRESS = ""


@pytest.fixture
def fapiao(partner: Partner) -> Fapiao:
    invoice = issued_to(CustomerFactory.create(partner=partner))
    return services.request([invoice], wanted="special", by=None, reason="test")


def add(client: Client, fapiao: Fapiao, name: str, content: bytes) -> int:
    url = reverse("partners:attach", args=["billing.fapiao", fapiao.pk])
    return client.post(url, {"file": SimpleUploadedFile(name, content)}).status_code


@pytest.mark.parametrize(
    ("name", "content"),
    [("发票.pdf", make.PDF), ("发票.ofd", make.ofd()), ("发票.xml", make.GBK_XML)],
)
def test_page_keeps_and_shows_what_the_tax_bureau_gives(
    fapiao: Fapiao, signed_in: SignIn, name: str, content: bytes
) -> None:
    clerk = signed_in(billing_admin(fapiao.partner))

    assert add(clerk, fapiao, name, content) == 302

    assert name in clerk.get(fapiao.get_absolute_url()).content.decode()
    entry = AuditEntry.objects.get(kind="fapiao.file_kept")
    assert entry.customer_ref == fapiao.customer_id


def test_sales_agent_neither_keeps_nor_has_a_file(fapiao: Fapiao, signed_in: SignIn) -> None:
    upload = SimpleUploadedFile("a.pdf", make.PDF)
    kept = attachments.store(
        fapiao, fapiao.partner, fapiao.customer_id, upload, by=None, reason="test"
    )
    client = signed_in(sales_agent(fapiao.partner))

    assert client.get(reverse("partners:attachment", args=[kept.pk])).status_code in {403, 404}
    assert add(client, fapiao, "b.pdf", make.PDF) in {403, 404}


def test_fapiao_of_another_partner_is_not_found(fapiao: Fapiao, signed_in: SignIn) -> None:
    stranger = signed_in(billing_admin(PartnerFactory.create()))

    assert add(stranger, fapiao, "a.pdf", make.PDF) == 404
