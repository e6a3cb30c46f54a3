"""What every test stands on: real PostgreSQL, no network beyond loopback, a truncatable trail."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management.commands import flush
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings
from pytest_socket import socket_allow_hosts

from partners.models import Partner, User
from tests.factories.partners import PartnerFactory


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True)
def _only_loopback() -> None:
    """No test can reach a real host: only this machine and Unix sockets."""
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_triggers() -> Iterator[None]:
    """Django's flush between transactional tests truncates; the trail's trigger refuses that.

    Only for the flush, the triggers are put to sleep (needs the test superuser). It lasts the
    session, since the flush comes after a test's own fixtures are gone.
    """
    handle = flush.Command.handle

    def handle_without_triggers(self: flush.Command, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        try:
            handle(self, **options)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = DEFAULT")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush.Command, "handle", handle_without_triggers)
        yield


@pytest.fixture(autouse=True)
def _unlimited_requests(settings: Settings) -> None:
    """The emulator counts where a test wants it to; the budget's own tests set a limit."""
    settings.PARTNER_CENTER_REQUESTS_PER_MINUTE = 0


@pytest.fixture
def partner(db: None) -> Partner:
    """A partner in Shanghai."""
    return PartnerFactory.create()


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    """A browser in which this person has signed in."""

    def sign_in(user: User) -> Client:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
