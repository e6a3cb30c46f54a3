"""From bytes to draft invoices on PostgreSQL: all or nothing, once, and nothing twice."""

import io
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection
from openpyxl import Workbook

from billing.bill.services import InUse, InvoiceFacts
from billing.files import layouts, lifecycle, services
from billing.files.problems import Code
from billing.models import (
    CreditNote,
    FileStatus,
    Invoice,
    InvoiceStatus,
    PartnerInvoice,
    PriceKind,
    PriceRule,
    ReconciliationFile,
    ReconciliationLine,
)
from billing.tables.problems import TableCode
from billing.tasks import drain_imports
from customers.models import Customer
from partners import audit, jobs
from partners.models import AuditEntry, Job, Partner
from subscriptions.models import Subscription
from tests.billing.files import make
from tests.factories.customers import CustomerFactory
from tests.factories.partners import PartnerFactory, billing_admin

pytestmark = pytest.mark.django_db


def test_import_creates_what_the_file_shows(partner: Partner) -> None:
    file = make.imported(make.partner_invoice(partner, Decimal(3180)), make.licence_bytes(3))

    assert file.status == FileStatus.IMPORTED
    assert file.kind == "licence"
    assert ReconciliationLine.objects.filter(file=file).count() == 3
    customer = Customer.objects.get(tenant_id="tenant-0")
    assert (customer.company, customer.short_name) == ("上海测试0有限公司", "上海测试0")
    assert "shanghai" in customer.search_text
    subscription = Subscription.objects.get(customer=customer)
    assert (subscription.pc_id, subscription.quantity) == ("sub-0-0", 10)
    assert (subscription.seen_status, subscription.seen_at) == ("", None)


def test_import_drafts_one_invoice_per_customer(partner: Partner) -> None:
    content = make.licence_bytes(3, subscriptions=2)
    file = make.imported(make.partner_invoice(partner), content)

    drafts = Invoice.objects.filter(source_file=file)
    assert [draft.status for draft in drafts] == [InvoiceStatus.DRAFT] * 3
    assert {draft.total for draft in drafts} == {Decimal("2120.00")}
    assert drafts[0].lines.count() == 2
    assert file.outcome["drafts"] == 3


def test_import_of_2000_rows(partner: Partner) -> None:
    content = make.licence_bytes(500, subscriptions=4)
    file = make.imported(make.partner_invoice(partner, Decimal(2_120_000)), content)

    assert file.line_count == 2000
    assert Customer.objects.count() == 500
    assert Subscription.objects.count() == 2000
    assert Invoice.objects.filter(source_file=file).count() == 500
    assert AuditEntry.objects.filter(kind="reconciliation.imported").count() == 1
    assert AuditEntry.objects.filter(kind="customer.created").count() == 500


def test_import_knows_customers_and_subscriptions_whatever_their_case(partner: Partner) -> None:
    make.imported(make.partner_invoice(partner), make.licence_bytes(1))
    changes = {"CustomerID": "TENANT-0", "SyndicationPartnerSubscriptionNumber": "SUB-0-0"}
    again = make.changed(make.licence_bytes(1), changes | {"Quantity": "11"})
    make.imported(make.partner_invoice(partner, number="NEXT"), again)

    assert Customer.objects.count() == 1
    assert Subscription.objects.count() == 1


def test_import_keeps_other_partners_apart(partner: Partner) -> None:
    CustomerFactory.create(partner=PartnerFactory.create(), tenant_id="tenant-0")
    make.imported(make.partner_invoice(partner), make.licence_bytes(1))

    assert Customer.objects.filter(tenant_id="tenant-0").count() == 2


def test_usage_lines_have_no_subscription(partner: Partner) -> None:
    file = make.imported(make.partner_invoice(partner), make.usage_bytes(1))

    assert file.kind == "usage"
    assert file.lines.get().subscription is None
    assert not Subscription.objects.exists()


def test_both_files_of_an_invoice_explain_its_total(partner: Partner) -> None:
    invoice = make.partner_invoice(partner, Decimal(1060 + 25440))
    licence = make.imported(invoice, make.licence_bytes(1), expected_total=Decimal(1060))
    usage = make.imported(invoice, make.usage_bytes(1))

    assert licence.is_live
    assert usage.is_live
    assert Code.TOTALS_DIFFER not in make.problem_codes(usage)


