"""Opens the connections to Partner Center that partners have configured."""

from contextlib import ExitStack
from datetime import timedelta
from threading import Lock
from types import TracebackType
from typing import Self

from django.conf import settings

from partners import clock, sealing
from partners.models import Cloud, Connection, Partner
from subscriptions.budget import Lane
from subscriptions.pacing import Pace
from vianet.client import PartnerCenter
from vianet.connection import AddressRefused, Credentials, Endpoint, IdentifierRefused

SHORT_PATIENCE = timedelta(seconds=5)
LONG_PATIENCE = timedelta(minutes=2)


class NotConnected(Exception):
    """The partner has no usable connection to Partner Center yet."""


class Connections:
    """One client per partner, opened when first asked for and closed together.

    Clients are safe to share between threads: one token and one pool of connections each. They
    spend from the partner's budget in this lane, and wait for it as long as their patience lasts.
    """

    def __init__(self, lane: Lane = Lane.ORDINARY, patience: timedelta = SHORT_PATIENCE) -> None:
        self._lane = lane
        self._patience = patience
        self._open: dict[int, PartnerCenter] = {}
        self._lock = Lock()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def of(self, partner: Partner) -> PartnerCenter:
        """The partner's client. Raises NotConnected."""
        with self._lock:
            if partner.pk not in self._open:
                self._open[partner.pk] = self._stack.enter_context(self._client(partner))
            return self._open[partner.pk]

    def _client(self, partner: Partner) -> PartnerCenter:
        connection = Connection.objects.filter(partner=partner).first()
        if connection is None:
            raise NotConnected
        try:
            secret = sealing.unseal(bytes(connection.sealed_secret))
            endpoint = _endpoint(connection)
        except (sealing.SealBroken, AddressRefused, IdentifierRefused) as error:
            raise NotConnected(f"the connection can't be used: {type(error).__name__}") from error
        pace = Pace(partner, self._lane, self._patience)
        return PartnerCenter(endpoint, Credentials(connection.client_id, secret), pacing=pace)


def may_write(partner: Partner) -> bool:
    """Whether the partner has switched on that the portal changes subscriptions."""
    return Connection.objects.filter(partner=partner, writes_enabled=True).exists()


def note_complete_read(partner: Partner) -> None:
    """Record that everything was read just now."""
    Connection.objects.filter(partner=partner).update(
        read_at=clock.now(), failed_at=None, failure=""
    )


def note_failure(partner: Partner, error: Exception) -> None:
    """Record what the last call failed with, for the connection's health."""
    Connection.objects.filter(partner=partner).update(
        failed_at=clock.now(), failure=str(error)[:500]
    )


def _endpoint(connection: Connection) -> Endpoint:
    if connection.cloud == Cloud.VIANET:
        return Endpoint.operated_by_21vianet(connection.tenant_id)
    if not (settings.DEMO and settings.EMULATOR_URL):
        raise NotConnected
    url = settings.EMULATOR_URL
    return Endpoint(base_url=url, authority=url, resource=url, tenant_id=connection.tenant_id)
