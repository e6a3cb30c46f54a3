"""Seals credentials at rest with a key from SECRET_KEY; fallback keys still open old seals."""

import base64
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SealBroken(Exception):
    """The sealed text was not sealed with any of the configured keys."""


def seal(text: str) -> bytes:
    """Encrypt and authenticate a secret for storage."""
    return _fernet().encrypt(text.encode())


def unseal(sealed: bytes) -> str:
    """The secret again. Raises SealBroken when no configured key fits."""
    try:
        return _fernet().decrypt(sealed).decode()
    except InvalidToken as error:
        raise SealBroken from error


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(sha256(b"partner-portal.sealing:" + key.encode()).digest())
