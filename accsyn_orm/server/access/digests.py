"""Secrets: how they are made, and what of them is stored.

Keys come from the operating system's random source and are long, so one SHA-256 keeps them. People
choose passwords, so theirs is salted and slow (scrypt), and says its own parameters.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading

_COST, _BLOCK, _PARALLEL = 2**14, 8, 1
_SCRYPT_MEMORY = 64 * 1024 * 1024
_TURNS = threading.BoundedSemaphore(4)
"""Each takes 16 MiB and a processor: what everybody may ask for is done for a few at a time."""


def new_key() -> str:
    """Make an API key or session key: 256 random bits."""
    return secrets.token_urlsafe(32)


def key_digest(key: str) -> str:
    """Digest a key for storage and for looking it up."""
    return hashlib.sha256(key.encode()).hexdigest()


def same_digest(one: str, other: str) -> bool:
    """Compare two digests in a time that does not depend on where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def password_digest(password: str) -> str:
    """Digest a password for storage."""
    salt = secrets.token_bytes(16)
    derived = _scrypt(password, salt, _COST, _BLOCK, _PARALLEL)
    return f"scrypt${_COST}${_BLOCK}${_PARALLEL}${_text(salt)}${_text(derived)}"


def password_matches(password: str, digest: str) -> bool:
    """Tell whether a digest is that of a password."""
    _, cost, block, parallel, salt, derived = digest.split("$")
    found = _scrypt(password, base64.b64decode(salt), int(cost), int(block), int(parallel))
    return hmac.compare_digest(found, base64.b64decode(derived))


def _scrypt(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    with _TURNS:
        return hashlib.scrypt(
            password.encode(), salt=salt, n=cost, r=block, p=parallel, maxmem=_SCRYPT_MEMORY
        )


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


NOBODY_KEY = key_digest(new_key())
"""Compared with when there is no such user or key: that takes as long as a wrong key."""

NOBODY_PASSWORD = (
    f"scrypt${_COST}${_BLOCK}${_PARALLEL}${_text(secrets.token_bytes(16))}${_text(bytes(64))}"
)
"""The digest of no password, for the same purpose."""
