"""`python -m partnercenter.devservices`: start | stop | status | run | test | check | …"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from types import FrameType

from partnercenter.devservices import catalogues, checks, launcher, services, suites
from partnercenter.devservices.postgresql import DURABLE, THROWAWAY
from partnercenter.devservices.terminal import Trouble, complain, say

MOST_LINES = 20
LAST_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 1 with one sentence on stderr when it can't be done, 2 on usage."""
    signal.signal(signal.SIGTERM, _leave)
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except Trouble as trouble:
        complain(str(trouble))
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def start(options: argparse.Namespace) -> int:
    """Start the services and write their addresses."""
    ours = services.development_services()
    for server in ours.start():
        say(f"{server.name} started ({server.program.path}, data in {server.data}).")
    services.write_environment(ours, options.port)
    return 0


def stop(_options: argparse.Namespace) -> int:
    """Stop everything that runs from this checkout; data is kept."""
    launcher.stop()
    return 0


def status(_options: argparse.Namespace) -> int:
    """Say which services run; 1 when one of ours doesn't."""
    ours = services.development_services()
    alive = [server.is_alive() for server in ours.servers]
    for server, lives in zip(ours.servers, alive, strict=True):
        say(f"{server.name}: {'runs' if lives else 'stopped'}, data in {server.data}")
    return 0 if all(alive) else 1


def run(options: argparse.Namespace) -> int:
    """Run the portal."""
    return launcher.run(options.port)


def watch(options: argparse.Namespace) -> int:
    """Announce the portal and keep the services alive."""
    return launcher.watch(options.supervisor)


def test(options: argparse.Namespace) -> int:
    """Run the tests."""
    return suites.test(options.arguments)


def test_env(options: argparse.Namespace) -> int:
    """Run a command with the addresses of services that are thrown away after it."""
    durability = DURABLE if options.durable else THROWAWAY
    with services.throwaway_services(database=durability) as addresses:
        environment = {**os.environ, **addresses, "DEMO": "true"}
        return subprocess.run(  # noqa: S603 - what the caller asked for
            options.arguments, env=environment, check=False
        ).returncode


def check(_options: argparse.Namespace) -> int:
    """Run all checks."""
    return checks.check()


def messages(options: argparse.Namespace) -> int:
    """Compile the catalogues, or say what they lack."""
    if not options.check:
        say(f"{catalogues.compile_catalogues()} catalogues compiled.")
        return 0
    lines = catalogues.shortcomings() + catalogues.texts_missing_from_catalogues()
    for line in lines[:MOST_LINES]:
        say(line)
    if len(lines) > MOST_LINES:
        say(f"and {len(lines) - MOST_LINES} more")
    return 1 if lines else 0


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(128 + signal.SIGTERM)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m partnercenter.devservices")
    commands = parser.add_subparsers(required=True)
    added = {}
    for name, command in {
        "start": start,
        "stop": stop,
        "status": status,
        "run": run,
        "watch": watch,
        "test": test,
        "test-env": test_env,
        "check": check,
        "messages": messages,
    }.items():
        added[name] = commands.add_parser(name, help=command.__doc__)
        added[name].set_defaults(command=command)
    for name in ("start", "run"):
        added[name].add_argument("--port", type=_port, default=services.DEFAULT_PORT)
    added["watch"].add_argument("supervisor", type=int)
    added["test"].add_argument("arguments", nargs="*")
    added["test-env"].add_argument("--durable", action="store_true")
    added["test-env"].add_argument("arguments", nargs="+")
    added["messages"].add_argument("--check", action="store_true")
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to {LAST_PORT})")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
