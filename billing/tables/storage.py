"""Uploaded bytes: their fingerprint, a name that is safe to show, and where they are kept."""

import hashlib
import uuid
from pathlib import PurePath

from django.core.files import File

from billing.tables.values import words

CHUNK = 1024 * 1024


def sha256_of(content: File) -> str:  # type: ignore[type-arg]  # bytes, as every upload
    """The fingerprint of the bytes, read in parts; the file is rewound."""
    digest = hashlib.sha256()
    for chunk in content.chunks(CHUNK):
        digest.update(chunk)
    content.seek(0)
    return digest.hexdigest()


def harmless_name(name: str) -> str:
    """The last part of the name, printable, for showing only."""
    last = PurePath(name.replace("\\", "/")).name
    plain = "".join(char if char.isprintable() else " " for char in last)
    return words(plain, 200) or "file"


def random_place(folder: str, partner_id: int) -> str:
    """Where the bytes are kept: a random name, so that nothing of the person's name is trusted."""
    return f"{folder}/{partner_id}/{uuid.uuid4().hex}"
