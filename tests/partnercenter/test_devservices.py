"""The development services on real binaries: they start, survive, and leave nothing behind."""

# ruff: noqa: S603, S607 - these tests start the programs they are about

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from partnercenter.devservices import services
from partnercenter.devservices.places import CHECKOUT, temporary_folder
from partnercenter.devservices.postgresql import PostgreSQL
from partnercenter.devservices.services import Services
from partnercenter.devservices.terminal import Trouble
from partnercenter.devservices.valkey import Valkey

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as somebody else")
PACKAGED_POSTGRESQL = Path("/usr/lib/postgresql/15/bin/postgres")


@pytest.fixture(scope="module")
def own_services() -> Iterator[None]:
    """No servers named by the environment: these tests start their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("REDIS_URL", raising=False)
        yield


@pytest.fixture(scope="module")
def running(own_services: None) -> Iterator[Services]:
    """Services that run in a checkout which every account can enter."""
    checkout = Path(tempfile.mkdtemp())
    checkout.chmod(0o755)
    ours = services.development_services(checkout)
    ours.start()
    yield ours
    ours.stop()
    shutil.rmtree(checkout)


@pytest.fixture
def database(running: Services) -> PostgreSQL:
    """The running cluster; started again when the test before it stopped it."""
    assert running.database
    running.start()
    return running.database


@pytest.fixture
def broker(running: Services) -> Valkey:
    """The running broker; started again when the test before it stopped it."""
    assert running.broker
    running.start()
    return running.broker


@pytest.fixture
def hidden_checkout(own_services: None, tmp_path: Path) -> Iterator[Path]:
    """A checkout below a folder only its owner can enter, with nothing left afterwards."""
    tmp_path.chmod(0o700)
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    yield checkout
    shutil.rmtree(temporary_folder(checkout), ignore_errors=True)


def postmaster_pid(database: PostgreSQL) -> int:
    return int((database.data / "postmaster.pid").read_text().split()[0])


def is_ready(database: PostgreSQL) -> bool:
    port = str(psycopg.conninfo.conninfo_to_dict(database.url)["port"])
    command = [str(database.program.beside("pg_isready")), "-h", "127.0.0.1", "-p", port]
    return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0


def test_start_gives_a_database_that_answers(database: PostgreSQL) -> None:
    assert is_ready(database)
    with psycopg.connect(database.url) as connection:
        role = connection.execute(
            "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert role == (False, True)


def test_trigrams_of_chinese_are_not_empty_in_a_database_the_role_makes(
    database: PostgreSQL,
) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE made_by_a_test")
        made = database.url.removesuffix("/portal") + "/made_by_a_test"
        with psycopg.connect(made) as inner:
            row = inner.execute("SELECT show_trgm('世纪互联')").fetchone()
        connection.execute("DROP DATABASE made_by_a_test")
    assert row
    assert row[0]


def test_start_keeps_what_reached_the_disk(database: PostgreSQL) -> None:
    with psycopg.connect(database.superuser_url) as connection:
        rows = connection.execute(
            "SELECT name, setting FROM pg_settings"
            " WHERE name IN ('fsync', 'listen_addresses', 'unix_socket_directories')"
        ).fetchall()
    assert dict(rows) == {
        "fsync": "on",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
    }


def test_second_start_changes_nothing(running: Services, database: PostgreSQL) -> None:
    before = running.addresses(), postmaster_pid(database)
    assert running.start() == []
    assert (running.addresses(), postmaster_pid(database)) == before


def test_start_restarts_a_killed_postmaster(running: Services, database: PostgreSQL) -> None:
    os.kill(postmaster_pid(database), signal.SIGKILL)
    assert running.start() == [database]
    assert is_ready(database)


def test_start_restarts_a_killed_broker_with_its_queue(running: Services, broker: Valkey) -> None:
    import redis

    with redis.Redis.from_url(broker.url) as client:
        client.rpush("queue", "waiting")
        pid = client.info("server")["process_id"]
    os.kill(pid, signal.SIGKILL)
    assert running.start() == [broker]
    with redis.Redis.from_url(broker.url) as client:
        assert client.lrange("queue", 0, -1) == [b"waiting"]


def test_start_ignores_a_pid_file_that_names_another_process(
    running: Services, database: PostgreSQL
) -> None:
    database.stop()
    stranger = subprocess.Popen(["sleep", "60"], user=database.place.account.uid)
    stale = f"{stranger.pid}\n{database.data}\n1\n1\n\n127.0.0.1\n\n"
    (database.data / "postmaster.pid").write_text(stale)
    assert running.start() == [database]
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_start_moves_to_another_port_when_the_usual_one_is_taken(
    running: Services, database: PostgreSQL
) -> None:
    taken = int(str(psycopg.conninfo.conninfo_to_dict(database.url)["port"]))
    database.stop()
    with socket.create_server(("127.0.0.1", taken)):
        running.start()
        assert is_ready(database)
        assert f":{taken}/" not in database.url


def test_stop_ends_both_and_keeps_the_data(running: Services, database: PostgreSQL) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute("CREATE TABLE kept ()")
    services.write_environment(running)
    running.stop()
    assert not any(server.is_alive() for server in running.servers)
    assert not running.environment_file.exists()
    running.start()
    with psycopg.connect(database.url) as connection:
        connection.execute("DROP TABLE kept")


def test_environment_file_reads_as_shell(running: Services, database: PostgreSQL) -> None:
    values = services.write_environment(running, port=8765)
    script = f'. {running.environment_file}; echo "$DATABASE_URL $REDIS_URL $PORTAL_URL"'
    said = subprocess.check_output(["sh", "-c", script], text=True).split()
    assert said == [values["DATABASE_URL"], values["REDIS_URL"], "http://127.0.0.1:8765"]
    assert values["DATABASE_URL"] == database.url
    assert running.environment_file.stat().st_mode & 0o777 == 0o600


def test_secret_key_outlives_a_restart(running: Services) -> None:
    first, second = (services.write_environment(running)["SECRET_KEY"] for _ in range(2))
    assert first == second
    assert len(first) >= 50


@AS_ROOT
def test_start_works_below_a_folder_the_account_cannot_enter(hidden_checkout: Path) -> None:
    ours = services.development_services(hidden_checkout)
    try:
        ours.start()
        assert all(server.is_alive() for server in ours.servers)
        homes = {
            (server.place.home.parent, server.place.account.uid != 0) for server in ours.servers
        }
        assert homes == {(temporary_folder(hidden_checkout), True)}
    finally:
        ours.stop()


@AS_ROOT
def test_start_refuses_a_temporary_folder_of_somebody_else(hidden_checkout: Path) -> None:
    away = temporary_folder(hidden_checkout)
    away.mkdir()
    os.chown(away, 65534, 65534)
    with pytest.raises(Trouble, match="belongs to somebody else"):
        services.development_services(hidden_checkout)


@pytest.mark.skipif(not PACKAGED_POSTGRESQL.exists(), reason="PostgreSQL 15 is not installed")
def test_start_falls_back_on_servers_in_path(
    running: Services, hidden_checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert running.broker
    programs = Path(tempfile.mkdtemp())
    programs.chmod(0o755)
    shutil.copy(running.broker.program.path, programs / "redis-server")
    (programs / "postgres").symlink_to(PACKAGED_POSTGRESQL)
    monkeypatch.setenv("PORTAL_SERVERS", "path")
    monkeypatch.setenv("PATH", str(programs))
    ours = services.development_services(hidden_checkout)
    monkeypatch.undo()
    try:
        ours.start()
        assert ours.database
        assert ours.database.program.path == PACKAGED_POSTGRESQL
        assert all(server.is_alive() for server in ours.servers)
    finally:
        ours.stop()
        shutil.rmtree(programs)


def test_servers_named_by_the_environment_are_used_and_not_started(
    running: Services, database: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in running.addresses().items():
        monkeypatch.setenv(name, value)
    theirs = services.development_services(tmp_path)
    assert theirs.servers == []
    assert theirs.start() == []
    assert theirs.addresses() == running.addresses()


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/none"),
        ("REDIS_URL", "redis://:secret@127.0.0.1:1/0"),
    ],
)
def test_a_named_server_that_does_not_answer_gets_one_sentence(
    running: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, url: str
) -> None:
    for variable, value in {**running.addresses(), name: url}.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(Trouble, match=f"{name} is set but can't be used") as trouble:
        services.development_services(tmp_path).start()
    assert "secret" not in str(trouble.value)


def test_addresses_of_this_checkout_in_the_environment_change_nothing(
    running: Services, database: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in services.write_environment(running).items():
        monkeypatch.setenv(name, value)
    assert services.development_services(running.state.parent) == running


def test_throwaway_services_are_apart_and_leave_nothing(
    running: Services, database: PostgreSQL
) -> None:
    checkout = running.state.parent
    with services.throwaway_services(checkout) as addresses:
        assert addresses["DATABASE_URL"] != database.url
        with psycopg.connect(addresses["DATABASE_URL"]) as connection:
            connection.execute("SET session_replication_role = replica")
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
    assert not list(running.state.glob("throwaway-*"))
    assert database.is_alive()


def test_throwaway_services_of_a_killed_run_are_removed(running: Services) -> None:
    checkout = running.state.parent
    script = (
        "import sys, time; from pathlib import Path\n"
        "from partnercenter.devservices.services import throwaway_services\n"
        "with throwaway_services(Path(sys.argv[1])) as addresses:\n"
        "    print(addresses['DATABASE_URL'], flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(checkout)], cwd=CHECKOUT, stdout=subprocess.PIPE
    ) as killed:
        assert killed.stdout
        url = killed.stdout.readline().decode().strip()
        killed.kill()
    services.remove_abandoned(checkout)
    assert not list(running.state.glob("throwaway-*"))
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)
