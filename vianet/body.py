"""Response bodies read no further than the cap, before and after decompression."""

import json
import zlib
from collections.abc import Iterable, Iterator

CAP_BYTES = 5 * 1024 * 1024
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class UnreadableBody(ValueError):
    """Too large, cut off, wrongly compressed, or no JSON."""


def read(chunks: Iterable[bytes], encoding: str) -> bytes:
    """The plain bytes of a body that arrived with this Content-Encoding."""
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return _capped(chunks)
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return _capped(_decompressed(chunks))
    raise UnreadableBody("the body is compressed in an unknown way")


def _capped(chunks: Iterable[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > CAP_BYTES:
            raise UnreadableBody("the body is larger than 5 MiB")
    return bytes(body)


def _decompressed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    decompressor = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        for chunk in chunks:
            yield decompressor.decompress(chunk, CAP_BYTES + 1)
    except zlib.error:
        raise UnreadableBody("the body is not compressed as it says") from None
    if not decompressor.eof:
        raise UnreadableBody("the compressed body is cut off")


def parse_json(body: bytes) -> object:
    """The JSON value; a byte order mark is allowed, NaN and Infinity are not."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise UnreadableBody("the body is not JSON") from None


def _refuse_constant(name: str) -> object:
    raise ValueError(name)
