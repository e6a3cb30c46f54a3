"""Rows of text to typed lines of 21Vianet's bill. Pure: no database, no clock, no settings."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from billing.files import layouts
from billing.files.layouts import Kind, Layout, Section, header_key, section_of
from billing.files.problems import Code, Problem
from billing.tables import values
from billing.tables.problems import FileRefused, TableCode, ValueRefused
from billing.tables.reader import SEPARATORS

ROUNDING_TOLERANCE = Decimal("0.05")
"""Per line; the documentation's own samples use three ways of rounding."""
LICENCE_DECIMALS = 2
USAGE_DECIMALS = 6
"""The documented sample of PretaxCharges has three, though it is called rounded to the cent."""
PRICE_DECIMALS = 10
QUANTITY_DECIMALS = 10
SHOWN_CHARACTERS = 80
CUSTOMER_CHARACTERS, NAME_CHARACTERS, CHARGE_CHARACTERS = 250, 250, 100


class Line(NamedTuple):
    """One charge. Amounts in `currency`; `amount` and `net` before tax, `total` after it."""

    row: int
    tenant_id: str
    customer_name: str
    domain: str
    subscription_id: str
    offer_id: str
    offer_name: str
    subscription_name: str
    charge_type: str
    section: Section
    charge_from: date
    charge_to: date
    term_end: date | None
    unit_price: Decimal
    quantity: Decimal
    amount: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal
    currency: str
    content_key: str
    raw: list[str]


@dataclass(frozen=True)
class Expected:
    """Whose bill this should be, compared as text. No number: the first row's is expected."""

    mpn_id: str
    invoice_number: str = ""


type Read = Callable[[str], Any]


def _optional_day(text: str) -> date | None:
    return values.day(text) if text.strip() else None


def _optional_amount(decimals: int, text: str) -> Decimal:
    return values.amount(text, decimals) if text.strip() else Decimal(0)


def _amount(decimals: int, text: str) -> Decimal:
    if not text.strip():
        raise ValueRefused(TableCode.MISSING_VALUE)
    return values.amount(text, decimals)


def _tenant(text: str) -> str:
    return values.key(text).lower()


def _name(limit: int, text: str) -> str:
    return values.words(text, limit)


def _charge_type(text: str) -> str:
    plain = values.words(text, CHARGE_CHARACTERS)
    if not plain:
        raise ValueRefused(TableCode.MISSING_VALUE)
    return plain


def _day(text: str) -> date:
    if not text.strip():
        raise ValueRefused(TableCode.MISSING_VALUE)
    return values.day(text)


_NAME: Read = partial(_name, NAME_CHARACTERS)
_PRICE: Read = partial(_amount, PRICE_DECIMALS)
_QUANTITY: Read = partial(_amount, QUANTITY_DECIMALS)
_LICENCE_MONEY: Read = partial(_amount, LICENCE_DECIMALS)
_USAGE_MONEY: Read = partial(_amount, USAGE_DECIMALS)

_SHARED: dict[str, tuple[str, Read]] = {
    "tenant_id": ("CustomerID", _tenant),
    "customer_name": ("CustomerName", partial(_name, CUSTOMER_CHARACTERS)),
    "domain": ("DomainName", _NAME),
    "subscription_name": ("SubscriptionName", _NAME),
    "charge_type": ("ChargeType", _charge_type),
    "charge_from": ("ChargeStartDate", _day),
    "charge_to": ("ChargeEndDate", _day),
    "currency": ("Currency", values.currency),
    "mpn_id": ("MPNID", values.key),
}
_FIELDS: dict[Kind, dict[str, tuple[str, Read]]] = {
    Kind.LICENCE: _SHARED
    | {
        "subscription_id": ("SyndicationPartnerSubscriptionNumber", values.key),
        "offer_id": ("DurableOfferID", partial(values.key, limit=100)),
        "offer_name": ("OfferName", _NAME),
        "term_end": ("SubscriptionEndDate", _optional_day),
        "unit_price": ("UnitPrice", _PRICE),
        "quantity": ("Quantity", _QUANTITY),
        "amount": ("Amount", _LICENCE_MONEY),
        "discount": ("TotalOtherDiscount", partial(_optional_amount, LICENCE_DECIMALS)),
        "net": ("Subtotal", _LICENCE_MONEY),
        "tax": ("Tax", partial(_optional_amount, LICENCE_DECIMALS)),
        "total": ("TotalForCustomer", _LICENCE_MONEY),
    },
    Kind.USAGE: _SHARED
    | {
        "subscription_id": ("SubscriptionID", values.key),
        "invoice_number": ("InvoiceNumber", values.key),
        "offer_id": ("ResourceGUID", partial(values.key, limit=100)),
        "service": ("ServiceName", _NAME),
        "resource": ("Resource Name", _NAME),
        "region": ("Region", _NAME),
        "detail": ("DetailLineItemId", _NAME),
        "used_on": ("UsageDate", _optional_day),
        "unit_price": ("ListPrice", _PRICE),
        "quantity": ("OverageQuantity", _QUANTITY),
        "amount": ("PretaxCharges", _USAGE_MONEY),
        "tax": ("TaxAmount", partial(_optional_amount, USAGE_DECIMALS)),
        "total": ("PostTaxTotal", _USAGE_MONEY),
    },
}


