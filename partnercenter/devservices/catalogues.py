"""Translations: compile catalogues without gettext, and tell what is missing in them."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

from partnercenter.devservices.places import CHECKOUT

TRANSLATED = ("zh_Hans", "it")
NOT_SOURCES = (".*", "tests", "node_modules", "staticfiles", "media", "__pycache__")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")


def compile_catalogues(root: Path = CHECKOUT / "locale") -> int:
    """Write the .mo beside each .po that is newer; returns how many were written."""
    stale = [path for path in sorted(root.glob("*/LC_MESSAGES/*.po")) if _is_stale(path)]
    for path in stale:
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
    return len(stale)


def shortcomings(root: Path = CHECKOUT / "locale") -> list[str]:
    """One line for each missing catalogue and each text that is not, or not surely, translated."""
    return [line for language in TRANSLATED for line in _shortcomings_in(root, language)]


def _shortcomings_in(root: Path, language: str) -> Iterator[str]:
    path = root / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        yield f"{language}: there is no {path.relative_to(root.parent)}"
        return
    theirs = polib.pofile(str(path))
    for entry in theirs:
        if not entry.obsolete:
            yield from (f"{language}: {problem}: {entry.msgid!r}" for problem in _problems(entry))
    known = _texts(theirs)
    for other in TRANSLATED:
        twin = root / other / "LC_MESSAGES" / "django.po"
        if other != language and twin.exists():
            missing = sorted(_texts(polib.pofile(str(twin))) - known)
            yield from (f"{language}: missing: {text!r}" for _context, text in missing)


def _problems(entry: polib.POEntry) -> Iterator[str]:
    if entry.fuzzy:
        yield "fuzzy"
    elif not entry.translated():
        yield "not translated"
    elif not entry.msgid_plural and _placeholders(entry.msgid) != _placeholders(entry.msgstr):
        yield "other placeholders"


def _placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def _texts(catalogue: polib.POFile) -> set[tuple[str, str]]:
    return {(entry.msgctxt or "", entry.msgid) for entry in catalogue if not entry.obsolete}


def _is_stale(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime


def texts_missing_from_catalogues(checkout: Path = CHECKOUT) -> list[str]:
    """Texts of the sources that no catalogue has; needs gettext, and says nothing without it.

    `makemessages` writes what it finds, so it works on a copy.
    """
    if shutil.which("xgettext") is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "checkout")
        shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(*NOT_SOURCES))
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "manage.py", "makemessages", "--no-location", *_locales()],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return [f"makemessages failed: {done.stderr.strip()}"]
        return [
            f"{language}: in the sources only: {text!r}"
            for language in TRANSLATED
            for _context, text in sorted(_known(copy, language) - _known(checkout, language))
        ]


def _locales() -> list[str]:
    return [argument for language in TRANSLATED for argument in ("--locale", language)]


def _known(checkout: Path, language: str) -> set[tuple[str, str]]:
    path = checkout / "locale" / language / "LC_MESSAGES" / "django.po"
    return _texts(polib.pofile(str(path))) if path.exists() else set()
