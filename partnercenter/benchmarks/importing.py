"""The import of a reconciliation file against COPY and an upsert of the same bytes."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from django.core.files import File
from django.db import connection, transaction

from billing.files import direct, layouts, samples
from billing.models import Invoice, InvoiceLine, PriceRule, ReconciliationFile, ReconciliationLine
from customers.models import Customer
from partnercenter.benchmarks.measuring import Measurement, in_turn, memory_above_idle
from partners.models import AuditEntry, Partner, PartnerSettings
from partners.rows import run
from subscriptions.models import Subscription

LINES_PER_CUSTOMER = 10
MANY = 200_000
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
LAST_MONTH = date(2026, 9, 1), date(2026, 9, 30)
_TOUCHED = (
    ReconciliationFile, ReconciliationLine, Invoice, InvoiceLine, AuditEntry, Customer,
    Subscription,
)  # fmt: skip
_PEER_KEYS = ("CustomerID", "SyndicationPartnerSubscriptionNumber", "ChargeType", "ChargeStartDate")


def measure(n: int) -> Iterator[Measurement]:
    """Import n lines of n / 10 customers: memory of the first, then speed with all known."""
    partner = Partner.objects.create(mpn_id=str(uuid4().int)[:18], name="Benchmark")
    PartnerSettings.objects.create(partner=partner)
    PriceRule.objects.create(partner=partner, kind="margin_percent", value=Decimal(20))
    with TemporaryDirectory() as folder:
        before, now = Path(folder, "before.csv"), Path(folder, "now.csv")
        _write(before, n, partner, *LAST_MONTH)
        _write(now, n, partner, FIRST, LAST)
        yield _first_import(partner, before, n)
        yield _next_import(partner, now, n)


def _first_import(partner: Partner, path: Path, n: int) -> Measurement:
    """N3: everything in the file is new: customers, subscriptions, lines and drafts."""
    taken: list[float] = []
    megabytes = memory_above_idle(lambda: taken.append(_seconds(lambda: _import(partner, path))))
    run("ANALYZE")
    return Measurement("N3 first import, memory", n, taken[0], rss_mb=megabytes)


def _next_import(partner: Partner, path: Path, n: int) -> Measurement:
    """N4: parse, check, load and draft, of customers that are known."""
    _make_peer_table()
    ours, floor, ratio = in_turn(
        lambda: _undone(lambda: _import(partner, path)),
        lambda: _undone(lambda: _copy_and_upsert(path)),
        pairs=1 if n > MANY else 5,
    )
    return Measurement(
        "N4 import, parse, check, load", n, ours.median, floor.median, ratio.median, ratio.spread
    )


def _import(partner: Partner, path: Path) -> None:
    with path.open("rb") as stream:
        report = direct.import_now(partner, File(stream), name=path.name)
    assert report.file is not None, report.findings.errors  # noqa: S101  (the sample has no error)
    report.file.content.delete(save=False)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _undone(work: Callable[[], object]) -> float:
    """Seconds of the work, rolled back and swept up so that it can be done again."""
    with transaction.atomic():
        seconds = _seconds(work)
        transaction.set_rollback(True)
    for model in _TOUCHED:
        run(f'VACUUM "{model._meta.db_table}"')
    return seconds


def _write(path: Path, n: int, partner: Partner, first: date, last: date) -> None:
    """The file in parts, so that writing it takes no memory either."""
    with path.open("wb") as target:
        for start in range(0, n // LINES_PER_CUSTOMER, 1000):
            numbers = range(start, min(start + 1000, n // LINES_PER_CUSTOMER))
            part = samples.licence_file(
                map(_customer, numbers), first=first, last=last, mpn_id=partner.mpn_id,
                encoding="utf-8",
            )  # fmt: skip
            target.write(part if not start else part.split(b"\r\n", 1)[1])


def _customer(number: int) -> samples.SampleCustomer:
    subscriptions = [
        samples.SampleSubscription(
            f"{number:08x}-{index:04x}-4000-8000-{number:012x}",
            f"Office 365 E{index}",
            10 + number % 90,
            Decimal(20 + index),
        )
        for index in range(LINES_PER_CUSTOMER)
    ]
    return samples.SampleCustomer(
        f"{number:08x}-0000-4000-8000-{number:012x}",
        f"上海云测试{number}有限公司",
        f"bench{number}.partner.onmschina.cn",
        subscriptions,
    )


def _make_peer_table() -> None:
    columns = ", ".join(f'"{name}" {_peer_type(name)}' for name in layouts.LICENCE.columns)
    keys = ", ".join(f'"{name}"' for name in _PEER_KEYS)
    run("DROP TABLE IF EXISTS peer_line")
    run(f"CREATE TABLE peer_line ({columns}, PRIMARY KEY ({keys}))")


def _peer_type(column: str) -> str:
    if column.endswith("Date"):
        return "timestamp"
    is_number = column in {"UnitPrice", "Quantity", "Amount", "Subtotal", "Tax"}
    return "numeric" if is_number or column.startswith("Total") else "text"


def _copy_and_upsert(path: Path) -> None:
    """The floor: the same bytes, typed by the database, nothing checked."""
    names = [f'"{name}"' for name in layouts.LICENCE.columns]
    run("DROP TABLE IF EXISTS peer_staged")
    run(f"CREATE TEMPORARY TABLE peer_staged ({', '.join(f'{name} text' for name in names)})")
    with (
        path.open("rb") as stream,
        connection.cursor() as cursor,
        cursor.copy("COPY peer_staged FROM STDIN (FORMAT csv, HEADER)") as copy,
    ):
        while chunk := stream.read(1 << 20):
            copy.write(chunk)
    typed = (f'"{name}"::{_peer_type(name)}' for name in layouts.LICENCE.columns)
    keys = ", ".join(f'"{name}"' for name in _PEER_KEYS)
    updates = ", ".join(f"{name} = excluded.{name}" for name in names)
    run(
        f"INSERT INTO peer_line SELECT {', '.join(typed)} FROM peer_staged "  # noqa: S608  (our names)
        f"ON CONFLICT ({keys}) DO UPDATE SET {updates}"
    )
