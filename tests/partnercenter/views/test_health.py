"""Whether the portal lives, and whether it is ready: for machines, without signing in."""

import pytest
from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client


def test_healthz_answers_without_the_database(client: Client) -> None:
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert "no-store" in response.headers["Cache-Control"]


def test_readyz_finds_chinese_by_trigrams(client: Client, db: None) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"database": True, "migrations": True, "chinese_search": True}


def test_readyz_is_not_ready_before_it_is_migrated(client: Client, db: None) -> None:
    newest = MigrationRecorder.Migration.objects.filter(app="subscriptions").order_by("-id")
    newest[0].delete()

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["migrations"] is False


def test_readyz_is_not_ready_where_trigrams_of_chinese_are_empty(client: Client, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA blind")
        cursor.execute(
            "CREATE FUNCTION blind.show_trgm(text) RETURNS text[]"
            " LANGUAGE sql AS $$SELECT '{}'::text[]$$"
        )
        cursor.execute("SET LOCAL search_path = blind, public")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["chinese_search"] is False


def test_readyz_is_not_ready_without_the_database(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", refuse)
        response = client.get("/readyz")

    assert response.status_code == 503
    assert set(response.json().values()) == {False}


@pytest.mark.parametrize("url", ["/healthz", "/readyz"])
def test_health_refuses_to_be_posted(client: Client, url: str) -> None:
    assert client.post(url).status_code == 405
