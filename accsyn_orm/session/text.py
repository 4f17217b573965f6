"""What is shown to people: records as text, and where to read on."""

from __future__ import annotations

import builtins
import json
import socket
from typing import Any

from accsyn_orm.wire.codec import dumps

_MANUAL = "https://accsyn-python-api.readthedocs.io/en/latest/"


class TextCalls:
    """Calls that ask the backend nothing."""

    @staticmethod
    def get_hostname() -> builtins.str:
        """Return the name of this machine, as calls report it."""
        return socket.gethostname()

    @staticmethod
    def dump(d: Any, indent: int = 4) -> builtins.str:
        """Return a record, or any other data of calls, as JSON text; dates as they are sent.

        Args:
            d: the data.
            indent: how many blanks to indent each level by.

        Raises:
            PayloadError: JSON cannot hold the data.
        """
        return json.dumps(json.loads(dumps(d)), indent=indent)

    @staticmethod
    def str(d: Any, indent: int = 4) -> builtins.str:
        """Do the same as ``dump()``, by its name in older clients."""
        return TextCalls.dump(d, indent)

    def help(self) -> None:
        """Print where the calls are described."""
        print_help(type(self).__name__)


def print_help(name: str) -> None:
    """Print where the calls of a session class are described."""
    text = f"All calls: help({name}). The service behind them: {_MANUAL}"
    print(text)  # noqa: T201  # what the call is for
