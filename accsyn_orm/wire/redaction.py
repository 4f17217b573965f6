"""Payloads made fit for a log: secrets are masked on the value, by name, never by text search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

MASK = "***"

_EXACT = frozenset({"key", "pwd", "session", "sessionid", "authorization", "credentials", "cookie"})
_ENDINGS = ("_key", "apikey", "_pwd", "session_id", "session_key_reuse")
_PARTS = ("passw", "passphrase", "secret", "token", "api_key", "private_key", "session_key")


def is_secret(name: str) -> bool:
    """Tell whether a member of this name holds a secret."""
    folded = name.casefold().replace("-", "_")
    return folded in _EXACT or folded.endswith(_ENDINGS) or any(part in folded for part in _PARTS)


def redact(value: Any) -> Any:
    """Return a copy in which every secret is masked; the value itself is left alone.

    A setting ``{"name": "smtp.password", "value": …}`` is masked by what its ``name`` says.
    Compressed data is replaced by its length: nobody can read it, and anybody could unfold it.
    """
    if isinstance(value, Mapping):
        mapping = cast("Mapping[object, Any]", value)
        named = mapping.get("name")
        hides_value = isinstance(named, str) and is_secret(named.rpartition(".")[2])
        return {
            key: _member(str(key), item, hides_value=hides_value) for key, item in mapping.items()
        }
    if isinstance(value, (list, tuple)):
        return [redact(item) for item in cast("Sequence[object]", value)]
    return value


def _member(name: str, value: Any, *, hides_value: bool) -> Any:
    if value is not None and (is_secret(name) or (hides_value and name == "value")):
        return MASK
    if name == "gz_data" and isinstance(value, str):
        return f"({len(value)} characters, compressed)"
    return redact(value)
