"""Bodies are bounded before and after decompression, and must be JSON."""

import gzip
import zlib

import pytest

from vianet import body


def test_read_allows_exactly_the_cap() -> None:
    assert len(body.read([b"x" * body.CAP_BYTES], "")) == body.CAP_BYTES


def test_read_refuses_one_byte_more() -> None:
    with pytest.raises(body.UnreadableBody, match="5 MiB"):
        body.read([b"x" * body.CAP_BYTES, b"x"], "identity")


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", gzip.compress(b"text", mtime=0)),
        ("GZIP", gzip.compress(b"text", mtime=0)),
        ("deflate", zlib.compress(b"text")),
    ],
)
def test_read_decompresses(encoding: str, content: bytes) -> None:
    halves = [content[:9], content[9:]]

    assert body.read(halves, encoding) == b"text"


def test_read_stops_inside_a_gzip_bomb() -> None:
    bomb = gzip.compress(b" " * 64 * 1024 * 1024)

    with pytest.raises(body.UnreadableBody, match="5 MiB"):
        body.read([bomb], "gzip")


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", b"plain"),
        ("gzip", gzip.compress(b"text", mtime=0)[:-4]),
        ("br", b"x"),
        ("gzip, gzip", b"x"),
    ],
)
def test_read_refuses_what_it_cannot_decompress(encoding: str, content: bytes) -> None:
    with pytest.raises(body.UnreadableBody):
        body.read([content], encoding)


def test_parse_json_allows_a_byte_order_mark() -> None:
    assert body.parse_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b'{"a": ', b"NaN", b"\xff\xfe", b"[" * 200_000]
)
def test_parse_json_refuses_everything_else(content: bytes) -> None:
    with pytest.raises(body.UnreadableBody):
        body.parse_json(content)
