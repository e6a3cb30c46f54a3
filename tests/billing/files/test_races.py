"""Two people, or two workers, at the same moment: real threads, real connections."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from billing.files import services
from billing.models import FileStatus, Invoice, ReconciliationFile, ReconciliationLine
from partners.models import Partner
from tests.billing.files import make


@pytest.mark.django_db(transaction=True)
def test_two_uploads_of_the_same_bytes_at_once_keep_one(partner: Partner) -> None:
    invoice = make.partner_invoice(partner)
    start = threading.Barrier(2)

    def upload() -> str:
        try:
            start.wait(timeout=10)
            make.uploaded(invoice, make.licence_bytes(50))
        except services.AlreadyUploaded:
            return "already"
        finally:
            connection.close()
        return "uploaded"

    with ThreadPoolExecutor(2) as pool:
        outcomes = [future.result() for future in [pool.submit(upload) for _ in range(2)]]

    assert sorted(outcomes) == ["already", "uploaded"]
    assert ReconciliationFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_import_once(partner: Partner) -> None:
    file = make.checked(make.partner_invoice(partner), make.licence_bytes(50))
    services.confirm(file, by=None)
    start = threading.Barrier(2)
    job = file.job
    assert job is not None

    def work() -> None:
        try:
            start.wait(timeout=10)
            services.run_import(job)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(work) for _ in range(2)]:
            future.result()

    file.refresh_from_db()
    assert file.status == FileStatus.IMPORTED
    assert ReconciliationLine.objects.count() == 50
    assert Invoice.objects.count() == 50
