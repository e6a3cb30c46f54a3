"""Every kind the code writes to the trail has words in the reader's language."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from collections_policy.models import ActionStatus
from partners.kinds import KINDS, REASONS, reason_of
from subscriptions.models import ChangeStatus

ROOMS = (
    "partners",
    "customers",
    "subscriptions",
    "notices",
    "billing",
    "service_requests",
    "collections_policy",
)
WRITTEN = re.compile(r'(?:kind=|kind = |_fact\([^"\n]*|record\([^"\n]*)"([a-z_]+\.[a-z_0-9]+)"')


def _written_kinds() -> set[str]:
    sources = [path for room in ROOMS for path in Path(settings.BASE_DIR, room).rglob("*.py")]
    return {kind for path in sources for kind in WRITTEN.findall(path.read_text())}


def test_the_search_finds_what_is_written() -> None:
    assert {"hold.placed", "invoice.credited", "partner.connected"} <= _written_kinds()


@pytest.mark.parametrize("kind", sorted(_written_kinds()))
def test_written_kind_has_words(kind: str) -> None:
    assert kind in KINDS


@pytest.mark.parametrize("status", list(ChangeStatus))
def test_each_state_of_a_change_has_words(status: ChangeStatus) -> None:
    assert f"status_change.{status}" in KINDS


@pytest.mark.parametrize("status", [each for each in ActionStatus if each != ActionStatus.PLANNED])
def test_each_state_of_a_step_has_words(status: ActionStatus) -> None:
    assert f"case_step.{status}" in KINDS


def test_portals_own_reason_is_translated_and_a_typed_one_is_kept() -> None:
    with translation.override("zh-hans"):
        assert reason_of("sweep of 2026-10-03") == "2026-10-03 的巡检"
        assert reason_of("Three letters, no answer") == "Three letters, no answer"


@pytest.mark.parametrize("reason", REASONS)
def test_each_of_the_portals_reasons_is_still_given_somewhere(reason: str) -> None:
    sources = [path for room in ROOMS for path in Path(settings.BASE_DIR, room).rglob("*.py")]
    written = [path.name for path in sources if f'"{reason}"' in path.read_text()]
    assert len(written) > 1
