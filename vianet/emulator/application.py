"""From a request to a reply: who asks, within which budget, for what, and what goes wrong."""

import contextlib
import gzip
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import uuid4

from vianet.emulator.faults import Fault, Faults
from vianet.emulator.messages import Reply, Request, json_reply
from vianet.emulator.rules import Problem
from vianet.emulator.service import Service
from vianet.emulator.signin import SignIn
from vianet.emulator.store import Logged, Store
from vianet.emulator.throttle import Throttle

BOMB_BYTES = 16 * 1024 * 1024
DEFAULT_SIZE = 500
HTML = b"<!doctype html><title>Service</title><h1>We will be back shortly</h1>"

_SUBSCRIPTION_PARTS = 5  # v1 customers {id} subscriptions {id}


class Application:
    """The emulated service; every part of it may be set while it runs."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.service = Service(store)
        self.sign_in = SignIn()
        self.throttle = Throttle()
        self.faults = Faults()
        self.latency_seconds = 0.0
        self._held: list[Request] = []
        self._timers: set[threading.Timer] = set()
        self._lock = threading.Lock()

    def handle(self, request: Request) -> Reply | None:
        """The reply, or `None` for a connection that is closed without one."""
        fault = self.faults.take(request)
        if self.latency_seconds:
            time.sleep(self.latency_seconds)
        reply = self._through(fault, request) if fault else self.answer(request)
        self._log(request, reply, fault)
        return reply

    def answer(self, request: Request) -> Reply:
        """What the real service answers, with the headers it always sends."""
        parts = request.path_parts
        try:
            if parts[-2:] == ["oauth2", "token"] and request.method == "POST":
                return self.sign_in.token(parts[0], request)
            reply = self._answer_partner(request, self.sign_in.partner_of(request))
        except Problem as problem:
            reply = json_reply(problem.status, problem.body())
            if problem.status == HTTPStatus.UNAUTHORIZED:
                reply.headers["WWW-Authenticate"] = f"OAuth realm=urn:cpsvc:cpid:{uuid4()}"
        reply.headers |= {
            "MS-RequestId": request.header("MS-RequestId") or str(uuid4()),
            "MS-CorrelationId": request.header("MS-CorrelationId") or str(uuid4()),
            "MS-CV": f"{uuid4().hex[:16]}.0",
            "MS-ServerId": "202010406",
        }
        return reply

    def release(self) -> int:
        """Do now what `late_apply` holds; returns how many requests that were."""
        with self._lock:
            held, self._held = self._held, []
        for request in held:
            self.answer(request)
        return len(held)

    def close(self) -> None:
        with self._lock:
            timers = list(self._timers)
        for timer in timers:
            timer.cancel()
            timer.join()
        self.store.close()

    def _answer_partner(self, request: Request, mpn_id: str) -> Reply:
        if wait := self.throttle.seconds_to_wait(mpn_id):
            return _throttled(wait)
        parts = request.path_parts
        if parts[:2] != ["v1", "customers"]:
            raise Problem(HTTPStatus.NOT_FOUND, 1000, "The resource was not found.")
        if request.method == "PATCH" and len(parts) == _SUBSCRIPTION_PARTS:
            return self._patch(request, mpn_id, parts[2], parts[4])
        if request.method != "GET":
            raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, 405, "The method is not allowed.")
        return json_reply(HTTPStatus.OK, self._read(request, mpn_id, parts[2:]))

    def _read(self, request: Request, mpn_id: str, parts: list[str]) -> dict[str, object]:
        match parts:
            case []:
                return self._customers(request, mpn_id)
            case [customer]:
                return self.service.customer(mpn_id, customer)
            case [customer, "subscriptions"]:
                return self.service.subscriptions(
                    mpn_id,
                    customer,
                    order_id=request.query("order_id"),
                    partner_id=request.query("mpn_id"),
                )
            case [customer, "subscriptions", subscription]:
                return self.service.subscription(mpn_id, customer, subscription)
            case [customer, "subscriptions", subscription, "addons"]:
                return self.service.addons(mpn_id, customer, subscription)
        raise Problem(HTTPStatus.NOT_FOUND, 1000, "The resource was not found.")

    def _customers(self, request: Request, mpn_id: str) -> dict[str, object]:
        size = request.query("size") or str(DEFAULT_SIZE)
        if not size.isdecimal():
            raise Problem(HTTPStatus.BAD_REQUEST, 800002, "The size is invalid.")
        seeks = request.query("seekOperation").lower() == "next"
        return self.service.customers(
            mpn_id,
            size=int(size),
            name_filter=request.query("filter"),
            continuation=request.header("MS-ContinuationToken") if seeks else "",
        )

    def _patch(self, request: Request, mpn_id: str, customer: str, subscription: str) -> Reply:
        body = self.service.patch(
            mpn_id,
            customer,
            subscription,
            request.content,
            request.header("If-Match"),
            request.header("MS-RequestId"),
        )
        return json_reply(HTTPStatus.OK, body)

    def _through(self, fault: Fault, request: Request) -> Reply | None:
        match fault.do:
            case "drop_request":
                return None
            case "late_apply" | "accepted":
                return self._later(fault, request)
            case "status" | "html":
                return self._instead(fault, request)
            case "stale_etag":
                self._touch(request)
            case "stale_read":
                return self._stale_read(request)
            case "delay" if not fault.after_effect:
                time.sleep(fault.seconds or 0)
        reply = self.answer(request)
        return _mangled(fault, reply)

    def _instead(self, fault: Fault, request: Request) -> Reply:
        if fault.after_effect:
            self.answer(request)
        if fault.do == "html":
            return Reply(HTTPStatus.OK, HTML, "text/html; charset=utf-8")
        if fault.body is None and fault.status == HTTPStatus.TOO_MANY_REQUESTS:
            reply = _throttled(57)
            reply.headers = dict(fault.headers) or reply.headers
            return reply
        default = {"code": 800003, "description": "Unexpected.", "data": [], "source": "PartnerFD"}
        body = default if fault.body is None else fault.body
        return json_reply(fault.status, body, fault.headers)

    def _later(self, fault: Fault, request: Request) -> Reply | None:
        if fault.ignore_if_match:
            request = replace(request, headers={**request.headers, "if-match": "*"})
        if fault.seconds is None and fault.do == "late_apply":
            with self._lock:
                self._held.append(request)
        else:
            self._answer_after(fault.seconds or 0, request)
        if fault.do == "late_apply":
            return None
        location = request.target.removeprefix("/v1")
        return Reply(HTTPStatus.ACCEPTED, headers={"Location": location})

    def _answer_after(self, seconds: float, request: Request) -> None:
        def answer() -> None:
            self.answer(request)
            with self._lock:
                self._timers.discard(timer)

        timer = threading.Timer(seconds, answer)
        timer.daemon = True
        with self._lock:
            self._timers.add(timer)
            timer.start()

    def _touch(self, request: Request) -> None:
        parts = request.path_parts
        if len(parts) >= _SUBSCRIPTION_PARTS:
            with contextlib.suppress(Problem):  # the answer itself says what is wrong
                self.service.touch(self.sign_in.partner_of(request), parts[2], parts[4])

    def _stale_read(self, request: Request) -> Reply:
        parts = request.path_parts
        if request.method == "GET" and len(parts) == _SUBSCRIPTION_PARTS:
            with contextlib.suppress(Problem):
                mpn_id = self.sign_in.partner_of(request)
                older = self.service.stale_subscription(mpn_id, parts[2], parts[4])
                return json_reply(HTTPStatus.OK, older)
        return self.answer(request)

    def _log(self, request: Request, reply: Reply | None, fault: Fault | None) -> None:
        self.store.log(
            Logged(
                at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                method=request.method,
                path=request.target,
                status=reply.status if reply else None,
                request_id=request.header("MS-RequestId") or None,
                correlation_id=request.header("MS-CorrelationId") or None,
                fault=fault.do if fault else None,
                body=request.text() if request.method == "PATCH" else "",
            )
        )


def _throttled(seconds: int) -> Reply:
    """Not the usual error schema (Partner Center docs, API throttling guidance)."""
    sentence = f"Rate limit is exceeded. Try again in {seconds} seconds."
    body = {"statusCode": 429, "message": sentence}
    return json_reply(HTTPStatus.TOO_MANY_REQUESTS, body, {"Retry-After": str(seconds)})


def _mangled(fault: Fault, reply: Reply) -> Reply | None:
    match fault.do:
        case "drop_response_after_effect":
            return None
        case "delay" if fault.after_effect:
            time.sleep(fault.seconds or 0)
        case "truncate":
            reply.content = reply.content[: len(reply.content) // 2]
        case "empty":
            reply.content = b""
        case "bom":
            reply.content = b"\xef\xbb\xbf" + reply.content
        case "gzip_bomb":
            reply.content = gzip.compress(b" " * BOMB_BYTES)
            reply.headers["Content-Encoding"] = "gzip"
    return reply
