"""Tracebacks that tell where something went wrong, and not with which values.

Tools that report crashes, and ``traceback`` itself when asked to, print the local variables of
every frame: headers, keys and payloads among them. What this package and the libraries beneath it
had in their frames is forgotten when an error leaves a session. Frames of the calling program stay
whole.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from traceback import walk_tb
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_BENEATH = sys.stdlib_module_names | {"accsyn_orm", "requests", "urllib3", "socks"}


def forget_locals(error: BaseException) -> None:
    """Empty the frames that an error, and what led to it, has come through."""
    pending: list[BaseException | None] = [error]
    seen: set[int] = set()
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        pending += [current.__cause__, current.__context__]
        for frame, _ in walk_tb(current.__traceback__):
            module = str(frame.f_globals.get("__name__", ""))
            if module.partition(".")[0] in _BENEATH:
                # Those still running cannot be emptied; they are on the side of the caller.
                with suppress(RuntimeError):
                    frame.clear()


def forgetful(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function that takes secrets leave none of them in the traceback of an error."""

    @wraps(function)
    def forgetting(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            forget_locals(error)
            raise

    return forgetting
