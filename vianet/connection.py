"""Where Partner Center is and who calls it; refuses every address that is not its own."""

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

API_HOSTS = frozenset(
    {"partner.partnercenterapi.microsoftonline.cn", "api.partnercenter.microsoft.com"}
)
AUTHORITY_HOSTS = frozenset(
    {"login.chinacloudapi.cn", "login.partner.microsoftonline.cn", "login.microsoftonline.com"}
)
RESOURCE_HOSTS = API_HOSTS | frozenset(
    {
        "graph.chinacloudapi.cn",
        "graph.windows.net",
        "microsoftgraph.chinacloudapi.cn",
        "graph.microsoft.com",
    }
)
HTTPS_PORT = 443


class AddressRefused(ValueError):
    """The address is neither Partner Center's own nor this machine's."""


class IdentifierRefused(ValueError):
    """The id can't be one part of a path."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One partner tenant at one Partner Center.

    `base_url` and `authority` are https addresses of the documented hosts, or both http addresses
    of this machine (the emulator); `resource` is what an app-only token is asked for. Raises
    `AddressRefused` or `IdentifierRefused`.
    """

    base_url: str
    authority: str
    resource: str
    tenant_id: str

    def __post_init__(self) -> None:
        here = {
            check_address(self.base_url, API_HOSTS),
            check_address(self.authority, AUTHORITY_HOSTS),
            check_address(self.resource, RESOURCE_HOSTS),
        }
        if len(here) > 1:
            raise AddressRefused("the real service and this machine are never mixed")
        path_part(self.tenant_id)

    @classmethod
    def operated_by_21vianet(cls, tenant_id: str) -> "Endpoint":
        """The addresses of the service in China (Partner Center docs, REST URLs)."""
        return cls(
            base_url="https://partner.partnercenterapi.microsoftonline.cn",
            authority="https://login.chinacloudapi.cn",
            resource="https://graph.chinacloudapi.cn",
            tenant_id=tenant_id,
        )


@dataclass(frozen=True, slots=True)
class Credentials:
    """The app registration, and for App+User calls a refresh token; secrets stay out of repr."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)


def check_address(url: str, hosts: frozenset[str]) -> bool:
    """Whether the address is this machine's; raises `AddressRefused` for a foreign one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("not an address") from None
    if _is_dressed_up(url):
        raise AddressRefused("only scheme, host and port may be given")
    host = parts.hostname or ""
    if parts.scheme == "https" and host in hosts and port in {None, HTTPS_PORT}:
        return False
    if parts.scheme == "http" and is_loopback(host):
        return True
    raise AddressRefused(f"{host!r} over {parts.scheme!r} is not an address of Partner Center")


def _is_dressed_up(url: str) -> bool:
    return re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+/?", url) is None


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def path_part(identifier: str) -> str:
    """The id percent-encoded as one part of a path; ids are opaque and need be no GUIDs."""
    unfit = not identifier.strip() or not identifier.isprintable()
    if unfit or identifier == "." or any(part in identifier for part in ("/", "\\", "..")):
        raise IdentifierRefused(f"{identifier[:80]!r} can't be part of an address")
    return quote(identifier, safe="")
