"""Two partners, and a place for the bytes of their files."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from partners.models import User
from tests.security.world import World, world


@pytest.fixture(autouse=True)
def _media(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ours(db: None) -> World:
    """The partner whose people knock at doors."""
    return world("alpha")


@pytest.fixture
def theirs(db: None) -> World:
    """The partner that must stay unseen."""
    return world("betabeta")


@pytest.fixture
def browser_of() -> Callable[[User], Client]:
    """A browser of its own for each person, which answers 500 instead of raising."""

    def browser(user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return browser
