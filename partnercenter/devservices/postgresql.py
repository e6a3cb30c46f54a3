"""One PostgreSQL cluster: create, start, stop, and know whether it lives.

It listens on loopback TCP with a password only (no socket folder to keep short or reachable).
Whether it lives is asked over the wire, never read from a pid file.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from partnercenter.devservices import carriers, processes
from partnercenter.devservices.places import Place
from partnercenter.devservices.ports import (
    LOOPBACK,
    Endpoint,
    free_port,
    is_free,
    keep_endpoint,
    new_endpoint,
    read_endpoint,
    write_private,
)
from partnercenter.devservices.terminal import Trouble

SUPERUSER = "postgres"
ROLE = "portal"
DATABASE = "portal"
START_SECONDS = 60
STOP_SECONDS = 30
ATTEMPTS = 10
BUILTIN_PROVIDER_SINCE = 17
DURABLE = ""
# Tests empty append-only tables between them, which the tables' own triggers refuse.
LET_TESTS_FLUSH = f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}"
THROWAWAY = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


@dataclass(frozen=True)
class PostgreSQL:
    """The cluster of one place, made and run by one program."""

    place: Place
    program: carriers.Program
    durability: str = DURABLE

    name = "PostgreSQL"

    @property
    def data(self) -> Path:
        """Keyed by major version: versions don't read each other's files."""
        return self.place.home / self.program.key

    @property
    def log(self) -> Path:
        """What the server said since its last start."""
        return self.place.home / f"{self.program.key}.log"

    @property
    def url(self) -> str:
        """Where the portal's role reaches its database."""
        endpoint = self._endpoint()
        return f"postgresql://{ROLE}:{endpoint.password}@{LOOPBACK}:{endpoint.port}/{DATABASE}"

    @property
    def superuser_url(self) -> str:
        """Where the superuser reaches the portal's database."""
        return self._superuser_url(self._endpoint(), DATABASE)

    def is_alive(self) -> bool:
        """Whether this very cluster answers: our password proves that it is not another one."""
        endpoint = read_endpoint(self._endpoint_file)
        return endpoint is not None and self._answers(endpoint)

    def start(self) -> bool:
        """Make it run and complete; False when it already ran. Raises Trouble."""
        if self.is_alive():
            return False
        if not (self.data / "PG_VERSION").exists():
            self._create()
        if self._postmaster() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            self._launch()
        self._wait_until_it_answers()
        self._complete()
        return True

    def stop(self) -> None:
        """End it; nothing happens when it doesn't run."""
        for mode in ("fast", "immediate"):
            if self._postmaster() is None:
                return
            self._control("stop", "-m", mode, "-t", str(STOP_SECONDS))

    # --- Files ------------------------------------------------------------------------------------
    @property
    def _endpoint_file(self) -> Path:
        return self.place.home / f"{self.program.key}.json"

    def _endpoint(self) -> Endpoint:
        endpoint = read_endpoint(self._endpoint_file)
        if endpoint is None:
            raise Trouble(f"{self._endpoint_file} is missing: start the services first.")
        return endpoint

    def _create(self) -> None:
        """Run initdb beside the final folder: an interrupted one leaves nothing to trip over."""
        account, home = self.place.account, self.place.home
        unfinished = home / f"{self.program.key}.unfinished"
        account.run("rm", "-rf", unfinished, self.data)
        endpoint = new_endpoint()
        keep_endpoint(self._endpoint_file, endpoint, account)
        password_file = home / "password"
        write_private(password_file, endpoint.superuser_password, account)
        made = account.run(
            self.program.beside("initdb"),
            *("--pgdata", unfinished, "--username", SUPERUSER, "--pwfile", password_file),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", *self._provider()),
        )
        password_file.unlink(missing_ok=True)
        if made.returncode:
            raise Trouble(f"initdb failed: {_last_line(made.stderr)}")
        unfinished.rename(self.data)

    def _provider(self) -> tuple[str, ...]:
        """From 17 on PostgreSQL brings its own C.UTF-8, the same on every system."""
        if self.program.major < BUILTIN_PROVIDER_SINCE:
            return ()
        return ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")

    def _configure(self, endpoint: Endpoint) -> None:
        settings = (
            f"listen_addresses = '{LOOPBACK}'\nport = {endpoint.port}\n"
            "unix_socket_directories = ''\nmax_connections = 200\nshared_buffers = 256MB\n"
            f"timezone = 'UTC'\nlog_timezone = 'UTC'\n{self.durability}"
        )
        account = self.place.account
        write_private(self.data / "portal.conf", settings, account)
        main = self.data / "postgresql.conf"
        if "portal.conf" not in main.read_text():
            write_private(main, f"{main.read_text()}\ninclude 'portal.conf'\n", account)

    # --- The running server -----------------------------------------------------------------------
    def _postmaster(self) -> int | None:
        """The pid of a postmaster on our data, None when the pid file is stale or missing."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if str(self.data) in processes.command_of(pid) else None

    def _launch(self) -> None:
        """Start on the usual port, on another one when it was taken in between."""
        endpoint = self._kept_or_new_endpoint()
        for _attempt in range(ATTEMPTS):
            if not is_free(endpoint.port):
                endpoint = replace(endpoint, port=free_port())
            keep_endpoint(self._endpoint_file, endpoint, self.place.account)
            self._configure(endpoint)
            self.log.unlink(missing_ok=True)
            started = self._control("start", "-l", str(self.log), "-t", str(START_SECONDS))
            if started.returncode == 0:
                return
            if not self._may_pass(self._said()):
                break
            time.sleep(1)
        raise Trouble(f"PostgreSQL did not start: {_fatal(self._said())} (see {self.log})")

    def _kept_or_new_endpoint(self) -> Endpoint:
        kept = read_endpoint(self._endpoint_file)
        if kept is None:
            raise Trouble(
                f"{self._endpoint_file} with the passwords of {self.data} is gone: "
                "remove that folder to begin with an empty database."
            )
        return kept

    @staticmethod
    def _may_pass(said: str) -> bool:
        """Children of a killed postmaster need a moment to end; a port can be taken meanwhile."""
        return "shared memory block" in said or "Address already in use" in said

    def _said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _control(self, *arguments: str) -> "processes.Completed":
        return self.place.account.run(
            self.program.beside("pg_ctl"), "-D", self.data, "-w", "-s", *arguments
        )

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.is_alive():
            if time.monotonic() > deadline:
                raise Trouble(f"PostgreSQL runs but does not answer (see {self.log}).")
            time.sleep(0.1)

    def _answers(self, endpoint: Endpoint) -> bool:
        ready = self.place.account.run(
            self.program.beside("pg_isready"), "-h", LOOPBACK, "-p", str(endpoint.port), "-t", "3"
        )
        if ready.returncode:
            return False
        try:
            with psycopg.connect(self._superuser_url(endpoint, "postgres"), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    # --- What the portal needs in it --------------------------------------------------------------
    def _complete(self) -> None:
        """Create what is missing: the role, the extension for new databases, the database."""
        password = self._endpoint().password
        with self._superuser("template1") as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        with self._superuser("postgres") as connection:
            if not _has(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", ROLE):
                connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(ROLE)))
            connection.execute(
                sql.SQL("ALTER ROLE {} LOGIN CREATEDB NOSUPERUSER PASSWORD {}").format(
                    sql.Identifier(ROLE), sql.Literal(password)
                )
            )
            if self.durability == THROWAWAY:
                connection.execute(LET_TESTS_FLUSH)
            if not _has(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(DATABASE), sql.Identifier(ROLE)
                    )
                )

    @contextmanager
    def _superuser(self, database: str) -> Iterator[psycopg.Connection]:
        url = self._superuser_url(self._endpoint(), database)
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            yield connection

    @staticmethod
    def _superuser_url(endpoint: Endpoint, database: str) -> str:
        secret = endpoint.superuser_password
        return f"postgresql://{SUPERUSER}:{secret}@{LOOPBACK}:{endpoint.port}/{database}"


def _has(connection: psycopg.Connection, query: LiteralString, value: str) -> bool:
    return connection.execute(query, [value]).fetchone() is not None


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]


def _fatal(said: str) -> str:
    fatal = re.findall(r"(?:FATAL|PANIC|ERROR):\s*(.+)", said)
    return fatal[-1] if fatal else _last_line(said)
