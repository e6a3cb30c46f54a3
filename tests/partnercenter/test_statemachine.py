"""The READMEs show the state machines as they are in the code."""

from enum import StrEnum
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from partnercenter import statemachines
from subscriptions.lifecycle import TRANSITIONS


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    BROKEN = "broken"


TABLE: statemachines.Table = {
    Light.RED: frozenset({Light.GREEN, Light.BROKEN}),
    Light.GREEN: frozenset({Light.RED}),
    Light.BROKEN: frozenset[Light](),
}
DRAWN = """stateDiagram-v2
    [*] --> red
    red --> green
    red --> broken
    green --> red
    broken --> [*]"""


def test_readmes_show_the_machines_as_they_are() -> None:
    call_command("statemachine", "--check")


def test_command_prints_every_room() -> None:
    out = StringIO()
    call_command("statemachine", stdout=out)
    assert "## subscriptions" in out.getvalue()
    assert statemachines.diagram(TRANSITIONS) in out.getvalue()


def test_diagram_draws_beginning_steps_and_ends() -> None:
    assert statemachines.diagram(TABLE) == DRAWN


def test_write_adds_the_diagrams_once_and_refreshes_them(tmp_path: Path) -> None:
    room = statemachines.Room(tmp_path, (TABLE,))
    room.readme.write_text("# lights\n\nOwns lights.\n")
    room.write()
    room.write()
    assert room.is_current()
    assert room.readme.read_text().count(statemachines.BEGIN) == 1
    assert room.readme.read_text().startswith("# lights\n\nOwns lights.\n")


def test_check_names_the_stale_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = statemachines.Room(tmp_path, (TABLE,))
    monkeypatch.setattr(statemachines, "rooms", lambda: [stale])
    with pytest.raises(CommandError, match=tmp_path.name):
        call_command("statemachine", "--check")
