"""Partner Center's answers to one signed-in partner, as documented."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from vianet.emulator import rules
from vianet.emulator.rules import Problem
from vianet.emulator.seed import Resource
from vianet.emulator.store import Store, Stored

MAX_PAGE_SIZE = 500
STALE_CODE = 2055
_FILTER_FIELDS = {"companyname": "company", "domain": "domain"}
_NOT_IN_LISTS = frozenset({"commerceId", "billingProfile", "allowDelegatedAccess", "customDomains"})
_NOT_IN_LISTED_COMPANY = frozenset({"address", "email"})


class Service:
    """Reads and changes; the caller has already checked who is asking."""

    def __init__(self, store: Store, stale_status: int = HTTPStatus.BAD_REQUEST) -> None:
        self.store = store
        self.stale_status = stale_status

    def customers(
        self, mpn_id: str, *, size: int, name_filter: str, continuation: str
    ) -> dict[str, object]:
        """One page; `size` 0 means everything, as the documented search uses it."""
        field, prefix = _read_filter(name_filter)
        limit = min(size, MAX_PAGE_SIZE) if size else self.store.count_customers(mpn_id)
        found = self.store.customers(
            mpn_id, field=field, prefix=prefix, after=_position(continuation), limit=limit + 1
        )
        page = found[:limit]
        here = f"/customers?size={size}" + (f"&filter={name_filter}" if name_filter else "")
        links: dict[str, object] = {"self": _link(here)}
        if len(found) > limit:
            key = {"key": "MS-ContinuationToken", "value": _token(page[-1][0])}
            links["next"] = {**_link(f"{here}&seekOperation=Next"), "headers": [key]}
        return {
            "totalCount": len(page),
            "items": [_listed_customer(resource) for _, resource in page],
            "links": links,
            "attributes": {"objectType": "Collection"},
        }

    def customer(self, mpn_id: str, customer_id: str) -> dict[str, object]:
        return _full_customer(self._own_customer(mpn_id, customer_id))

    def subscriptions(
        self, mpn_id: str, customer_id: str, *, order_id: str = "", partner_id: str = ""
    ) -> dict[str, object]:
        self._own_customer(mpn_id, customer_id)
        wanted = {"orderId": order_id.lower(), "partnerId": partner_id.lower()}
        return _collection(
            stored
            for stored in self.store.subscriptions(customer_id)
            if all(not v or str(stored.resource.get(k)).lower() == v for k, v in wanted.items())
        )

    def subscription(
        self, mpn_id: str, customer_id: str, subscription_id: str
    ) -> dict[str, object]:
        return shown(self._own_subscription(mpn_id, customer_id, subscription_id))

    def stale_subscription(
        self, mpn_id: str, customer_id: str, subscription_id: str
    ) -> dict[str, object]:
        """As the subscription was before its last change: a replica that lags behind."""
        stored = self._own_subscription(mpn_id, customer_id, subscription_id)
        return _dressed(stored, stored.previous, max(1, stored.version - 1))

    def addons(self, mpn_id: str, customer_id: str, subscription_id: str) -> dict[str, object]:
        stored = self._own_subscription(mpn_id, customer_id, subscription_id)
        return _collection(self.store.addons(stored.id))

    def patch(  # noqa: PLR0917 - what a PATCH consists of
        self,
        mpn_id: str,
        customer_id: str,
        subscription_id: str,
        content: bytes,
        if_match: str,
        request_id: str,
    ) -> dict[str, object]:
        """Apply a change once per request id; the etag moves on with every write."""
        fingerprint = hashlib.sha256(
            f"{subscription_id}\n{if_match}\n".encode() + content
        ).hexdigest()
        with self.store.transaction():
            stored = self._own_subscription(mpn_id, customer_id, subscription_id)
            if request_id and (earlier := self.store.answer(request_id)):
                return _same_answer(earlier, fingerprint)
            self._apply(stored, lower_keys(content), if_match)
            answer = self.subscription(mpn_id, customer_id, subscription_id)
            if request_id:
                self.store.remember_answer(request_id, fingerprint, answer)
            return answer

    def touch(self, mpn_id: str, customer_id: str, subscription_id: str) -> None:
        """Move the etag on, as if somebody had edited the subscription meanwhile."""
        stored = self._own_subscription(mpn_id, customer_id, subscription_id)
        self.store.write(stored.id, stored.resource)

    def change_outside(self, subscription_id: str, changes: Mapping[str, object]) -> Resource:
        """A change nobody asked for through the API; no rule is checked."""
        with self.store.transaction():
            stored = self.store.subscription(subscription_id)
            if stored is None:
                raise _no_subscription()
            resource = {**stored.resource, **changes}
            self.store.write(stored.id, {k: v for k, v in resource.items() if v is not None})
            after = self.store.subscription(subscription_id) or stored
            return shown(after)

    def _apply(self, stored: Stored, sent: Mapping[str, object], if_match: str) -> None:
        self._check_etag(stored, sent, if_match)
        base = self.store.subscription(stored.parent_id) if stored.parent_id else None
        base_status = str(base.resource["status"]) if base else None
        after = rules.changed(stored.resource, sent, base_status=base_status)
        self.store.write(stored.id, after)
        if after["status"] == rules.SUSPENDED and stored.resource["status"] == rules.ACTIVE:
            self._suspend_addons(stored)

    def _suspend_addons(self, base: Stored) -> None:
        for addon in self.store.addons(base.id):
            if addon.resource["status"] == rules.ACTIVE:
                self.store.write(addon.id, {**addon.resource, "status": rules.SUSPENDED})

    def _check_etag(self, stored: Stored, sent: Mapping[str, object], if_match: str) -> None:
        """`If-Match` counts first, then the etag inside the body; with neither, nothing does."""
        attributes = sent.get("attributes")
        inside = (
            {str(k).lower(): v for k, v in attributes.items()}.get("etag")
            if isinstance(attributes, Mapping)
            else None
        )
        named = if_match.strip().strip('"') or inside
        if named and named not in {etag(stored.id, stored.version), "*"}:
            raise Problem(HTTPStatus(self.stale_status), STALE_CODE, "Etag is no longer valid.")

    def _own_customer(self, mpn_id: str, customer_id: str) -> Resource:
        found = self.store.customer(customer_id)
        if found is None:
            raise Problem(HTTPStatus.NOT_FOUND, 60003, "The tenant was not found.")
        if found[0] != mpn_id:
            raise Problem(
                HTTPStatus.FORBIDDEN,
                20002,
                "The partner does not have a commerce relationship with the customer.",
            )
        return found[1]

    def _own_subscription(self, mpn_id: str, customer_id: str, subscription_id: str) -> Stored:
        self._own_customer(mpn_id, customer_id)
        stored = self.store.subscription(subscription_id)
        if stored is None or stored.customer_id.lower() != customer_id.lower():
            raise _no_subscription()
        return stored


def shown(stored: Stored) -> dict[str, object]:
    """The subscription as the API answers it, with links and etag."""
    return _dressed(stored, stored.resource, stored.version)


def etag(subscription_id: str, version: int) -> str:
    """Made like the documented ones: base64 of the id and a version."""
    text = f'{{"id":"{subscription_id.lower()}","version":{version}}}'
    return base64.b64encode(text.encode()).decode()


def lower_keys(content: bytes) -> dict[str, object]:
    """The JSON object sent, its keys in lower case: input is read in any casing."""
    try:
        message = json.loads(content)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise Problem(HTTPStatus.BAD_REQUEST, 800002, "The request input is invalid.")
    return {key.lower(): value for key, value in message.items()}


def _dressed(stored: Stored, resource: Resource, version: int) -> dict[str, object]:
    here = f"/customers/{stored.customer_id}/subscriptions/"
    links = {"offer": _link(f"/offers/{resource.get('offerId')}?country=CN")}
    if stored.parent_id:
        links["parentSubscription"] = _link(here + stored.parent_id)
    links["self"] = _link(here + stored.id)
    attributes = {"etag": etag(stored.id, version), "objectType": "Subscription"}
    return {**resource, "links": links, "attributes": attributes}


def _collection(found: Iterable[Stored]) -> dict[str, object]:
    items = [shown(stored) for stored in found]
    return {
        "totalCount": len(items),
        "items": items,
        "attributes": {"objectType": "Collection"},
    }


def _listed_customer(resource: Resource) -> dict[str, object]:
    listed = {key: value for key, value in resource.items() if key not in _NOT_IN_LISTS}
    company = resource.get("companyProfile")
    profile = company.items() if isinstance(company, dict) else ()
    listed["companyProfile"] = {k: v for k, v in profile if k not in _NOT_IN_LISTED_COMPANY}
    return _full_customer(listed)


def _full_customer(resource: Resource) -> dict[str, object]:
    here = f"/customers/{resource['id']}"
    linked: dict[str, object] = {**resource, "links": {"self": _link(here)}}
    for part, name in (("companyProfile", "company"), ("billingProfile", "billing")):
        profile = resource.get(part)
        if isinstance(profile, dict):
            linked[part] = {**profile, "links": {"self": _link(f"{here}/profiles/{name}")}}
    return linked


def _link(uri: str) -> dict[str, object]:
    return {"uri": uri, "method": "GET", "headers": []}


def _token(position: int) -> str:
    return base64.urlsafe_b64encode(f"after:{position}".encode()).decode()


def _position(token: str) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("after:"))
    except (binascii.Error, ValueError):
        raise Problem(
            HTTPStatus.BAD_REQUEST, 800002, "The continuation token is invalid."
        ) from None


def _read_filter(text: str) -> tuple[str, str]:
    """The column and prefix of `{"Field":…,"Value":…,"Operator":"starts_with"}`."""
    if not text:
        return "company", ""
    sent = lower_keys(text.encode())
    field = _FILTER_FIELDS.get(str(sent.get("field", "")).lower())
    if field is None or str(sent.get("operator", "")).lower() != "starts_with":
        raise Problem(HTTPStatus.BAD_REQUEST, 800002, "The filter is invalid.")
    return field, str(sent.get("value", ""))


def _same_answer(earlier: tuple[str, Resource], fingerprint: str) -> dict[str, object]:
    if earlier[0] != fingerprint:
        raise Problem(
            HTTPStatus.BAD_REQUEST, 800002, "MS-RequestId was already used for another request."
        )
    return earlier[1]


def _no_subscription() -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, 20003, "The subscription was not found.")
