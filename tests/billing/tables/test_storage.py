"""What is kept of an upload beside its bytes."""

import pytest

from billing.tables.storage import harmless_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\con.txt", "con.txt"),
        ("a\u202efdp.csv", "a fdp.csv"),
        ("x" * 300, "x" * 200),
        ("\0", "file"),
    ],
)
def test_names_of_uploads_are_only_shown(name: str, shown: str) -> None:
    assert harmless_name(name) == shown
