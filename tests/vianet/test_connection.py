"""Which addresses and ids are let through, and what repr shows."""

import pytest

from vianet.connection import (
    AddressRefused,
    Credentials,
    Endpoint,
    IdentifierRefused,
    path_part,
)

API = "https://partner.partnercenterapi.microsoftonline.cn"
AUTHORITY = "https://login.chinacloudapi.cn"
RESOURCE = "https://graph.chinacloudapi.cn"
LOOPBACK = "http://127.0.0.1:8021"


def test_endpoint_in_china_is_allowed() -> None:
    endpoint = Endpoint.operated_by_21vianet("tenant")

    assert (endpoint.base_url, endpoint.authority, endpoint.resource) == (API, AUTHORITY, RESOURCE)


@pytest.mark.parametrize("url", [LOOPBACK, "http://localhost:1", "http://[::1]:9", LOOPBACK + "/"])
def test_endpoint_on_this_machine_is_allowed(url: str) -> None:
    assert Endpoint(url, url, url, "tenant").base_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.partnercenterapi.microsoftonline.cn",
        "https://evil.example",
        "https://partner.partnercenterapi.microsoftonline.cn.evil.example",
        "https://partner.partnercenterapi.microsoftonline.cn@evil.example",
        "https://evil.example#partner.partnercenterapi.microsoftonline.cn",
        "https://evil.example\\@partner.partnercenterapi.microsoftonline.cn",
        f"{API}:8443",
        f"{API}/v1",
        f"{API}?a=b",
        f"{API}\r\nHost: evil.example",
        "http://10.0.0.1",
        "http://169.254.169.254",
        "http://0.0.0.0:80",
        "https://127.0.0.1",
        "http://localhost.evil.example",
        "ftp://127.0.0.1",
        "http://127.0.0.1:99999",
        "http://[::1",
        "",
    ],
)
def test_endpoint_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        Endpoint(url, AUTHORITY, RESOURCE, "tenant")


def test_endpoint_refuses_an_authority_as_api() -> None:
    with pytest.raises(AddressRefused):
        Endpoint(AUTHORITY, API, RESOURCE, "tenant")


@pytest.mark.parametrize(
    ("base_url", "authority", "resource"),
    [(API, LOOPBACK, RESOURCE), (LOOPBACK, AUTHORITY, RESOURCE), (API, AUTHORITY, LOOPBACK)],
)
def test_endpoint_never_mixes_real_and_local(base_url: str, authority: str, resource: str) -> None:
    with pytest.raises(AddressRefused):
        Endpoint(base_url, authority, resource, "tenant")


@pytest.mark.parametrize(
    "identifier", ["", " ", ".", "..", "a/b", "a\\b", "../x", "a\r\nb", "a\nb", "a\x00b", "a\x7f"]
)
def test_path_part_refuses_ids_that_could_lead_elsewhere(identifier: str) -> None:
    with pytest.raises(IdentifierRefused):
        path_part(identifier)


@pytest.mark.parametrize(
    ("identifier", "part"),
    [
        ("A356AC8C-E310", "A356AC8C-E310"),
        ("subscriptions?key=<key>", "subscriptions%3Fkey%3D%3Ckey%3E"),
        ("a%2fb", "a%252fb"),
        ("编号 1", "%E7%BC%96%E5%8F%B7%201"),
        ("a#b;c", "a%23b%3Bc"),
    ],
)
def test_path_part_encodes_opaque_ids(identifier: str, part: str) -> None:
    assert path_part(identifier) == part


def test_endpoint_refuses_a_tenant_that_leads_elsewhere() -> None:
    with pytest.raises(IdentifierRefused):
        Endpoint(API, AUTHORITY, RESOURCE, "../common")


def test_credentials_keep_secrets_out_of_repr() -> None:
    shown = repr(Credentials("client", "secret-canary", "refresh-canary"))

    assert "client" in shown
    assert "canary" not in shown
