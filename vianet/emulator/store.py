"""What the emulator remembers, in one SQLite file that survives restarts."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vianet.emulator.demo import DEMO_PARTNERS
from vianet.emulator.seed import Resource, generate

KEPT_REQUESTS = 50_000
TRIM_EVERY = 1_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS customer (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE COLLATE NOCASE, mpn_id TEXT NOT NULL,
    company TEXT NOT NULL, domain TEXT NOT NULL, resource TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS customer_of_partner ON customer (mpn_id, position);
CREATE TABLE IF NOT EXISTS subscription (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE COLLATE NOCASE,
    customer_id TEXT NOT NULL COLLATE NOCASE REFERENCES customer (id),
    parent_id TEXT COLLATE NOCASE, version INTEGER NOT NULL, resource TEXT NOT NULL,
    previous TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS subscription_of_customer ON subscription (customer_id, position);
CREATE TABLE IF NOT EXISTS answer (
    request_id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS request (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, method TEXT NOT NULL,
    path TEXT NOT NULL, status INTEGER, request_id TEXT, correlation_id TEXT, fault TEXT,
    body TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A subscription with the version its etag is made of."""

    id: str
    customer_id: str
    parent_id: str | None
    version: int
    resource: Resource
    previous: Resource


@dataclass(frozen=True, slots=True)
class Logged:
    """One request as it arrived and the status it was answered with (`None`: not answered)."""

    at: str
    method: str
    path: str
    status: int | None
    request_id: str | None
    correlation_id: str | None
    fault: str | None
    body: str