@pytest.mark.parametrize(
    ("total", "status"),
    [
        ("3180", FileStatus.CHECKED),
        ("3180.05", FileStatus.CHECKED),
        ("3180.06", FileStatus.REFUSED),
        ("6360", FileStatus.REFUSED),
    ],
)
def test_check_compares_the_total(partner: Partner, total: str, status: FileStatus) -> None:
    file = make.checked(make.partner_invoice(partner, Decimal(total)), make.licence_bytes(3))

    assert file.status == status


def test_check_refuses_half_a_file_cut_between_lines(partner: Partner) -> None:
    half = b"\r\n".join(make.licence_bytes(4).split(b"\r\n")[:3]) + b"\r\n"
    file = make.checked(make.partner_invoice(partner, Decimal(4240)), half)

    assert make.problem_codes(file) >= {Code.TOTALS_DIFFER}
    assert not ReconciliationLine.objects.exists()
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Amount": "NaN"}, TableCode.BAD_NUMBER),
        ({"MPNID": "4390935"}, Code.OTHER_PARTNER),
        ({"Currency": "USD"}, Code.MIXED_CURRENCIES),
    ],
)
def test_one_bad_row_stops_the_file(partner: Partner, changes: dict[str, str], code: Code) -> None:
    content = make.changed(make.licence_bytes(3), changes, row=3)
    file = make.checked(make.partner_invoice(partner), content)

    assert file.status == FileStatus.REFUSED
    assert code in make.problem_codes(file)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"\x00\x01\x02", b"a,b\n1,2\n"])
def test_check_refuses_what_is_no_file(partner: Partner, content: bytes) -> None:
    file = make.checked(make.partner_invoice(partner), content)

    assert file.status == FileStatus.REFUSED
    assert file.findings["counts"]["errors"] == 1


def test_check_refuses_another_currency(partner: Partner) -> None:
    file = make.checked(make.partner_invoice(partner, currency="USD"), make.licence_bytes())

    assert Code.OTHER_CURRENCY in make.problem_codes(file)


def test_check_warns_of_last_years_file(partner: Partner) -> None:
    rows = make.rows_of(make.licence_bytes(1))
    rows[0] |= {"ChargeStartDate": "1/1/2026 0:00", "ChargeEndDate": "1/31/2026 23:59"}
    file = make.checked(make.partner_invoice(partner), make.written(rows))

    assert Code.OLD_PERIOD in make.problem_codes(file)


def test_check_compares_typed_sections(partner: Partner) -> None:
    sections = {"recurring": Decimal(2000), "taxes": Decimal(120)}
    invoice = make.partner_invoice(partner, section_totals=sections)
    file = make.checked(invoice, make.licence_bytes(3))

    differing = [w["column"] for w in file.findings["warnings"] if w["code"] == "section_differs"]
    assert sorted(differing) == ["recurring", "taxes"]


def test_upload_of_the_same_bytes_names_the_first(partner: Partner) -> None:
    invoice = make.partner_invoice(partner)
    first = make.uploaded(invoice, make.licence_bytes(), name="a.csv")
    with pytest.raises(services.AlreadyUploaded) as refused:
        make.uploaded(invoice, make.licence_bytes(), name="b.csv")

    assert refused.value.file == first
    assert len(list(first.content.storage.listdir(f"reconciliation/{partner.pk}")[1])) == 1


def test_upload_of_discarded_bytes_works_again(partner: Partner) -> None:
    invoice = make.partner_invoice(partner)
    first = make.checked(invoice, make.licence_bytes())
    services.discard(first, by=None, reason="wrong month")

    assert make.uploaded(invoice, make.licence_bytes()).pk != first.pk


def test_second_file_has_to_say_what_it_replaces(partner: Partner) -> None:
    invoice = make.partner_invoice(partner)
    make.imported(invoice, make.licence_bytes(2))
    second = make.checked(invoice, make.licence_bytes(3))

    assert Code.LIVE_FILE in make.problem_codes(second)


def test_replacing_file_drops_the_drafts_of_the_first(partner: Partner) -> None:
    invoice = make.partner_invoice(partner)
    first = make.imported(invoice, make.licence_bytes(2))
    second = make.imported(invoice, make.licence_bytes(3), replaces=first)

    first.refresh_from_db()
    assert (first.status, second.status) == (FileStatus.REPLACED, FileStatus.IMPORTED)
    assert second.outcome["voided_drafts"] == 2
    assert Invoice.objects.drafts().count() == 3
    assert set(Invoice.objects.drafts().values_list("source_file", flat=True)) == {second.pk}


