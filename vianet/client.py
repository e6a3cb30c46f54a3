"""The Partner Center REST client.

Reads are retried a few times on connection errors and 5xx. A PATCH is sent once; whatever keeps
its answer from us is `OutcomeUnknown`, and whoever asked for it reads before sending again.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from types import TracebackType
from typing import Self
from uuid import UUID, uuid4

import stamina

from vianet import body, errors, wire
from vianet.connection import Credentials, Endpoint, path_part
from vianet.errors import (
    Conflict,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    Refused,
    StaleResource,
    Throttled,
    Unauthorized,
    Unreachable,
    VianetError,
)
from vianet.pacing import Pacing, Unpaced
from vianet.tokens import Token, TokenCache
from vianet.transport import Answer, Exchange, Request, Timeouts, Transport

__all__ = [
    "Accepted",
    "Conflict",
    "Credentials",
    "Endpoint",
    "Exchange",
    "Forbidden",
    "NotFound",
    "OutcomeUnknown",
    "PartnerCenter",
    "Refused",
    "StaleResource",
    "Throttled",
    "Timeouts",
    "Unauthorized",
    "Unreachable",
    "VianetError",
]

GET_ATTEMPTS = 3
APPLICATION = "partner-portal"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The change was taken on (202) but is not applied yet: poll by reading the subscription."""

    location: str


class PartnerCenter:
    """Partner Center for one partner tenant; a reusable context manager, safe for threads.

    Every method raises a `VianetError` when it has no result. Ids go into the address
    percent-encoded, and are refused (`connection.IdentifierRefused`) when they hold `/`, `..` or
    control characters.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials,
        *,
        on_exchange: Callable[[Exchange], None] | None = None,
        timeouts: Timeouts | None = None,
        get_attempts: int = GET_ATTEMPTS,
        pacing: Pacing | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._credentials = credentials
        self._get_attempts = get_attempts
        self._pacing = pacing or Unpaced()
        self._tokens = TokenCache(self._fetch_token)
        self._base_url = endpoint.base_url.rstrip("/")
        self._transport = Transport(timeouts or Timeouts(), on_exchange)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all connections; the object can't be used afterwards."""
        self._transport.close()

    def customers(
        self, page_size: int = 500, *, correlation_id: UUID | None = None
    ) -> Iterator[wire.Customer]:
        """All customers of the partner, read page by page as they are consumed."""
        correlation_id = correlation_id or uuid4()
        seen: set[str] = set()
        token: str | None = None
        while True:
            page = self._read(*self._page_of_customers(page_size, token), wire.page, correlation_id)
            yield from self._customers_on(page)
            token = page.continuation_token
            if token is None:
                return
            if token in seen:
                raise Unreachable("the pages of customers go round in a circle")
            seen.add(token)

    def customer(self, customer_id: str, *, correlation_id: UUID | None = None) -> wire.Customer:
        """One customer with its billing profile and delegated access."""

        def read(message: object) -> wire.Customer:
            return _same_id(wire.customer(message), customer_id)

        return self._read(_customer_path(customer_id), {}, read, correlation_id)

    def subscriptions(
        self, customer_id: str, *, correlation_id: UUID | None = None
    ) -> list[wire.Subscription]:
        """All subscriptions of the customer, add-ons included; the API does not page them."""
        path = f"{_customer_path(customer_id)}/subscriptions"
        return self._read(path, {}, _subscriptions_of(customer_id), correlation_id)

    def subscription(
        self, customer_id: str, subscription_id: str, *, correlation_id: UUID | None = None
    ) -> wire.Subscription:
        """One subscription as it stands now, with the ETag the next PATCH needs."""

        def read(message: object) -> wire.Subscription:
            return _same_id(wire.subscription(message, customer_id), subscription_id)

        path = _subscription_path(customer_id, subscription_id)
        return self._read(path, {}, read, correlation_id)

    def addons(
        self, customer_id: str, subscription_id: str, *, correlation_id: UUID | None = None
    ) -> list[wire.Subscription]:
        """The add-ons bought under a base subscription."""
        path = f"{_subscription_path(customer_id, subscription_id)}/addons"
        return self._read(path, {}, _subscriptions_of(customer_id), correlation_id)

    def patch_subscription_status(
        self,
        subscription: wire.Subscription,
        status: str,
        *,
        request_id: UUID,
        correlation_id: UUID,
    ) -> wire.Subscription | Accepted:
        """Ask for a status, sending back the resource just read under its ETag; sent once.

        `request_id` makes a byte-identical re-send harmless (Partner Center docs, Headers) and
        must not be used for any other content. Raises `OutcomeUnknown` whenever the change may
        have been applied without our knowing, `StaleResource` when there is no ETag to guard a
        suspension with.
        """
        if not subscription.etag and status != wire.ACTIVE:
            raise StaleResource("no ETag was read with the subscription", request_id=request_id)
        try:
            request = Request(
                "PATCH",
                self._base_url + _subscription_path(subscription.customer_id, subscription.id),
                request_id,
                correlation_id,
                headers=_if_match(subscription.etag),
                json=wire.with_status(subscription, status),
            )
            answer = self._authorized(request)
            if answer.status == HTTPStatus.ACCEPTED:
                return Accepted(answer.headers.get("Location", ""))
            changed = wire.subscription(body.parse_json(answer.content), subscription.customer_id)
            return _same_id(changed, subscription.id)
        except Unreachable as error:
            raise OutcomeUnknown(
                error.description, status=error.status, request_id=request_id
            ) from None
        except (body.UnreadableBody, wire.UnreadableMessage) as error:
            raise OutcomeUnknown(str(error), request_id=request_id) from None

    def _page_of_customers(
        self, page_size: int, token: str | None
    ) -> tuple[str, Mapping[str, str]]:
        path = f"/v1/customers?size={page_size:d}"
        if token is None:
            return path, {}
        return f"{path}&seekOperation=Next", {"MS-ContinuationToken": token}

    @staticmethod
    def _customers_on(page: wire.Page) -> Iterator[wire.Customer]:
        try:
            yield from [wire.customer(item) for item in page.items]
        except wire.UnreadableMessage as error:
            raise Unreachable(f"a customer can't be read: {error}") from None

    def _read[Read](
        self,
        path: str,
        headers: Mapping[str, str],
        parse: Callable[[object], Read],
        correlation_id: UUID | None,
    ) -> Read:
        """GET and parse; another try, under a new request id, only where no answer came."""
        correlation_id = correlation_id or uuid4()
        for attempt in stamina.retry_context(
            on=_is_worth_another_try,
            attempts=self._get_attempts,
            wait_initial=0.1,
            wait_jitter=0.2,
            wait_max=2,
        ):
            with attempt:
                request = Request("GET", self._base_url + path, uuid4(), correlation_id, headers)
                answer = self._authorized(request)
        try:
            return parse(body.parse_json(answer.content))
        except (body.UnreadableBody, wire.UnreadableMessage) as error:
            raise Unreachable(
                str(error), status=answer.status, request_id=request.request_id
            ) from None

    def _authorized(self, request: Request) -> Answer:
        """Send with a token; a rejected token is replaced once. Returns 2xx answers only."""
        self._pacing.before()
        token = self._tokens.current()
        answer = self._send_as(token, request)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._pacing.before()
            answer = self._send_as(self._tokens.replacement_for(token), request)
        if not answer.is_success:
            message = _parsed_or_none(answer.content)
            error = errors.from_answer(answer.status, answer.headers, message, request.request_id)
            if isinstance(error, Throttled):
                self._pacing.told_to_wait(error.retry_after_seconds)
            raise error
        return answer

    def _send_as(self, token: Token, request: Request) -> Answer:
        headers = {
            **request.headers,
            "Authorization": f"Bearer {token.value}",
            "MS-RequestId": str(request.request_id),
            "MS-CorrelationId": str(request.correlation_id),
            "MS-Contract-Version": "v1",
            "MS-PartnerCenter-Application": APPLICATION,
            "X-Locale": "en-US",
        }
        try:
            answer = self._transport.send(replace(request, headers=headers))
        except Unreachable as error:
            self._pacing.after(error.status)
            raise
        self._pacing.after(answer.status)
        return answer

    def _fetch_token(self) -> Token:
        """A token by the app-only or the refresh token grant (v1 endpoint, with `resource`)."""
        tenant = path_part(self._endpoint.tenant_id)
        url = f"{self._endpoint.authority.rstrip('/')}/{tenant}/oauth2/token"
        request = Request("POST", url, uuid4(), uuid4(), headers={}, form=self._grant())
        answer = self._transport.send(request)
        if not answer.is_success:
            raise _token_refused(answer, request.request_id)
        try:
            fields = wire.Fields(body.parse_json(answer.content))
            value = wire.header_text(fields.required_text("access_token"))
        except (body.UnreadableBody, wire.UnreadableMessage) as error:
            raise Unreachable(f"the token can't be read: {error}", status=answer.status) from None
        return Token.lasting(value, fields.number("expires_in"))

    def _grant(self) -> dict[str, str]:
        grant = {
            "resource": self._endpoint.resource,
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
        }
        if self._credentials.refresh_token is None:
            return grant | {"grant_type": "client_credentials"}
        return grant | {
            "grant_type": "refresh_token",
            "refresh_token": self._credentials.refresh_token,
            "scope": "openid",
        }


