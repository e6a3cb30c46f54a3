"""The tests of our bill play on one day."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.billing.bill import make


@pytest.fixture(autouse=True)
def _on_one_day() -> Iterator[None]:
    with time_machine.travel(f"{make.TODAY}T04:00:00Z", tick=False):
        yield
