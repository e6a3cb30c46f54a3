"""The command does as the page does, with exit code 1 and the reason on stderr when refused."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from billing.models import FileStatus, Invoice, PartnerInvoice, ReconciliationFile
from customers.models import Customer
from partners.models import Partner
from tests.billing.files import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "October.csv"
    path.write_bytes(make.licence_bytes(3))
    return path


def run(*arguments: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_reconciliation", make.MPN_ID, *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refused(*arguments: object) -> tuple[str, str]:
    err = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_reconciliation", *map(str, arguments), stderr=err)
    assert error.value.returncode == 1
    return str(error.value), err.getvalue()


def test_import_with_a_number(partner: Partner, path: Path) -> None:
    out, err = run(path, "--invoice", make.INVOICE)

    assert "3 lines, 3,180.00 CNY after tax" in out
    assert "3 draft invoices" in out
    assert "was not known" in err
    file = ReconciliationFile.objects.get()
    assert (file.status, file.name) == (FileStatus.IMPORTED, "October.csv")
    with file.content.open() as stored:
        assert stored.read() == make.licence_bytes(3)
    assert PartnerInvoice.objects.get().issued_on == make.FIRST


def test_import_takes_the_number_of_a_usage_file(partner: Partner, path: Path) -> None:
    path.write_bytes(make.usage_bytes(2))
    run(path)

    assert PartnerInvoice.objects.get().number == make.INVOICE


def test_import_takes_the_only_invoice_that_waits(partner: Partner, path: Path) -> None:
    invoice = make.partner_invoice(partner)
    run(path)

    assert ReconciliationFile.objects.get().invoice == invoice


def test_import_without_any_number_files_under_the_month(partner: Partner, path: Path) -> None:
    out, _ = run(path)

    assert "for invoice 2026-10" in out


def test_check_imports_nothing(partner: Partner, path: Path) -> None:
    out, _ = run(path, "--check")

    assert out.startswith("Checked: 3 lines")
    assert not ReconciliationFile.objects.exists()
    assert not PartnerInvoice.objects.exists()
    assert not Customer.objects.exists()


def test_bad_row_is_named_on_stderr(partner: Partner, path: Path, tmp_path: Path) -> None:
    path.write_bytes(make.changed(make.licence_bytes(3), {"Amount": "1e5"}, row=3))
    reason, err = refused(make.MPN_ID, path)

    assert reason == "1 errors; nothing was imported."
    assert "Row 3, Amount: “1e5”" in err
    assert not ReconciliationFile.objects.exists()
    assert not list((tmp_path / "reconciliation").glob("*/*"))


def test_same_file_again_says_already(partner: Partner, path: Path) -> None:
    run(path)
    reason, _ = refused(make.MPN_ID, path)

    assert "Exactly this file is here already: imported" in reason
    assert ReconciliationFile.objects.count() == 1


def test_replacing(partner: Partner, path: Path) -> None:
    run(path)
    first = ReconciliationFile.objects.get()
    path.write_bytes(make.licence_bytes(4))
    reason, err = refused(make.MPN_ID, path, "--invoice", first.invoice.number)
    assert "already has a file of this kind" in err
    run(path, "--replaces", first.pk)

    first.refresh_from_db()
    assert first.status == FileStatus.REPLACED
    assert Invoice.objects.drafts().count() == 4
    assert "nothing was imported" in reason


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("1", "x.csv"), "no partner with the MPN ID 1"),
        ((make.MPN_ID, "/no/such/file.csv"), "No such file or directory"),
        ((make.MPN_ID, "/"), "Is a directory"),
        ((make.MPN_ID, "x.csv", "--replaces", "999"), "no reconciliation file 999"),
    ],
)
def test_wrong_arguments_are_refused(
    partner: Partner, arguments: tuple[str, ...], words: str
) -> None:
    assert words in refused(*arguments)[0]
