"""The note that a call of the official client has a typed equivalent, once for each call site."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from types import FrameType
from typing import ParamSpec, TypeVar, cast

import accsyn_orm
from accsyn_orm.compat.equivalents import EQUIVALENTS
from accsyn_orm.session.tracebacks import forgetful

P = ParamSpec("P")
R = TypeVar("R")

_PACKAGE = __name__.partition(".")[0]
_noted: set[tuple[str, int, str]] = set()


class CompatDeprecationWarning(DeprecationWarning):
    """A call written for the official client, which ``accsyn_orm`` itself has in a typed form.

    Like every ``DeprecationWarning`` Python shows it for code in ``__main__`` only, unless it is
    told otherwise.
    """


def kept(method: Callable[P, R]) -> Callable[P, R]:
    """Make a call that exists for old scripts say so."""
    name = "Session" if method.__name__ == "__init__" else method.__name__

    @forgetful
    @wraps(method)
    def noting(*args: P.args, **kwargs: P.kwargs) -> R:
        _note(name, args, kwargs)
        return method(*args, **kwargs)

    return noting


def _note(name: str, args: Sequence[object], kwargs: Mapping[str, object]) -> None:
    frame = _call_site()
    site = (frame.f_code.co_filename, frame.f_lineno, name)
    if site in _noted:
        return
    equivalent = _equivalent(name, args, kwargs)
    warnings.warn_explicit(
        f"{name}() is kept for scripts of the official client: use {equivalent}",
        CompatDeprecationWarning,
        filename=frame.f_code.co_filename,
        lineno=frame.f_lineno,
        module=_module(frame),
    )
    # Not before: where warnings are errors, every call is one.
    _noted.add(site)


def _call_site() -> FrameType:
    """Return the innermost frame that is not of this package."""
    frame = cast("FrameType", inspect.currentframe())
    while frame.f_back and _module(frame).partition(".")[0] == _PACKAGE:
        frame = frame.f_back
    return frame


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "<unknown>"))


def _equivalent(name: str, args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    text = EQUIVALENTS[name]
    if "{entity}" not in text:
        return text
    subject = kwargs.get("query", kwargs.get("entitytype", args[1] if len(args) > 1 else ""))
    words = str(subject).split(maxsplit=1)
    entity = words[0].capitalize() if words else ""
    if entity not in accsyn_orm.__all__:
        # Not every type has a class.
        return f"accsyn_orm.Session.{name}()"
    return f"accsyn_orm.{text.format(entity=entity)}"
