"""The commands do as the page does: exit code 1 and the row on stderr when refused."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from billing.models import BankLayout, Invoice, Receipt, TableImport
from partners.models import Partner
from tests.billing.imports import make
from tests.factories.customers import CustomerFactory
from tests.factories.partners import PartnerFactory, billing_admin

pytestmark = pytest.mark.django_db


def run(command: str, partner: Partner, *arguments: object) -> str:
    out = io.StringIO()
    call_command(command, partner.mpn_id, *map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def refused(command: str, *arguments: object) -> tuple[str, str]:
    err = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command(command, *map(str, arguments), stderr=err)
    assert error.value.returncode == 1
    return str(error.value), err.getvalue()


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    path = tmp_path / "January.csv"
    path.write_bytes(make.statement(make.paid(on="20260102")))
    return path


def test_import_receipts_records(partner: Partner, statement: Path) -> None:
    out = run("import_receipts", partner, statement)

    assert "1 new rows (1,060.00 CNY)" in out
    assert Receipt.objects.get().bank_serial == "S1"
    assert TableImport.objects.get().is_imported


def test_import_receipts_uses_the_named_layout(partner: Partner, statement: Path) -> None:
    clerk = billing_admin(partner)
    make.imported(partner, make.statement(make.paid(on="20260103", serial="S0")), by=clerk,
                  remember_as="CMB")  # fmt: skip
    run("import_receipts", partner, statement, "--layout", "CMB")

    assert BankLayout.objects.get().bank_account == make.ACCOUNT
    assert Receipt.objects.get(bank_serial="S1").bank_account == make.ACCOUNT


def test_check_imports_nothing(partner: Partner, statement: Path) -> None:
    out = run("import_receipts", partner, statement, "--check")

    assert out.startswith("Checked: 1 new rows")
    assert not TableImport.objects.exists()
    assert not Receipt.objects.exists()


def test_bad_row_is_named_on_stderr(partner: Partner, statement: Path, tmp_path: Path) -> None:
    statement.write_bytes(make.statement(make.paid(on="20260102", credit="NaN")))
    reason, err = refused("import_receipts", partner.mpn_id, statement)

    assert reason == "1 errors; nothing was imported."
    assert "Row 2, 贷方发生额: “NaN”" in err
    assert not TableImport.objects.exists()
    assert not list((tmp_path / "imports").glob("*/*"))


def test_same_file_again_says_already(partner: Partner, statement: Path) -> None:
    run("import_receipts", partner, statement)
    reason, _ = refused("import_receipts", partner.mpn_id, statement)

    assert "Exactly this file is here already: imported" in reason


def test_import_invoices_brings_opening_balances(partner: Partner, tmp_path: Path) -> None:
    CustomerFactory.create(partner=partner, company="上海测试有限公司")
    path = tmp_path / "balances.csv"
    path.write_bytes(make.balances(make.balance(issued="2026-01-01", due="2026-02-01")))
    out = run("import_invoices", partner, path)

    assert "Imported as import" in out
    assert Invoice.objects.get().is_unconfirmed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("1", "x.csv"), "no partner with the MPN ID 1"),
        (("4390934", "/no/such/file.csv"), "No such file or directory"),
        (("4390934", "x.csv", "--layout", "ICBC"), "no layout called “ICBC”"),
    ],
)
def test_wrong_arguments_are_refused(arguments: tuple[str, ...], words: str) -> None:
    PartnerFactory.create(mpn_id="4390934")

    assert words in refused("import_receipts", *arguments)[0]
