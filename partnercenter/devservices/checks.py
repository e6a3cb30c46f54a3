"""`make check`: every check by name; all run, and those that failed are listed at the end."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from partnercenter.devservices.places import CHECKOUT
from partnercenter.devservices.services import throwaway_services
from partnercenter.devservices.terminal import say

ROOMS = (
    *("partnercenter", "partners", "vianet", "customers", "subscriptions", "notices", "billing"),
    *("service_requests", "risk", "collections_policy"),
)
DJANGO = ("--target-version", "6.1")
# H006: images get their size from CSS. H030, H031: no search engine sees these pages.
DJLINT_IGNORED = "H006,H030,H031"


@dataclass(frozen=True)
class Check:
    """A name and the command that fails when it does."""

    name: str
    command: tuple[str, ...]

    def passes(self, environment: Mapping[str, str]) -> bool:
        """Run it with its output shown."""
        say(f"\n--- {self.name}")
        done = subprocess.run(  # noqa: S603 - the commands below
            self.command, cwd=CHECKOUT, env=environment, check=False
        )
        return done.returncode == 0


def check() -> int:
    """Run all checks in an environment like production's; 1 when one fails."""
    with throwaway_services() as addresses:
        environment = {**os.environ, **addresses, **_production()}
        failed = [check.name for check in _checks() if not check.passes(environment)]
    say(f"\nFailed: {', '.join(failed)}" if failed else "\nAll checks passed.")
    return 1 if failed else 0


def _checks() -> list[Check]:
    return [
        Check("format", _tool("ruff", "format", "--check", ".")),
        Check("lint", _tool("ruff", "check", ".")),
        Check("types", _tool("mypy", *_packages(), "tests")),
        Check("import contracts", _tool("lint-imports")),
        Check("Django idioms", _tool("django-upgrade", *DJANGO, "--check", *_sources())),
        Check("template syntax", _tool("djade", *DJANGO, "--check", *_templates())),
        Check(
            "HTML",
            _tool(
                "djlint", "--lint", "--profile=django", f"--ignore={DJLINT_IGNORED}", "templates"
            ),
        ),
        Check("deployment", _manage("check", "--deploy", "--fail-level", "WARNING")),
        Check("migrations", _manage("makemigrations", "--check", "--dry-run")),
        Check(
            "translations",
            (sys.executable, "-m", "partnercenter.devservices", "messages", "--check"),
        ),
    ]


def _production() -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "partnercenter.settings",
        "DEMO": "false",
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "portal.example.com",
        "PORTAL_URL": "https://portal.example.com",
        "EMULATOR_URL": "",
    }


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    """A tool of this environment."""
    return str(Path(sys.executable).with_name(name)), *arguments


def _manage(*arguments: str) -> tuple[str, ...]:
    return sys.executable, "manage.py", *arguments


def _packages() -> Iterator[str]:
    return (room for room in ROOMS if (CHECKOUT / room / "__init__.py").exists())


def _sources() -> Iterator[str]:
    paths = (path for folder in (*ROOMS, "tests") for path in (CHECKOUT / folder).rglob("*.py"))
    return (str(path) for path in sorted(paths) if "migrations" not in path.parts)


def _templates() -> Iterator[str]:
    return (str(path) for path in sorted((CHECKOUT / "templates").rglob("*.html")))
