"""The token endpoint (v1, app-only and refresh token) and the tokens it gave out."""

import secrets
import threading
import time
from http import HTTPStatus
from urllib.parse import parse_qs

from vianet.emulator.demo import DEMO_PARTNERS, DemoPartner
from vianet.emulator.messages import Reply, Request, json_reply
from vianet.emulator.rules import Problem

TOKEN_SECONDS = 3600


class SignIn:
    """Gives tokens to the demo partners and says whose a token is."""

    def __init__(self, token_seconds: int = TOKEN_SECONDS) -> None:
        self.token_seconds = token_seconds
        self._lock = threading.Lock()
        self._owners: dict[str, tuple[str, float]] = {}

    def token(self, tenant: str, request: Request) -> Reply:
        """The answer of the token endpoint; its numbers are texts, as documented."""
        form = {key: values[-1] for key, values in parse_qs(request.text()).items()}
        partner = next((p for p in DEMO_PARTNERS if p.tenant_id.lower() == tenant.lower()), None)
        refusal = _refusal(partner, form) if partner else _NO_TENANT
        if partner is None or refusal:
            status, error, sentence = refusal or _NO_TENANT
            return json_reply(status, {"error": error, "error_description": sentence})
        now = int(time.time())
        body = {
            "token_type": "Bearer",
            "expires_in": str(self.token_seconds),
            "ext_expires_in": str(self.token_seconds),
            "expires_on": str(now + self.token_seconds),
            "not_before": str(now - 300),
            "resource": form["resource"],
            "access_token": self._issue(partner.mpn_id),
        }
        if form["grant_type"] == "refresh_token":
            body["refresh_token"] = partner.refresh_token
        return json_reply(
            HTTPStatus.OK, body, {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"}
        )

    def partner_of(self, request: Request) -> str:
        """The MPN id the bearer token belongs to; raises `Problem` 401."""
        scheme, _, token = request.header("Authorization").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Problem(HTTPStatus.UNAUTHORIZED, 800001, "The partner token is missing.")
        with self._lock:
            mpn_id, expires_at = self._owners.get(token.strip(), ("", 0.0))
        if not mpn_id or time.monotonic() >= expires_at:
            raise Problem(HTTPStatus.UNAUTHORIZED, 400, "Access denied.")
        return mpn_id

    def revoke_all(self) -> None:
        with self._lock:
            self._owners.clear()

    def _issue(self, mpn_id: str) -> str:
        token = secrets.token_urlsafe(48)
        now = time.monotonic()
        with self._lock:
            self._owners = {t: owner for t, owner in self._owners.items() if owner[1] > now}
            self._owners[token] = (mpn_id, now + self.token_seconds)
        return token


type Refusal = tuple[HTTPStatus, str, str]

_BAD = HTTPStatus.BAD_REQUEST
_NO_TENANT: Refusal = (_BAD, "invalid_request", "AADSTS90002: Tenant not found.")
_NO_CLIENT: Refusal = (_BAD, "unauthorized_client", "AADSTS700016: Application was not found.")
_NO_RESOURCE: Refusal = (_BAD, "invalid_request", "AADSTS900144: The resource is missing.")
_BAD_GRANT: Refusal = (_BAD, "invalid_grant", "AADSTS70008: The refresh token is invalid.")
_OTHER_GRANT: Refusal = (_BAD, "unsupported_grant_type", "AADSTS70003: Unsupported grant type.")
_BAD_SECRET: Refusal = (
    HTTPStatus.UNAUTHORIZED,
    "invalid_client",
    "AADSTS7000215: Invalid client secret is provided.",
)


def _refusal(partner: DemoPartner, form: dict[str, str]) -> Refusal | None:
    """Why no token is given, `None` when all is well."""
    if form.get("client_id", "").lower() != partner.client_id:
        return _NO_CLIENT
    if not _equal(form.get("client_secret", ""), partner.client_secret):
        return _BAD_SECRET
    if not form.get("resource"):
        return _NO_RESOURCE
    grant = form.get("grant_type")
    if grant == "refresh_token":
        known = _equal(form.get("refresh_token", ""), partner.refresh_token)
        return None if known else _BAD_GRANT
    return None if grant == "client_credentials" else _OTHER_GRANT


def _equal(given: str, secret: str) -> bool:
    return secrets.compare_digest(given.encode(), secret.encode())
