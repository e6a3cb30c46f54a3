"""The emulator's own interface under `/_emulator/`; the real API has nothing like it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus

from vianet.emulator import page
from vianet.emulator.application import Application
from vianet.emulator.demo import DEMO_PARTNERS
from vianet.emulator.faults import BadFault
from vianet.emulator.messages import Reply, Request, json_reply
from vianet.emulator.rules import Problem
from vianet.emulator.service import shown

PREFIX = "_emulator"
DEFAULT_LIMIT = 200
MAX_LIMIT = 200_000
PAGE_REQUESTS = 30
STALE_STATUSES = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.PRECONDITION_FAILED})
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


type Answer = Mapping[str, object]

_DONE: Answer = {"done": True}


class BadOrder(ValueError):
    """The control request can't be understood."""


def handle(app: Application, request: Request) -> Reply:
    """Answer a control request; errors are JSON with one sentence."""
    try:
        return _read(app, request) if request.method == "GET" else _change(app, request)
    except (BadOrder, BadFault) as error:
        return json_reply(HTTPStatus.BAD_REQUEST, {"error": str(error)})
    except Problem as problem:
        return json_reply(problem.status, {"error": problem.description})


def _read(app: Application, request: Request) -> Reply:
    match request.path_parts[1:]:
        case []:
            return _html(page.render(state(app, request), _requests(app, PAGE_REQUESTS), request))
        case ["style.css"]:
            return Reply(HTTPStatus.OK, page.STYLE.encode(), "text/css; charset=utf-8")
        case ["state"]:
            return json_reply(HTTPStatus.OK, state(app, request))
        case ["requests"]:
            found = _requests(
                app, _limit(request), request.query("method").upper(), request.query("path")
            )
            return json_reply(HTTPStatus.OK, {"count": len(found), "requests": found})
        case ["faults"]:
            return json_reply(HTTPStatus.OK, {"faults": app.faults.in_force()})
    return _nothing_here()


def _change(app: Application, request: Request) -> Reply:
    match request.method, request.path_parts[1:]:
        case "POST", ["subscriptions", subscription_id]:
            after = app.service.change_outside(subscription_id, _object(request))
            return json_reply(HTTPStatus.OK, after)
    carry_out = _ORDERS.get((request.method, "/".join(request.path_parts[1:])))
    if carry_out is None:
        return _nothing_here()
    return json_reply(HTTPStatus.OK, carry_out(app, request))


def state(app: Application, request: Request) -> dict[str, object]:
    """Partners, settings, and customers (of `mpn_id`, starting with `q`, up to `limit`)."""
    wanted, prefix, limit = request.query("mpn_id"), request.query("q"), _limit(request)
    partners = [
        {
            "mpn_id": partner.mpn_id,
            "name": partner.name,
            "tenant_id": partner.tenant_id,
            "customer_count": app.store.count_customers(partner.mpn_id),
            "customers": [
                _customer_state(app, resource)
                for _, resource in app.store.customers(partner.mpn_id, prefix=prefix, limit=limit)
            ],
        }
        for partner in DEMO_PARTNERS
        if wanted in {"", partner.mpn_id}
    ]
    return {
        "partners": partners,
        "settings": _settings(app),
        "faults": app.faults.in_force(),
    }


def _customer_state(app: Application, resource: dict[str, object]) -> dict[str, object]:
    company = resource.get("companyProfile")
    profile = company if isinstance(company, Mapping) else {}
    subscriptions = app.store.subscriptions(str(resource["id"]))
    return {
        "id": resource["id"],
        "company_name": profile.get("companyName"),
        "domain": profile.get("domain"),
        "subscriptions": [shown(stored) for stored in subscriptions],
    }


def _settings(app: Application) -> dict[str, object]:
    return {
        "requests_per_minute": app.throttle.requests_per_minute,
        "stale_status": int(app.service.stale_status),
        "token_seconds": app.sign_in.token_seconds,
        "latency_ms": round(app.latency_seconds * 1000),
    }


def _set(app: Application, request: Request) -> Answer:
    """Set what is named; all values are whole numbers."""
    given = _object(request)
    unknown = set(given) - set(_settings(app))
    if unknown:
        raise BadOrder(f"unknown settings: {', '.join(sorted(unknown))}")
    new = {name: _whole(value) for name, value in {**_settings(app), **given}.items()}
    if new["stale_status"] not in STALE_STATUSES:
        raise BadOrder("stale_status is 400 or 412")
    app.throttle.requests_per_minute = new["requests_per_minute"]
    app.service.stale_status = new["stale_status"]
    app.sign_in.token_seconds = new["token_seconds"]
    app.latency_seconds = new["latency_ms"] / 1000
    return _settings(app)


def _reset(app: Application, request: Request) -> Answer:
    """Forget everything and start again with this many customers of this seed."""
    given = _object(request)
    customers, seed = _whole(given.get("customers", 40)), _whole(given.get("seed", 7))
    app.faults.clear()
    app.throttle.forget()
    app.release()
    with app.store.transaction():
        app.store.clear()
        app.store.seed_if_empty(customers, seed)
    return _DONE


def _release(app: Application, request: Request) -> Answer:
    return {"released": app.release()}


def _revoke_tokens(app: Application, request: Request) -> Answer:
    app.sign_in.revoke_all()
    return _DONE


def _plan_faults(app: Application, request: Request) -> Answer:
    return {"in_force": app.faults.add(_message(request))}


def _clear_faults(app: Application, request: Request) -> Answer:
    app.faults.clear()
    return _DONE


def _forget_requests(app: Application, request: Request) -> Answer:
    app.store.forget_requests()
    return _DONE


_ORDERS: dict[tuple[str, str], Callable[[Application, Request], Answer]] = {
    ("POST", "reset"): _reset,
    ("POST", "settings"): _set,
    ("POST", "release"): _release,
    ("POST", "tokens/revoke"): _revoke_tokens,
    ("POST", "faults"): _plan_faults,
    ("DELETE", "faults"): _clear_faults,
    ("DELETE", "requests"): _forget_requests,
}


def _requests(
    app: Application, limit: int, method: str = "", path: str = ""
) -> list[dict[str, object]]:
    return [asdict(entry) for entry in app.store.requests(method=method, path=path, limit=limit)]


def _message(request: Request) -> object:
    if not request.content:
        return {}
    try:
        return json.loads(request.content)
    except ValueError:
        raise BadOrder("the body is not JSON") from None


def _object(request: Request) -> dict[str, object]:
    message = _message(request)
    if not isinstance(message, dict):
        raise BadOrder("the body is not a JSON object")
    return message


def _limit(request: Request) -> int:
    return min(MAX_LIMIT, _whole(request.query("limit") or DEFAULT_LIMIT))


def _whole(value: object) -> int:
    if not str(value).isdecimal():
        raise BadOrder(f"{value!r} is not a whole number")
    return int(str(value))


def _html(text: str) -> Reply:
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return Reply(HTTPStatus.OK, text.encode(), "text/html; charset=utf-8", headers)


def _nothing_here() -> Reply:
    return json_reply(HTTPStatus.NOT_FOUND, {"error": "no such control address"})
