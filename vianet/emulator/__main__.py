"""Run the emulator: `python -m vianet.emulator --port 8021 --state emulator.sqlite3`."""

import argparse
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from vianet.emulator import server
from vianet.emulator.throttle import REQUESTS_PER_MINUTE


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; prints the address once it answers."""
    given = _parser().parse_args(arguments)
    try:
        serving = server.build(
            given.host, given.port, given.state, customers=given.customers, seed=given.seed
        )
    except OSError as error:
        sys.stderr.write(f"The emulator can't listen on {given.host}:{given.port}: {error}\n")
        return 1
    serving.app.throttle.requests_per_minute = given.requests_per_minute
    serving.app.latency_seconds = given.latency_ms / 1000
    _stop_on_signals(serving)
    sys.stdout.write(f"Partner Center emulator: {serving.url}/_emulator/\n")
    sys.stdout.flush()
    try:
        serving.serve_forever(poll_interval=0.1)
    finally:
        serving.server_close()
    return 0


def _stop_on_signals(serving: server.Server) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=serving.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m vianet.emulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8021, help="0 picks a free one")
    parser.add_argument("--state", type=Path, default=Path("emulator.sqlite3"))
    parser.add_argument("--customers", type=int, default=40, help="of each partner, when empty")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--requests-per-minute", type=int, default=REQUESTS_PER_MINUTE)
    parser.add_argument("--latency-ms", type=int, default=0)
    return parser


if __name__ == "__main__":
    sys.exit(main())
