"""Which addresses die with the customer's own tenant."""

import pytest

from customers import addresses


@pytest.mark.parametrize(
    ("address", "domain", "is_own"),
    [
        ("a@contoso.cn", "contoso.cn", True),
        ("a@MAIL.Contoso.cn", "contoso.cn", True),
        ("a@notcontoso.cn", "contoso.cn", False),
        ("a@qq.com", "contoso.cn", False),
        ("a@qq.com", "", False),
        ("", "contoso.cn", False),
    ],
)
def test_own_tenant_addresses_are_recognised(address: str, domain: str, is_own: bool) -> None:
    assert addresses.is_own(address, domain) is is_own