def test_charges_of_another_file_refuse_the_import_with_counts(partner: Partner) -> None:
    first = make.imported(make.partner_invoice(partner), make.licence_bytes(2))
    second = make.checked(make.partner_invoice(partner, number="NEXT"), make.licence_bytes(3))

    [problem] = [p for p in second.findings["errors"] if p["code"] == Code.OVERLAP]
    assert (problem["column"], problem["value"]) == (first.name, "2")
    assert problem["details"]["lines"] == "3"


def test_only_new_lines_are_imported_where_chosen(partner: Partner) -> None:
    make.imported(make.partner_invoice(partner), make.licence_bytes(2))
    invoice = make.partner_invoice(partner, number="NEXT")
    second = make.checked(invoice, make.licence_bytes(3))
    services.check_again(second, expected_total=None, replaces=None, only_new=True, by=None)
    drain_imports()
    services.confirm(second, by=None)
    drain_imports()
    second.refresh_from_db()

    assert (second.status, second.line_count, second.lines.count()) == (FileStatus.IMPORTED, 1, 1)
    assert second.outcome["drafts"] == 1


def test_file_of_a_wrong_invoice_can_be_replaced_by_its_own_lines(partner: Partner) -> None:
    first = make.imported(make.partner_invoice(partner), make.licence_bytes(2))
    right = make.partner_invoice(partner, number="RIGHT")
    second = make.imported(right, make.licence_bytes(3), replaces=first)

    first.refresh_from_db()
    assert (first.status, second.status) == (FileStatus.REPLACED, FileStatus.IMPORTED)


def test_same_charge_twice_in_one_file_is_charged_twice(partner: Partner) -> None:
    rows = make.rows_of(make.licence_bytes(1)) * 2
    file = make.imported(make.partner_invoice(partner), make.written(rows))

    assert sorted(file.lines.values_list("occurrence", flat=True)) == [1, 2]
    assert Invoice.objects.get(source_file=file).total == Decimal(2120)


def test_negative_total_becomes_a_draft_credit_note(partner: Partner) -> None:
    minus = {"Amount": "-100", "Subtotal": "-100", "Tax": "-6", "TotalForCustomer": "-106"}
    content = make.changed(make.licence_bytes(2), minus)
    file = make.imported(make.partner_invoice(partner), content)

    note = CreditNote.objects.get(source_file=file)
    assert (note.status, note.amount, note.number) == ("draft", Decimal("106.00"), None)
    assert [line.gross for line in note.lines.all()] == [Decimal("106.00")]
    assert (file.outcome["drafts"], file.outcome["counts"]["negative"]) == (1, 1)


def test_zero_total_gets_no_draft(partner: Partner) -> None:
    zero = {"Amount": "0", "Subtotal": "0", "Tax": "0", "TotalForCustomer": "0", "UnitPrice": "0"}
    file = make.imported(make.partner_invoice(partner), make.changed(make.licence_bytes(1), zero))

    assert file.outcome["drafts"] == 0
    assert file.outcome["counts"]["zero"] == 1


def test_rules_price_the_drafts(partner: Partner) -> None:
    customer = CustomerFactory.create(partner=partner, tenant_id="tenant-0")
    PriceRule.objects.create(partner=partner, kind=PriceKind.NOT_INVOICED)
    PriceRule.objects.create(
        partner=partner, customer=customer, kind=PriceKind.MARGIN_PERCENT, value=15
    )
    file = make.imported(make.partner_invoice(partner), make.licence_bytes(2))

    assert Invoice.objects.get(source_file=file).total == Decimal("1219.00")
    assert file.outcome["counts"]["not_invoiced"] == 1
    assert Code.AT_COST not in make.problem_codes(file)


def test_without_rules_the_check_says_at_cost(partner: Partner) -> None:
    file = make.checked(make.partner_invoice(partner), make.licence_bytes(2))

    [warning] = [w for w in file.findings["warnings"] if w["code"] == Code.AT_COST]
    assert warning["value"] == "2"


def test_confirm_twice_imports_once(partner: Partner) -> None:
    file = make.checked(make.partner_invoice(partner), make.licence_bytes(1))
    services.confirm(file, by=billing_admin(partner))
    with pytest.raises(lifecycle.AlreadyMoved):
        services.confirm(file, by=None)
    drain_imports()
    drain_imports()

    assert ReconciliationLine.objects.count() == 1
    assert Job.objects.filter(kind=services.IMPORT).count() == 1


