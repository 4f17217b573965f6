"""Calls of the official clients that ask the backend nothing: text, records as text, messages.

Most were how the clients of 1.4 worked inside, and public.
"""

from __future__ import annotations

import base64
import builtins
import json
import logging
from datetime import date
from typing import Any

from accsyn_orm.compat.dates import V1Encoder, V3Encoder
from accsyn_orm.compat.deprecation import kept
from accsyn_orm.errors import PayloadError
from accsyn_orm.session.text import TextCalls
from accsyn_orm.wire.codec import loads
from accsyn_orm.wire.redaction import redact
from accsyn_orm.wire.versions import V1, base_uri

_LOGGER = logging.getLogger("accsyn_api")
_RULE = "-" * 80


class Texts:
    """Calls that answer by themselves. Messages go to the logger ``accsyn_api``."""

    @staticmethod
    @kept
    def get_hostname() -> builtins.str:
        """Return the name of this machine."""
        return TextCalls.get_hostname()

    @staticmethod
    @kept
    def dump(d: Any, indent: int | None = 4) -> builtins.str:
        """Return a record as JSON text, ``"None"`` for none, dates as they are sent."""
        return "None" if d is None else json.dumps(d, cls=V3Encoder, indent=indent)

    @staticmethod
    @kept
    def safe_dumps(d: Any, indent: int | None = None) -> builtins.str:
        """Return data as JSON text, dates as v1.0 sends them."""
        return json.dumps(d, cls=V1Encoder, indent=indent)

    @staticmethod
    @kept
    def json_serial(obj: Any) -> builtins.str:
        """Return a date as ISO text: an argument ``default`` for ``json.dumps()``."""
        return _iso(obj)

    @staticmethod
    @kept
    def str(d: Any, indent: int | None = 4) -> builtins.str:
        """Return a record as JSON text, empty for ``None``, dates as ISO text."""
        return "" if d is None else json.dumps(d, default=_iso, indent=indent)

    @staticmethod
    @kept
    def base64_encode(s: builtins.str) -> builtins.str:
        """Return text in base64."""
        return base64.b64encode(s.encode()).decode("ascii")

    @staticmethod
    @kept
    def safely_printable(s: builtins.str | None) -> builtins.str:
        """Return text without what is not ASCII."""
        return (s or "").encode("ascii", "ignore").decode("ascii")

    @staticmethod
    @kept
    def get_base_uri(entitytype: builtins.str) -> builtins.str:
        """Return what v1.0 files the operations of an entity type under."""
        return base_uri(V1, entitytype)

    @staticmethod
    @kept
    def obscure_dict_string(s: builtins.str | None) -> builtins.str | None:
        """Return JSON text with its secrets masked; of other text only the length is told."""
        if s is None:
            return None
        try:
            return json.dumps(redact(loads(s)))
        except PayloadError:
            return f"({len(s)} characters that are no JSON)"

    @staticmethod
    @kept
    def info(s: builtins.str, standout: bool = False) -> builtins.str:
        """Log a message; ``standout`` puts it between lines."""
        return _log(logging.INFO, s, standout=standout)

    @staticmethod
    @kept
    def warning(s: builtins.str, standout: bool = True) -> builtins.str:
        """Log a warning; ``standout`` puts it between lines."""
        return _log(logging.WARNING, s, standout=standout)

    @kept
    def verbose(self, s: builtins.str) -> None:
        """Log a message for those who look for a fault."""
        _log(logging.DEBUG, s, standout=False)


def _log(level: int, message: str, *, standout: bool) -> str:
    for line in (_RULE, message, _RULE) if standout else (message,):
        _LOGGER.log(level, "%s", line)
    return message


def _iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    msg = f"{type(value).__name__} cannot be written as JSON"
    raise TypeError(msg)
