"""/attachments/…: keeping a file with a record, having it, taking it back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from partners import attachments
from partners.models import Attachment, Partner, Scan, User
from service_requests.models import ServiceRequest, Topic
from tests.factories.customers import CustomerFactory
from tests.factories.partners import (
    PartnerFactory,
    admin_agent,
    help_desk_agent,
    member,
    sales_agent,
)
from tests.factories.service_requests import ServiceRequestFactory
from tests.partners.attachments import make

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.CLAMAV_ADDRESS = ""


@pytest.fixture
def record(partner: Partner) -> ServiceRequest:
    return ServiceRequestFactory.create(customer=CustomerFactory.create(partner=partner))


def _kept(record: ServiceRequest, name: str = "发票.pdf") -> Attachment:
    upload = SimpleUploadedFile(name, make.PDF)
    return attachments.store(
        record, record.partner, record.customer_id, upload, by=None, reason="by mail"
    )


def _adding(record: ServiceRequest) -> str:
    return reverse("partners:attach", args=["service_requests.servicerequest", record.pk])


def _having(kept: Attachment) -> str:
    return reverse("partners:attachment", args=[kept.pk])


def _withdrawing(kept: Attachment) -> str:
    return reverse("partners:withdraw_attachment", args=[kept.pk])


def test_a_file_is_kept_from_the_records_page(record: ServiceRequest, signed_in: SignIn) -> None:
    client = signed_in(help_desk_agent(record.partner))
    upload = SimpleUploadedFile("截图.png", make.png())

    response = client.post(_adding(record), {"file": upload, "note": "what they see"}, follow=True)

    kept = attachments.of(record).get()
    assert response.redirect_chain[0][0] == record.get_absolute_url()
    assert "Kept as “截图.png”." in response.content.decode()
    assert _having(kept) in response.content.decode()
    assert kept.customer_ref == record.customer_id


def test_a_refused_file_says_why_and_keeps_nothing(
    record: ServiceRequest, signed_in: SignIn
) -> None:
    client = signed_in(help_desk_agent(record.partner))
    upload = SimpleUploadedFile("a.pdf", b"<script>alert(1)</script>")

    response = client.post(_adding(record), {"file": upload})

    assert response.status_code == 422
    assert "The name says PDF, but the content is something else." in response.content.decode()
    assert not attachments.of(record).exists()


def test_an_empty_form_is_asked_again(record: ServiceRequest, signed_in: SignIn) -> None:
    response = signed_in(help_desk_agent(record.partner)).post(_adding(record), {})

    assert response.status_code == 422


def test_a_second_click_keeps_one(record: ServiceRequest, signed_in: SignIn) -> None:
    client = signed_in(help_desk_agent(record.partner))

    client.post(_adding(record), {"file": SimpleUploadedFile("a.pdf", make.PDF)})
    again = client.post(_adding(record), {"file": SimpleUploadedFile("b.pdf", make.PDF)})

    assert again.status_code == 302
    assert attachments.of(record).get().name == "a.pdf"


def test_the_download_is_only_a_download(record: ServiceRequest, signed_in: SignIn) -> None:
    kept = _kept(record)

    response = signed_in(sales_agent(record.partner)).get(_having(kept))

    assert b"".join(response) == make.PDF
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E5%8F%91%E7%A5%A8.pdf"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("scan", [Scan.WAITING, Scan.INFECTED])
def test_what_is_in_quarantine_is_not_served_but_named(
    record: ServiceRequest, signed_in: SignIn, scan: Scan
) -> None:
    kept = _kept(record)
    Attachment.objects.filter(pk=kept.pk).update(
        scan=scan, next_scan_at=kept.uploaded_at, finding="Eicar"
    )
    client = signed_in(sales_agent(record.partner))

    assert client.get(_having(kept)).status_code == 404
    page = client.get(record.get_absolute_url()).content.decode()
    assert "发票.pdf" in page
    assert str(scan.label) in page
    assert _having(kept) not in page


def test_a_file_whose_bytes_are_gone_is_404(record: ServiceRequest, signed_in: SignIn) -> None:
    kept = _kept(record)
    kept.content.storage.delete(str(kept.content.name))

    assert signed_in(sales_agent(record.partner)).get(_having(kept)).status_code == 404


def test_somebody_elses_file_is_404(record: ServiceRequest, signed_in: SignIn) -> None:
    kept = _kept(record)
    client = signed_in(admin_agent(PartnerFactory.create()))

    assert client.get(_having(kept)).status_code == 404
    assert client.get(_withdrawing(kept)).status_code == 404
    assert client.get(_adding(record)).status_code == 404


def test_files_about_money_are_404_without_the_right(partner: Partner, signed_in: SignIn) -> None:
    customer = CustomerFactory.create(partner=partner)
    record = ServiceRequestFactory.create(customer=customer, topic=Topic.BILLING_DISPUTE)
    kept = _kept(record)
    client = signed_in(sales_agent(partner))

    assert client.get(_having(kept)).status_code == 404
    assert client.get(_adding(record)).status_code == 404
    assert "发票.pdf" not in client.get(record.get_absolute_url()).content.decode()


def test_who_may_not_change_reads_only(record: ServiceRequest, signed_in: SignIn) -> None:
    kept = _kept(record)
    client = signed_in(sales_agent(record.partner))

    page = client.get(record.get_absolute_url()).content.decode()

    assert _having(kept) in page
    assert _adding(record) not in page
    assert client.post(_adding(record), {}).status_code == 403
    assert client.post(_withdrawing(kept), {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("kind", ["partners.user", "auth.group", "nonsense", "billing.invoiceline"])
def test_kinds_that_keep_no_files_are_404(partner: Partner, signed_in: SignIn, kind: str) -> None:
    url = reverse("partners:attach", args=[kind, 1])

    assert signed_in(admin_agent(partner)).get(url).status_code == 404


def test_withdrawing_asks_why_and_leaves_a_trace(record: ServiceRequest, signed_in: SignIn) -> None:
    kept = _kept(record)
    client = signed_in(help_desk_agent(record.partner))

    without = client.post(_withdrawing(kept), {"reason": " "})
    done = client.post(_withdrawing(kept), {"reason": "wrong customer"}, follow=True)

    assert without.status_code == 422
    assert "wrong customer" in done.content.decode()
    assert client.get(_having(kept)).status_code == 404


def test_withdrawing_twice_says_so(record: ServiceRequest, signed_in: SignIn) -> None:
    kept = _kept(record)
    client = signed_in(help_desk_agent(record.partner))
    client.post(_withdrawing(kept), {"reason": "wrong customer"})

    again = client.post(_withdrawing(kept), {"reason": "again"}, follow=True)

    assert "The file was withdrawn already." in again.content.decode()
    kept.refresh_from_db()
    assert kept.withdrawn_because == "wrong customer"


def test_nobody_signed_in_is_asked_to(record: ServiceRequest, client: Client) -> None:
    kept = _kept(record)

    assert client.get(_having(kept)).status_code == 302
    assert client.post(_adding(record)).status_code == 302
    assert client.post(_withdrawing(kept)).status_code == 302


def test_without_a_role_it_is_forbidden(record: ServiceRequest, signed_in: SignIn) -> None:
    kept = _kept(record)

    assert signed_in(member(record.partner)).get(_having(kept)).status_code == 403


def test_a_file_is_not_posted(record: ServiceRequest, signed_in: SignIn) -> None:
    kept = _kept(record)

    assert signed_in(sales_agent(record.partner)).post(_having(kept)).status_code == 405


def test_the_trail_names_the_file_to_who_may_read(
    record: ServiceRequest, signed_in: SignIn
) -> None:
    _kept(record)

    page = signed_in(help_desk_agent(record.partner)).get(record.get_absolute_url())

    assert "File kept" in page.content.decode()
    assert "by mail" in page.content.decode()
