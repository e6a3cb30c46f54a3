"""Whom the services run as: ourselves, or an unprivileged account when we are root.

PostgreSQL refuses to run as root.
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from partnercenter.devservices.terminal import Trouble

UNPRIVILEGED = ("postgres", "nobody", "daemon")
# Servers get a plain environment: PGDATA, PGPORT and the like of the caller must not steer them.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int

    def run(
        self, *command: str | Path, timeout_seconds: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, away from the caller's folder, and return its output.

        A command that can't be executed or doesn't end gives exit code 126.
        """
        arguments = [str(part) for part in command]
        become = self.uid != os.geteuid()
        try:
            return subprocess.run(  # noqa: S603 - only the commands of this package
                arguments,
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout_seconds,
                check=False,
                user=self.uid if become else None,
                group=self.gid if become else None,
                extra_groups=[] if become else None,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return subprocess.CompletedProcess(arguments, 126, "", str(error))

    def can_enter(self, folder: Path) -> bool:
        """Whether this account reaches what is inside the folder."""
        return self.run("test", "-x", folder, "-a", "-r", folder).returncode == 0

    def own(self, path: Path) -> None:
        """Make a file or folder this account's and readable by nobody else."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700 if path.is_dir() else 0o600)


def account_of(uid: int) -> Account:
    """The account with this number, named or not."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), uid, uid)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def service_account(candidates: Sequence[str] = UNPRIVILEGED) -> Account:
    """Whom servers run as. Raises Trouble when root finds no other account it may become."""
    if os.geteuid() != 0:
        return account_of(os.geteuid())
    for account in filter(None, map(_named, candidates)):
        if account.run("true").returncode == 0:
            return account
    raise Trouble(
        "PostgreSQL refuses to run as root and no unprivileged account can be used "
        f"({', '.join(candidates)}): work as another user, or set DATABASE_URL and REDIS_URL."
    )


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid) if entry.pw_uid else None