class Table:
    """A file whose header has been read. `problems` are the header's; errors stop the reading."""

    def __init__(self, layout: Layout, header: Sequence[str]) -> None:
        self.layout = layout
        self.header = [values.words(name, SHOWN_CHARACTERS) for name in header]
        self._keys = [header_key(name) for name in self.header]
        self.problems = list(self._header_problems())
        self._columns = [
            (field, column, self._position(column), read)
            for field, (column, read) in _FIELDS[layout.kind].items()
        ]
        self.currency = ""
        self.invoice_number = ""
        self._unknown_charges: set[str] = set()
        self._unread_ids = self._positions_of_unread_ids()

    @property
    def is_readable(self) -> bool:
        """Whether the header has every column that is needed, once."""
        return all(problem.is_warning for problem in self.problems)

    def read(self, rows: Iterable[list[str]], expected: Expected) -> Iterator[Line | Problem]:
        """Every row below the header as a line or as its problems; a line may bring warnings.

        Raises FileRefused when a row can't even be split into cells.
        """
        for number, cells in enumerate(rows, start=2):
            if not any(cells):
                continue
            yield from self._read_row(number, cells, expected)

    def _read_row(
        self, number: int, cells: list[str], expected: Expected
    ) -> Iterator[Line | Problem]:
        width = len(self.header)
        if len(cells) > width and not any(cells[width:]):
            cells = cells[:width]
        if len(cells) != width:
            yield Problem(
                Code.RAGGED, number, value=str(len(cells)), details={"expected": str(width)}
            )
            return
        found, problems = self._values(number, [*cells, ""])
        if not problems:
            problems = self._belongings(number, found, expected)
            problems += self._rounded_ids(number, cells)
        yield from problems
        if all(problem.is_warning for problem in problems):
            yield _line(self.layout.kind, number, found, cells)

    def _values(self, number: int, cells: list[str]) -> tuple[dict[str, Any], list[Problem]]:
        try:
            return {field: read(cells[at]) for field, _, at, read in self._columns}, []
        except ValueRefused:
            return {}, list(self._cell_problems(number, cells))

    def _cell_problems(self, number: int, cells: list[str]) -> Iterator[Problem]:
        """The slow way, for rows with a bad cell: name each of them."""
        for _, column, at, read in self._columns:
            try:
                read(cells[at])
            except ValueRefused as refused:
                shown = values.words(cells[at], SHOWN_CHARACTERS)
                yield Problem(refused.code, number, column, shown, refused.details)

    def _belongings(self, number: int, found: dict[str, Any], expected: Expected) -> list[Problem]:
        """Whether the row belongs to this partner and invoice, and agrees with itself."""
        self.currency = self.currency or found["currency"]
        wanted = expected.invoice_number or self.invoice_number
        self.invoice_number = wanted or found.get("invoice_number", "")
        problems = [
            Problem(code, number, column, found[field], {"expected": right})
            for code, column, field, right in (
                (Code.MIXED_CURRENCIES, "Currency", "currency", self.currency),
                (Code.OTHER_PARTNER, "MPNID", "mpn_id", expected.mpn_id),
                (Code.OTHER_INVOICE, "InvoiceNumber", "invoice_number", self.invoice_number),
            )
            if found.get(field, right) != right
        ]
        if found["charge_to"] < found["charge_from"]:
            problems.append(Problem(Code.PERIOD_BACKWARDS, number, "ChargeEndDate"))
        problems += self._oddities(number, found)
        return problems

    def _oddities(self, number: int, found: dict[str, Any]) -> Iterator[Problem]:
        charge_type = found["charge_type"]
        if section_of(charge_type) is Section.UNKNOWN and charge_type not in self._unknown_charges:
            self._unknown_charges.add(charge_type)
            yield Problem(Code.UNKNOWN_CHARGE, number, "ChargeType", charge_type)
        net = found.get("net", found["amount"])
        if abs(net + found["tax"] - found["total"]) > ROUNDING_TOLERANCE:
            column = _FIELDS[self.layout.kind]["total"][0]
            details = {"expected": str(net + found["tax"])}
            yield Problem(Code.DOES_NOT_ADD_UP, number, column, str(found["total"]), details)

    def _rounded_ids(self, number: int, cells: list[str]) -> Iterator[Problem]:
        """Ids that no line is known by and that Excel has rounded: the first of each column."""
        for at in list(self._unread_ids):
            if "+" in cells[at] and values.is_scientific(cells[at]):
                self._unread_ids.remove(at)
                shown = values.words(cells[at], SHOWN_CHARACTERS)
                yield Problem(Code.ROUNDED_ID, number, self.header[at], shown)

    def _positions_of_unread_ids(self) -> list[int]:
        keyed = {
            header_key(column)
            for column, read in _FIELDS[self.layout.kind].values()
            if read is not _NAME
        }
        return [at for at, key in enumerate(self._keys) if key in layouts.IDS - keyed]

    def _position(self, column: str) -> int:
        """Where the column is; -1, the empty cell put behind each row, when it is not there."""
        key = header_key(column)
        return self._keys.index(key) if key in self._keys else -1

    def _header_problems(self) -> Iterator[Problem]:
        known = {header_key(name): name for name in self.layout.columns}
        for key, column in known.items():
            if key not in self._keys:
                is_needed = column in self.layout.required
                code = Code.MISSING_COLUMN if is_needed else Code.EXPECTED_COLUMN
                yield Problem(code, 1, column)
            elif self._keys.count(key) > 1:
                yield Problem(Code.DOUBLE_COLUMN, 1, column)
        for key, name in zip(self._keys, self.header, strict=True):
            if name and key not in known:
                yield Problem(Code.EXTRA_COLUMN, 1, name)


