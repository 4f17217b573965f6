"""Masks for a session's own secrets, and for credentials in URLs, wherever they stand in a text.

Payloads are redacted by their structure, see ``accsyn_orm.wire.redaction``. This is the second
line: for what a backend repeats in its own words, and for what users wrote into other members.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias
from urllib.parse import quote

from accsyn_orm.wire.redaction import MASK

Mask: TypeAlias = Callable[[str], str]
"""Returns a text in which nothing secret is left."""

_URL_CREDENTIALS = re.compile(r"(?<=//)[^\s/@\"]*:[^\s/@\"]*(?=@)")
_SHORTEST_HIDDEN = 4  # masking each "a" would tell that the password is "a"


def mask_of(*secrets: str) -> Mask:
    """Return what masks these secrets, in every spelling that goes over the wire."""
    spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
    hidden = sorted(spellings, key=len, reverse=True)

    def mask(text: str) -> str:
        for secret in hidden:
            text = text.replace(secret, MASK)
        return text

    return mask


def mask_urls(text: str) -> str:
    """Mask user and password in each URL of a text."""
    return _URL_CREDENTIALS.sub(MASK, text)


def _spellings(secret: str) -> Iterator[str]:
    if len(secret) < _SHORTEST_HIDDEN:
        return
    yield secret
    escaped = json.dumps(secret)[1:-1]
    yield escaped
    yield json.dumps(escaped)[1:-1]  # a document inside of a document
    yield quote(secret, safe="")
    raw = secret.encode()
    yield base64.b64encode(raw).decode("ascii").rstrip("=")
    yield base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")
