"""The services of a checkout together: start, stop, addresses; and a set that is thrown away."""

import fcntl
import os
import secrets
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from partnercenter.devservices import carriers, postgresql, valkey
from partnercenter.devservices.accounts import account_of
from partnercenter.devservices.places import (
    CHECKOUT,
    DEVELOPMENT,
    place_for,
    run_folder,
    temporary_folder,
)
from partnercenter.devservices.ports import (
    LOOPBACK,
    free_port,
    is_free,
    read_endpoint,
    write_private,
)
from partnercenter.devservices.postgresql import PostgreSQL
from partnercenter.devservices.terminal import Trouble
from partnercenter.devservices.valkey import Valkey

DEFAULT_PORT = 8000
THROWAWAY_PREFIX = "throwaway-"

Server = PostgreSQL | Valkey


@dataclass(frozen=True)
class Services:
    """The servers of one place. One that the environment names is used and not started.

    `state` holds their addresses and locks.
    """

    state: Path
    database: PostgreSQL | None
    broker: Valkey | None

    @property
    def environment_file(self) -> Path:
        """Where the addresses are written, in shell syntax."""
        return self.state / "env"

    @property
    def servers(self) -> list[Server]:
        """The servers that are ours to start."""
        return [server for server in (self.database, self.broker) if server]

    def start(self) -> list[Server]:
        """Make all run and return those that had to be started. Raises Trouble."""
        with _locked(self.state / "services.lock"):
            self._check_given()
            return [server for server in self.servers if server.start()]

    def stop(self) -> None:
        """End all that run, keep their data and forget their addresses."""
        with _locked(self.state / "services.lock"):
            for server in self.servers:
                server.stop()
            self.environment_file.unlink(missing_ok=True)

    def addresses(self) -> dict[str, str]:
        """DATABASE_URL and REDIS_URL."""
        return {
            "DATABASE_URL": self.database.url if self.database else os.environ["DATABASE_URL"],
            "REDIS_URL": self.broker.url if self.broker else os.environ["REDIS_URL"],
        }

    def _check_given(self) -> None:
        if self.database is None:
            _check_database(os.environ["DATABASE_URL"])
        if self.broker is None:
            _check_broker(os.environ["REDIS_URL"])


def development_services(checkout: Path = CHECKOUT) -> Services:
    """The services whose data is kept. Raises Trouble when a program is missing."""
    state = run_folder(checkout)
    return _services(checkout, DEVELOPMENT, state, postgresql.DURABLE, valkey.DURABLE)


def _services(checkout: Path, name: str, state: Path, database: str, broker: str) -> Services:
    given = _is_given("DATABASE_URL", checkout), _is_given("REDIS_URL", checkout)
    if all(given):
        return Services(state, None, None)
    place = place_for(checkout, name)
    return Services(
        state,
        None if given[0] else PostgreSQL(place, carriers.postgresql(place), database),
        None if given[1] else Valkey(place, carriers.valkey(place), broker),
    )


def _is_given(variable: str, checkout: Path) -> bool:
    """Whether the environment names a server, other than by a `.run/env` of this checkout."""
    url = os.environ.get(variable, "")
    return bool(url) and not any(password in url for password in _own_passwords(checkout))


def _own_passwords(checkout: Path) -> Iterator[str]:
    for base in (run_folder(checkout), temporary_folder(checkout)):
        for endpoint in map(read_endpoint, base.glob("*/*-*.json")):
            if endpoint:
                yield endpoint.password


# --- The environment of what runs on them ---------------------------------------------------------
def write_environment(services: Services, port: int = DEFAULT_PORT) -> dict[str, str]:
    """Write `.run/env` for shells and scripts, and return what is in it."""
    state = services.state
    values = {
        **services.addresses(),
        "PORTAL_URL": f"http://{LOOPBACK}:{port}",
        "EMULATOR_URL": f"http://{LOOPBACK}:{_emulator_port(state)}",
        "DEMO": "true",
        "SECRET_KEY": _secret_key(state),
    }
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in values.items()]
    write_private(services.environment_file, "".join(lines), account_of(os.geteuid()))
    return values


def _secret_key(state: Path) -> str:
    """Made once: sessions outlive a restart."""
    path = state / "secret_key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(50), account_of(os.geteuid()))
    return path.read_text().strip()


def _emulator_port(state: Path) -> int:
    """The same at every start, unless somebody else took it meanwhile."""
    path = state / "emulator.port"
    kept = path.read_text().strip() if path.exists() else ""
    if not (kept.isdigit() and is_free(int(kept))):
        kept = str(free_port())
        path.write_text(kept)
    return int(kept)


# --- Services for one test run --------------------------------------------------------------------
@contextmanager
def throwaway_services(
    checkout: Path = CHECKOUT, *, database: str = postgresql.THROWAWAY
) -> Iterator[dict[str, str]]:
    """Services of their own for the time of the block; yields their addresses."""
    remove_abandoned(checkout)
    name = f"{THROWAWAY_PREFIX}{secrets.token_hex(4)}"
    state = run_folder(checkout) / f"{name}.state"
    state.mkdir()
    with hold(state / "alive"):
        services = _services(checkout, name, state, database, valkey.THROWAWAY)
        try:
            services.start()
            yield services.addresses()
        finally:
            _remove(services)


def remove_abandoned(checkout: Path = CHECKOUT) -> None:
    """Remove what killed test runs left: a state folder whose lock nobody holds any more."""
    for state in run_folder(checkout).glob(f"{THROWAWAY_PREFIX}*.state"):
        if not is_held(state / "alive"):
            name = state.name.removesuffix(".state")
            _remove(_services(checkout, name, state, "", valkey.THROWAWAY))


def _remove(services: Services) -> None:
    services.stop()
    for server in services.servers:
        shutil.rmtree(server.place.home, ignore_errors=True)
    shutil.rmtree(services.state, ignore_errors=True)


# --- Locks: held by a living process, released by the system when it dies -------------------------
@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Wait for the lock and hold it."""
    with path.open("a") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        yield


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold a lock that tells others that this process lives; its pid is in the file."""
    with path.open("w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_held(path: Path) -> bool:
    """Whether another living process holds the lock."""
    if not path.exists():
        return False
    with path.open("a") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


# --- Servers that somebody else runs --------------------------------------------------------------
def _check_database(url: str) -> None:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version // 10000
    except psycopg.Error as error:
        reason = (str(error).strip().splitlines() or ["no answer"])[0]
        raise Trouble(f"DATABASE_URL is set but can't be used: {reason}") from error
    if version < carriers.OLDEST_POSTGRESQL:
        raise Trouble(
            f"DATABASE_URL leads to PostgreSQL {version}; the portal needs "
            f"{carriers.OLDEST_POSTGRESQL} or newer."
        )


def _check_broker(url: str) -> None:
    import redis  # costs half a second, and most starts don't need it

    try:
        redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5).ping()
    except (redis.RedisError, ValueError) as error:
        raise Trouble(f"REDIS_URL is set but can't be used: {error}") from error
