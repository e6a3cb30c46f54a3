"""Loopback ports: which are free, and settings that outlive one start."""

import json
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from partnercenter.devservices.accounts import Account

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Endpoint:
    """Where a server of ours listens, and the passwords made for it at its first start."""

    port: int
    password: str
    superuser_password: str


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def new_endpoint() -> Endpoint:
    """A free port and fresh passwords."""
    return Endpoint(free_port(), secrets.token_urlsafe(24), secrets.token_urlsafe(24))


def read_endpoint(path: Path) -> Endpoint | None:
    """The endpoint kept in a file, None when there is none or it is damaged."""
    try:
        return Endpoint(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def keep_endpoint(path: Path, endpoint: Endpoint, owner: Account) -> None:
    """Write the endpoint for the owner's eyes only, complete or not at all."""
    write_private(path, json.dumps(asdict(endpoint)), owner)


def write_private(path: Path, text: str, owner: Account) -> None:
    """Replace a file by one only its owner can read."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    owner.own(fresh)
    fresh.replace(path)