def _customer_path(customer_id: str) -> str:
    return f"/v1/customers/{path_part(customer_id)}"


def _subscription_path(customer_id: str, subscription_id: str) -> str:
    return f"{_customer_path(customer_id)}/subscriptions/{path_part(subscription_id)}"


def _subscriptions_of(customer_id: str) -> Callable[[object], list[wire.Subscription]]:
    def read(message: object) -> list[wire.Subscription]:
        return [wire.subscription(item, customer_id) for item in wire.page(message).items]

    return read


def _same_id[Resource: (wire.Customer, wire.Subscription)](
    resource: Resource, asked_for: str
) -> Resource:
    """The resource, unless it is another one than asked for; casing of ids varies."""
    if resource.id.casefold() != asked_for.casefold():
        raise wire.UnreadableMessage("another resource was answered than asked for")
    return resource


def _if_match(etag: str | None) -> dict[str, str]:
    """The ETag in double quotes, as Partner Center wants it (docs, Test and debug)."""
    return {"If-Match": '"{}"'.format(wire.header_text(etag).strip('"'))} if etag else {}


def _is_worth_another_try(error: Exception) -> bool:
    if not isinstance(error, Unreachable):
        return False
    return error.status is None or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _parsed_or_none(content: bytes) -> object:
    with contextlib.suppress(body.UnreadableBody):
        return body.parse_json(content)
    return None


def _token_refused(answer: Answer, request_id: UUID) -> VianetError:
    """Names only the code: the sentence beside it may repeat what was sent."""
    message = _parsed_or_none(answer.content)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return errors.from_answer(answer.status, answer.headers, message, request_id)
    fields = wire.Fields(message if isinstance(message, Mapping) else {})
    code = fields.text("error") or ""
    return Unauthorized(
        "no token was given for these credentials",
        status=answer.status,
        code=code if re.fullmatch(r"[a-z_]{1,64}", code) else "",
        request_id=request_id,
    )