class Store:
    """Customers, subscriptions, answers and requests; one writer at a time."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and nobody else in between."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def seed_if_empty(self, customers: int, seed: int) -> None:
        """Give every demo partner its customers, unless there are some already."""
        with self.transaction():
            if self._db.execute("SELECT 1 FROM customer LIMIT 1").fetchone() is None:
                for partner in DEMO_PARTNERS:
                    self._add_customers(partner.mpn_id, customers, seed)

    def clear(self) -> None:
        with self.transaction():
            for table in ("subscription", "customer", "answer", "request"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the line above

    def _add_customers(self, mpn_id: str, customers: int, seed: int) -> None:
        for customer in generate(mpn_id, customers, seed):
            self._db.execute(
                "INSERT INTO customer (id, mpn_id, company, domain, resource) VALUES (?,?,?,?,?)",
                (
                    customer.id,
                    mpn_id,
                    customer.company_name,
                    customer.domain,
                    _packed(customer.resource),
                ),
            )
            self._db.executemany(
                "INSERT INTO subscription (id, customer_id, parent_id, version, resource, previous)"
                " VALUES (:id, :customer, :parent, 1, :resource, :resource)",
                [
                    {
                        "id": resource["id"],
                        "customer": customer.id,
                        "parent": resource.get("parentSubscriptionId"),
                        "resource": _packed(resource),
                    }
                    for resource in customer.subscriptions
                ],
            )

    def customers(
        self, mpn_id: str, *, field: str = "company", prefix: str = "", after: int = 0, limit: int
    ) -> list[tuple[int, Resource]]:
        """Customers behind a position, in order, whose company or domain starts like this."""
        column = {"company": "company", "domain": "domain"}[field]
        rows = self._all(
            "SELECT position, resource FROM customer WHERE mpn_id = ? AND position > ?"  # noqa: S608
            f" AND lower(substr({column}, 1, ?)) = lower(?) ORDER BY position LIMIT ?",
            (mpn_id, after, len(prefix), prefix, limit),
        )
        return [(row["position"], json.loads(row["resource"])) for row in rows]

    def count_customers(self, mpn_id: str, *, field: str = "company", prefix: str = "") -> int:
        column = {"company": "company", "domain": "domain"}[field]
        rows = self._all(
            "SELECT count(*) AS found FROM customer WHERE mpn_id = ?"  # noqa: S608
            f" AND lower(substr({column}, 1, ?)) = lower(?)",
            (mpn_id, len(prefix), prefix),
        )
        return int(rows[0]["found"])

    def customer(self, customer_id: str) -> tuple[str, Resource] | None:
        """The MPN id of the customer's partner, and the customer."""
        rows = self._all("SELECT mpn_id, resource FROM customer WHERE id = ?", (customer_id,))
        return (rows[0]["mpn_id"], json.loads(rows[0]["resource"])) if rows else None

    def subscriptions(self, customer_id: str) -> list[Stored]:
        rows = self._all(
            "SELECT * FROM subscription WHERE customer_id = ? ORDER BY position", (customer_id,)
        )
        return [_stored(row) for row in rows]

    def subscription(self, subscription_id: str) -> Stored | None:
        rows = self._all("SELECT * FROM subscription WHERE id = ?", (subscription_id,))
        return _stored(rows[0]) if rows else None

    def addons(self, subscription_id: str) -> list[Stored]:
        rows = self._all(
            "SELECT * FROM subscription WHERE parent_id = ? ORDER BY position", (subscription_id,)
        )
        return [_stored(row) for row in rows]

    def write(self, subscription_id: str, resource: Resource) -> None:
        """Replace the resource; its version, and with it the etag, moves on."""
        self._run(
            "UPDATE subscription SET previous = resource, resource = ?, version = version + 1"
            " WHERE id = ?",
            (_packed(resource), subscription_id),
        )

    def answer(self, request_id: str) -> tuple[str, Resource] | None:
        """The fingerprint and body of what this request id was answered with before."""
        rows = self._all("SELECT * FROM answer WHERE request_id = ?", (request_id,))
        return (rows[0]["fingerprint"], json.loads(rows[0]["body"])) if rows else None

    def remember_answer(
        self, request_id: str, fingerprint: str, body: Mapping[str, object]
    ) -> None:
        self._run(
            "INSERT OR REPLACE INTO answer VALUES (?, ?, ?)",
            (request_id, fingerprint, _packed(body)),
        )

    def log(self, entry: Logged) -> None:
        with self.transaction():
            seq = self._db.execute(
                "INSERT INTO request (at, method, path, status, request_id, correlation_id, fault,"
                " body) VALUES (?,?,?,?,?,?,?,?)",
                (
                    entry.at,
                    entry.method,
                    entry.path,
                    entry.status,
                    entry.request_id,
                    entry.correlation_id,
                    entry.fault,
                    entry.body,
                ),
            ).lastrowid
            if seq and seq % TRIM_EVERY == 0:
                self._db.execute("DELETE FROM request WHERE seq <= ?", (seq - KEPT_REQUESTS,))

    def requests(self, *, method: str = "", path: str = "", limit: int = 1_000) -> list[Logged]:
        """The newest requests, oldest first, of a method and with this text in their path."""
        rows = self._all(
            "SELECT at, method, path, status, request_id, correlation_id, fault, body FROM request"
            " WHERE (? = '' OR method = ?) AND instr(lower(path), lower(?)) > 0"
            " ORDER BY seq DESC LIMIT ?",
            (method, method, path, limit),
        )
        return [Logged(*row) for row in reversed(rows)]

    def forget_requests(self) -> None:
        self._run("DELETE FROM request", ())

    def _all(self, sql: str, values: tuple[object, ...]) -> list[sqlite3.Row]:
        with self._lock:
            cursor = self._db.execute(sql, values)
            cursor.row_factory = sqlite3.Row
            return cursor.fetchall()

    def _run(self, sql: str, values: tuple[object, ...]) -> None:
        with self.transaction():
            self._db.execute(sql, values)


def _packed(resource: Mapping[str, object]) -> str:
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":"))


def _stored(row: sqlite3.Row) -> Stored:
    return Stored(
        id=row["id"],
        customer_id=row["customer_id"],
        parent_id=row["parent_id"],
        version=row["version"],
        resource=json.loads(row["resource"]),
        previous=json.loads(row["previous"]),
    )
