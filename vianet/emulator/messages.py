"""A request as it arrived at the emulator and a reply as it will leave."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """Method, path and query as sent; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def path_parts(self) -> list[str]:
        return [unquote(part) for part in urlsplit(self.target).path.strip("/").split("/")]

    def query(self, name: str) -> str:
        """A query parameter by its name in any casing; empty when missing."""
        given = parse_qs(urlsplit(self.target).query, keep_blank_values=True)
        return {key.lower(): values[-1] for key, values in given.items()}.get(name.lower(), "")

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")

    def text(self) -> str:
        return self.content.decode("utf-8", errors="replace")


@dataclass(slots=True)
class Reply:
    """What goes back: status, body, its type, and further headers."""

    status: int
    content: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(status: int, body: object, headers: Mapping[str, str] | None = None) -> Reply:
    content = json.dumps(body, ensure_ascii=False).encode()
    return Reply(status, content, headers=dict(headers or {}))
