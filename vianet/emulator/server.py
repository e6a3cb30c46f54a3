"""The emulator's HTTP server: keep-alive, one thread for each connection."""

import socket
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import override

from vianet.connection import is_loopback
from vianet.emulator import control
from vianet.emulator.application import Application
from vianet.emulator.messages import Reply, Request, json_reply
from vianet.emulator.store import Store

MAX_CONTENT_BYTES = 1024 * 1024
IDLE_SECONDS = 60


class Server(ThreadingHTTPServer):
    """Serves one application until it is shut down."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], app: Application) -> None:
        self.app = app
        self._is_closed = False
        super().__init__(address, Handler)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hung up is no error of the emulator's, nor a request that outlives it."""
        if not self._is_closed and not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as given

    @override
    def server_close(self) -> None:
        super().server_close()
        self._is_closed = True
        self.app.close()


class Handler(BaseHTTPRequestHandler):
    """Reads a request, hands it on, writes the reply in one piece."""

    protocol_version = "HTTP/1.1"
    server_version = "PartnerCenterEmulator"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_CONTENT_BYTES:
            self.close_connection = True
            self._send(json_reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "too large"}))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(int(length)))
        reply = self._reply(request)
        if reply is None:
            self._hang_up()
        else:
            self._send(reply)

    def _reply(self, request: Request) -> Reply | None:
        if request.path_parts[0] != control.PREFIX:
            return self.server.app.handle(request)
        if refusal := self._control_refusal(request):
            return json_reply(HTTPStatus.FORBIDDEN, {"error": refusal})
        return control.handle(self.server.app, request)

    def _control_refusal(self, request: Request) -> str:
        """Only this machine steers the emulator, and no foreign web page through a browser."""
        if not is_loopback(str(self.client_address[0])):
            return "the control interface is for this machine only"
        if not is_loopback(request.header("Host").rsplit(":", 1)[0].strip("[]")):
            return "the control interface is reached by a loopback address only"
        is_form = request.method == "POST" and request.content
        if is_form and not request.header("Content-Type").startswith("application/json"):
            return "send application/json"
        return "a foreign page asks" if request.header("Origin") else ""

    def _send(self, reply: Reply) -> None:
        headers = {
            "Content-Type": reply.content_type,
            "Content-Length": str(len(reply.content)),
            **reply.headers,
        }
        self.send_response(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.content)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Requests are kept in the state, not written to the terminal."""


def build(host: str, port: int, state: Path, *, customers: int, seed: int) -> Server:
    """A server that is bound and seeded but not yet serving; port 0 picks a free one."""
    store = Store(state)
    store.seed_if_empty(customers, seed)
    try:
        return Server((host, port), Application(store))
    except OSError:
        store.close()
        raise
