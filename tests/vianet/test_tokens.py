"""The token cache: one fetch for many threads, renewed before expiry."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from vianet.tokens import DEFAULT_LIFETIME_SECONDS, EXPIRY_BUFFER_SECONDS, Token, TokenCache

THREADS = 16


def counting(lifetime_seconds: int | None) -> Callable[[], Token]:
    numbers = count(1)
    return lambda: Token.lasting(str(next(numbers)), lifetime_seconds)


def test_current_is_kept_while_fresh() -> None:
    cache = TokenCache(counting(3600))

    assert [cache.current().value, cache.current().value] == ["1", "1"]


@pytest.mark.parametrize(
    ("lifetime_seconds", "values"),
    [
        (EXPIRY_BUFFER_SECONDS - 1, ["1", "2"]),
        (EXPIRY_BUFFER_SECONDS, ["1", "2"]),
        (EXPIRY_BUFFER_SECONDS + 5, ["1", "1"]),
        (None, ["1", "1"]),
    ],
)
def test_current_is_renewed_within_the_buffer(
    lifetime_seconds: int | None, values: list[str]
) -> None:
    cache = TokenCache(counting(lifetime_seconds))

    assert [cache.current().value, cache.current().value] == values


def test_default_lifetime_outlasts_the_buffer() -> None:
    assert DEFAULT_LIFETIME_SECONDS > EXPIRY_BUFFER_SECONDS


def test_replacement_is_fetched_once_for_all_threads() -> None:
    cache = TokenCache(counting(3600))
    rejected = cache.current()
    together = threading.Barrier(THREADS)

    def replace(_: int) -> str:
        together.wait()
        return cache.replacement_for(rejected).value

    with ThreadPoolExecutor(THREADS) as pool:
        values = set(pool.map(replace, range(THREADS)))

    assert values == {"2"}


def test_token_keeps_its_value_out_of_repr() -> None:
    assert "canary" not in repr(Token.lasting("canary", 60))
