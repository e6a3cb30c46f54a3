"""Typed messages of Partner Center, read tolerantly from the JSON it really sends.

Keys come in any casing, numbers as strings, dates with blanks or without a zone, unset dates as
sentinels, and statuses nobody has documented (Partner Center docs, "Subscription resources" and
the examples beside them). Reading never guesses: what cannot be read is `None` or kept as text.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

type Json = Mapping[str, object]

UNSET_YEAR = 1  # 0001-01-01 stands for a date that was never set
ENDLESS_YEAR = 9999  # 9999-12-10 and 9999-12-31 stand for "no end"

ACTIVE = "active"
SUSPENDED = "suspended"

_NEVER_KEPT = frozenset({"usercredentials"})  # holds a customer's first password


class UnreadableMessage(ValueError):
    """The JSON is not the resource that was asked for."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of the partner. Lists omit e-mail, language and delegated access."""

    id: str
    tenant_id: str
    domain: str
    company_name: str
    relationship: str
    email: str | None
    language: str | None
    allow_delegated_access: bool | None
    raw: Json = field(repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as Partner Center showed it; all moments are aware and in UTC.

    `status` is free text in lower case: besides none, active, suspended, deleted, pending,
    expired and disabled, unknown words are passed through. `raw` is the resource exactly as read.
    """

    id: str
    customer_id: str
    offer_id: str | None
    offer_name: str | None
    friendly_name: str | None
    quantity: int | None
    unit_type: str | None
    parent_subscription_id: str | None
    status: str
    suspension_reasons: tuple[str, ...]
    created_at: datetime | None
    effective_start_at: datetime | None
    commitment_end_at: datetime | None
    auto_renew: bool | None
    billing_type: str | None
    billing_cycle: str | None
    order_id: str | None
    etag: str | None
    raw: Json = field(repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a collection, and the token that leads to the next one (`None`: the last)."""

    items: tuple[Json, ...]
    continuation_token: str | None


class Fields:
    """A JSON object read without regard to the casing of its keys."""

    def __init__(self, message: object) -> None:
        if not isinstance(message, Mapping):
            raise UnreadableMessage("expected a JSON object")
        self._values = {str(key).lower(): value for key, value in message.items()}

    def value(self, name: str) -> object:
        return self._values.get(name.lower())

    def text(self, name: str) -> str | None:
        """Text without surrounding blanks; numbers as text; empty and null as `None`."""
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        return str(value).strip() or None

    def required_text(self, name: str) -> str:
        text = self.text(name)
        if text is None:
            raise UnreadableMessage(f"{name} is missing")
        return text

    def number(self, name: str) -> int | None:
        """A whole number, also when sent as text ("25") or with empty decimals (25.0)."""
        match = re.fullmatch(r"([+-]?[0-9]{1,18})(\.0*)?", self.text(name) or "")
        return int(match[1]) if match else None

    def boolean(self, name: str) -> bool | None:
        value = self.value(name)
        if isinstance(value, bool):
            return value
        return {"true": True, "false": False}.get((self.text(name) or "").lower())

    def moment(self, name: str) -> datetime | None:
        return moment(self.text(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        value = self.value(name)
        values = value if isinstance(value, list) else [value]
        return tuple(text for text in values if isinstance(text, str) and text)

    def objects(self, name: str) -> tuple[Json, ...]:
        value = self.value(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise UnreadableMessage(f"{name} is not a list of objects")
        return tuple(value)

    def child(self, name: str) -> "Fields":
        """The object of that name; an empty one when it is missing."""
        value = self.value(name)
        return Fields(value if isinstance(value, Mapping) else {})


def moment(text: str | None) -> datetime | None:
    """An aware UTC moment from what Partner Center writes, `None` for sentinels and nonsense.

    Survives blanks inside ("2015-11-25T06: 41: 12Z"), a missing Z (UTC is meant; Partner Center
    states all its times in UTC) and seven digits of fractions.
    """
    compact = re.sub(r"\s+", "", text or "")
    try:
        read = datetime.fromisoformat(compact)
    except ValueError:
        return None
    if read.year in {UNSET_YEAR, ENDLESS_YEAR}:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def customer(message: object) -> Customer:
    """Read a customer resource; raises `UnreadableMessage` when it has no id."""
    fields = Fields(message)
    company, billing = fields.child("companyProfile"), fields.child("billingProfile")
    customer_id = fields.required_text("id")
    return Customer(
        id=customer_id,
        tenant_id=company.text("tenantId") or customer_id,
        domain=company.text("domain") or "",
        company_name=company.text("companyName") or billing.text("companyName") or "",
        relationship=(fields.text("relationshipToPartner") or "").lower(),
        email=company.text("email") or billing.text("email"),
        language=billing.text("language"),
        allow_delegated_access=fields.boolean("allowDelegatedAccess"),
        raw=_kept(message),
    )


def subscription(message: object, customer_id: str) -> Subscription:
    """Read a subscription resource, which itself does not say whose it is.

    Raises `UnreadableMessage` when it has no id or no status.
    """
    fields = Fields(message)
    return Subscription(
        id=fields.required_text("id"),
        customer_id=customer_id,
        offer_id=fields.text("offerId"),
        offer_name=fields.text("offerName"),
        friendly_name=fields.text("friendlyName"),
        quantity=fields.number("quantity"),
        unit_type=fields.text("unitType"),
        parent_subscription_id=fields.text("parentSubscriptionId"),
        status=fields.required_text("status").lower(),
        suspension_reasons=fields.texts("suspensionReasons"),
        created_at=fields.moment("creationDate"),
        effective_start_at=fields.moment("effectiveStartDate"),
        commitment_end_at=fields.moment("commitmentEndDate"),
        auto_renew=fields.boolean("autoRenewEnabled"),
        billing_type=fields.text("billingType"),
        billing_cycle=fields.text("billingCycle"),
        order_id=fields.text("orderId"),
        etag=fields.child("attributes").text("etag"),
        raw=_kept(message),
    )


def page(message: object) -> Page:
    """Read a collection; raises `UnreadableMessage` when items or the way on are missing.

    A next link without its token would end the list early and silently, so it is refused.
    """
    fields = Fields(message)
    items = fields.objects("items")
    if not items and fields.number("totalCount"):
        raise UnreadableMessage("a collection counts items but carries none")
    links = fields.child("links")
    if not links.value("next"):
        return Page(items, None)
    headers = (Fields(header) for header in links.child("next").objects("headers"))
    return Page(items, _continuation_token(headers))


def _continuation_token(headers: Iterator[Fields]) -> str:
    for header in headers:
        if (header.text("key") or "").lower() == "ms-continuationtoken":
            return header_text(header.required_text("value"))
    raise UnreadableMessage("a next link carries no continuation token")


def header_text(text: str) -> str:
    """The text, unless it can't be sent back in a header."""
    if not text.isascii() or not text.isprintable():
        raise UnreadableMessage("a value can't be sent back in a header")
    return text


def with_status(subscription: Subscription, status: str) -> dict[str, object]:
    """The body of a PATCH: the full resource as just read, nothing but the status changed.

    "A full Subscription resource is required" (Partner Center docs, Suspend a subscription).
    """
    body = copy.deepcopy(dict(subscription.raw))
    key = next((key for key in body if key.lower() == "status"), "status")
    body[key] = status
    return body


def _kept(message: object) -> dict[str, object]:
    if not isinstance(message, Mapping):
        raise UnreadableMessage("expected a JSON object")
    return {key: value for key, value in message.items() if key.lower() not in _NEVER_KEPT}
