"""Plain HTTP to the emulator, signed in as the first demo partner."""

from collections.abc import Iterator

import httpx
import pytest

from tests.vianet.conftest import MPN_ID
from vianet.emulator.demo import demo_partner
from vianet.emulator.process import EmulatorHandle


@pytest.fixture
def http(emulator: EmulatorHandle) -> Iterator[httpx.Client]:
    """Knows nothing of our client: what curl would send."""
    partner = demo_partner(MPN_ID)
    form = {
        "grant_type": "client_credentials",
        "client_id": partner.client_id,
        "client_secret": partner.client_secret,
        "resource": "https://graph.chinacloudapi.cn",
    }
    with httpx.Client(base_url=emulator.url, trust_env=False) as client:
        given = client.post(f"/{partner.tenant_id}/oauth2/token", data=form).json()
        client.headers["Authorization"] = f"Bearer {given['access_token']}"
        yield client
