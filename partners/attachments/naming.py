"""The name of a kept file: as its owner wrote it, without what could deceive a reader or a system.

Pure. Chinese and every other script stay; control characters and those that turn the direction of
writing (by which `fdp.exe` can be shown as `exe.pdf`) go.
"""

import re
import unicodedata

LONGEST = 200
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SPACES = re.compile(r"\s+")
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def cleaned(name: str) -> str:
    """A name that is safe to show, to send and to save; never empty."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(each for each in last if unicodedata.category(each) not in _HIDDEN)
    shown = _NOT_IN_NAMES.sub("_", _SPACES.sub(" ", shown)).strip(". ")
    if _DEVICES.fullmatch(shown):
        shown = f"_{shown}"
    return _shortened(shown) or "file"


def extension(name: str) -> str:
    """The part after the last dot in small letters, with the dot; empty without one."""
    stem, _dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if stem and ending else ""


def _shortened(name: str) -> str:
    ending = extension(name)
    if len(ending) >= LONGEST:
        return name[:LONGEST]
    return name[: len(name) - len(ending)][: LONGEST - len(ending)] + ending
