"""Where the services of one checkout live.

`.run/` holds what the person may read (addresses, secret key, demo sign-ins). Data of the servers
sits in `.run/services` too, or, when the account they run as can't get there (a checkout below a
0700 folder), in the system's temporary folder under a name made from the checkout's path.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from partnercenter.devservices.accounts import Account, account_of, service_account
from partnercenter.devservices.terminal import Trouble

CHECKOUT = Path(__file__).resolve().parents[2]
DEVELOPMENT = "services"


@dataclass(frozen=True)
class Place:
    """The folders of one set of servers and the account they run as."""

    home: Path
    binaries: Path
    account: Account


def place_for(checkout: Path, name: str) -> Place:
    """The place called `name` of a checkout; creates its folders."""
    account = service_account()
    base = _base(checkout, name, account)
    home = base / name
    if home.exists():
        account = _owner(home)
    else:
        home.mkdir()
        account.own(home)
    return Place(home=home, binaries=base / "binaries", account=account)


def run_folder(checkout: Path) -> Path:
    """The checkout's `.run`, created when missing."""
    folder = checkout / ".run"
    folder.mkdir(mode=0o755, exist_ok=True)
    return folder


def temporary_folder(checkout: Path) -> Path:
    """Where data goes when the service account can't reach the checkout."""
    key = hashlib.sha256(os.fsencode(checkout.resolve())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"partner-portal-{key}"


def _base(checkout: Path, name: str, account: Account) -> Path:
    beside, away = run_folder(checkout), temporary_folder(checkout)
    if away.joinpath(name).exists() or not account.can_enter(beside):
        _claim(away)
        if account.can_enter(away):
            return away
        raise Trouble(
            f"The account {account.name}, which PostgreSQL runs as, can enter neither {beside} "
            f"nor {away}: set TMPDIR to a folder it can enter."
        )
    return beside


def _claim(folder: Path) -> None:
    """Make the folder ours; somebody else could have put one of this name there before."""
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise Trouble(f"{folder} belongs to somebody else: remove it, or set TMPDIR.")
    folder.chmod(0o755)


def _owner(home: Path) -> Account:
    owner = account_of(home.stat().st_uid)
    if os.geteuid() not in (0, owner.uid):
        raise Trouble(
            f"{home} belongs to {owner.name}: run as {owner.name} or root, or remove that folder."
        )
    return owner