def separator_of(lines: Sequence[str]) -> str:
    """The separator that splits the first line into most known column names."""
    header = lines[0] if lines else ""

    def known(separator: str) -> tuple[int, int]:
        names = [header_key(name) for name in header.split(separator)]
        return sum(name in layouts.KNOWN_KEYS for name in names), len(names)

    return max(SEPARATORS, key=known)


def open_table(rows: Iterator[list[str]]) -> Table:
    """Read the header. Raises FileRefused for a file that is no reconciliation file."""
    header = next(rows, [])
    while header and not header[-1].strip():
        header = header[:-1]
    if not header:
        raise FileRefused(Problem(Code.UNKNOWN_LAYOUT, 1))
    layout = layouts.best_layout(header)
    if layout is None:
        raise FileRefused(Problem(Code.UNKNOWN_LAYOUT, 1))
    return Table(layout, header)


def _line(kind: Kind, number: int, found: dict[str, Any], cells: list[str]) -> Line:
    net = found.get("net", found["amount"])
    return Line(
        row=number,
        tenant_id=found["tenant_id"],
        customer_name=found["customer_name"] or found["tenant_id"],
        domain=found["domain"],
        subscription_id=found["subscription_id"],
        offer_id=found["offer_id"],
        offer_name=found.get("offer_name") or _usage_name(found),
        subscription_name=found["subscription_name"],
        charge_type=found["charge_type"],
        section=section_of(found["charge_type"]),
        charge_from=found["charge_from"],
        charge_to=found["charge_to"],
        term_end=found.get("term_end"),
        unit_price=found["unit_price"],
        quantity=found["quantity"],
        amount=found["amount"],
        discount=found.get("discount", Decimal(0)),
        net=net,
        tax=found["tax"],
        total=found["total"],
        currency=found["currency"],
        content_key=_content_key(kind, found),
        raw=cells,
    )


def _usage_name(found: dict[str, Any]) -> str:
    parts = (found.get("service", ""), found.get("resource", ""))
    return " · ".join(filter(None, parts))[:NAME_CHARACTERS]


def _content_key(kind: Kind, found: dict[str, Any]) -> str:
    """A hash of what was charged: the same charge in another file has the same key."""
    parts: list[object] = [
        found["tenant_id"],
        found["subscription_id"].casefold(),
        found["charge_type"].casefold(),
        found["charge_from"],
        found["charge_to"],
        found["quantity"].normalize(),
        found["amount"].normalize(),
    ]
    if kind is Kind.USAGE:
        parts += [found["offer_id"], found["region"], found["detail"], found["used_on"]]
    text = "\x1f".join(map(str, parts))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