def test_import_that_breaks_leaves_nothing(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make.checked(make.partner_invoice(partner), make.licence_bytes(1))
    services.confirm(file, by=None)

    def break_audit(*_args: object, **_kwargs: object) -> None:
        raise IntegrityError("the trail is closed")

    monkeypatch.setattr(audit, "record", break_audit)
    drain_imports()

    file.refresh_from_db()
    assert file.status == FileStatus.CHECKED
    assert not Customer.objects.exists()
    assert not ReconciliationLine.objects.exists()
    assert not Invoice.objects.exists()


def test_file_whose_job_gave_up_comes_back_to_people(partner: Partner) -> None:
    waiting = make.uploaded(make.partner_invoice(partner), make.licence_bytes(1))
    importing = make.checked(make.partner_invoice(partner, number="B"), make.licence_bytes(2))
    waiting.refresh_from_db()
    services.check_again(waiting, expected_total=None, replaces=None, by=None)
    services.confirm(importing, by=None)
    Job.objects.filter(status=Job.Status.WAITING).update(attempts=jobs.MAX_ATTEMPTS)
    drain_imports()

    waiting.refresh_from_db()
    importing.refresh_from_db()
    assert (waiting.status, importing.status) == (FileStatus.REFUSED, FileStatus.CHECKED)


def test_another_live_file_in_the_meantime_is_a_finding(partner: Partner) -> None:
    invoice = make.partner_invoice(partner)
    first = make.checked(invoice, make.licence_bytes(1))
    second = make.checked(invoice, make.licence_bytes(2))
    services.confirm(first, by=None)
    services.confirm(second, by=None)
    drain_imports()

    second.refresh_from_db()
    assert second.status == FileStatus.REFUSED
    assert Code.LIVE_FILE in make.problem_codes(second)


def test_staging_table_is_gone_afterwards(partner: Partner) -> None:
    make.checked(make.partner_invoice(partner), make.licence_bytes(1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.staged_line')")
        assert cursor.fetchone() == (None,)


def test_due_date_follows_the_partners_terms(partner: Partner) -> None:
    partner.settings.upstream_terms_days = 45
    invoice = make.partner_invoice(partner)

    assert (invoice.due_on - invoice.issued_on).days == 45


def test_corrected_date_is_refused_under_an_imported_file(partner: Partner) -> None:
    make.imported(make.partner_invoice(partner), make.licence_bytes(1))
    with pytest.raises(InUse):
        make.partner_invoice(partner, issued_on=make.LAST)


def test_bytes_are_kept_under_a_random_name(partner: Partner) -> None:
    file: ReconciliationFile = make.uploaded(make.partner_invoice(partner), b"x", name="a.csv")
    assert str(file.content.name).startswith(f"reconciliation/{partner.pk}/")


def test_the_same_bytes_for_another_invoice_leave_no_invoice(partner: Partner) -> None:
    make.uploaded(make.partner_invoice(partner), make.licence_bytes())
    facts = InvoiceFacts(number="OTHER", issued_on=make.FIRST, currency="CNY", total=Decimal(1))
    with pytest.raises(services.AlreadyUploaded):
        services.receive(
            partner, facts, ContentFile(make.licence_bytes()), name="x.csv", expected_total=None,
            replaces=None, by=None, reason="again",
        )  # fmt: skip

    assert not PartnerInvoice.objects.filter(number="OTHER").exists()


def test_sections_typed_once_stay(partner: Partner) -> None:
    make.partner_invoice(partner, section_totals={"recurring": Decimal(3000)})
    invoice = make.partner_invoice(partner, Decimal(3180))

    assert invoice.section_totals == {"recurring": "3000"}


def test_workbook_is_imported_like_its_csv_file(partner: Partner) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(make.columns_of(layouts.Kind.LICENCE))
    for row in make.rows_of(make.licence_bytes(2)):
        sheet.append(list(row.values()))
    content = io.BytesIO()
    book.save(content)
    file = make.imported(make.partner_invoice(partner, Decimal(2120)), content.getvalue())

    assert (file.status, file.line_count) == (FileStatus.IMPORTED, 2)
    assert Invoice.objects.drafts().count() == 2
