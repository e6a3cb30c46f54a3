"""The partners the emulator knows, and how to sign in as each of them.

These credentials open nothing but the emulator.
"""

from dataclasses import dataclass, field

from vianet.connection import Credentials, Endpoint


@dataclass(frozen=True, slots=True)
class DemoPartner:
    """A partner of the emulator: its MPN id, tenant and app registration."""

    mpn_id: str
    name: str
    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)

    def endpoint(self, url: str) -> Endpoint:
        """This partner at the emulator that listens on `url`."""
        return Endpoint(base_url=url, authority=url, resource=url, tenant_id=self.tenant_id)

    def credentials(self) -> Credentials:
        return Credentials(self.client_id, self.client_secret)


DEMO_PARTNERS = (
    DemoPartner(
        mpn_id="4390934",
        name="上海云帆信息技术有限公司",
        tenant_id="5f1c0a52-7d0e-4c1b-9d5e-1b0a4390934a",
        client_id="0b8f4e3c-52c1-4b7a-8a55-c14e4390934a",
        client_secret="emulator-secret-of-4390934",  # noqa: S106 - opens only the emulator
        refresh_token="emulator-refresh-of-4390934",  # noqa: S106 - the same
    ),
    DemoPartner(
        mpn_id="4390935",
        name="深圳前海数科云服务有限公司",
        tenant_id="9a6d2e18-3f47-4a8c-b1c2-6e7f4390935b",
        client_id="c3d7a1f0-94be-4d6e-9f21-7a8b4390935b",
        client_secret="emulator-secret-of-4390935",  # noqa: S106 - opens only the emulator
        refresh_token="emulator-refresh-of-4390935",  # noqa: S106 - the same
    ),
)


def demo_partner(mpn_id: str) -> DemoPartner:
    """The partner with this MPN id; raises `KeyError`."""
    return {partner.mpn_id: partner for partner in DEMO_PARTNERS}[mpn_id]
