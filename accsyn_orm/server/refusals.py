"""How a rule says no: one exception that becomes the ``message`` of the answer.

A refusal never leaves the server as an exception; `accsyn_orm.server.http.app` turns it into JSON.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from accsyn_orm.errors import AccsynError


class Refusal(AccsynError):  # noqa: N818  # an answer, not a failure
    """The workspace understood the request and will not do it.

    Attributes:
        message: technical words, which official clients show.
        session_expired: the session was good once; signing in again helps.
    """

    def __init__(self, message: str, *, session_expired: bool = False) -> None:
        self.message = message
        self.session_expired = session_expired
        super().__init__(message)


class Unwritable(Refusal):
    """The workspace cannot store anything now. Nothing was done.

    Args:
        problem: why: its disk is full, or read-only.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(f"nothing can be stored: {problem}")


class Overdue(Refusal):
    """A question takes longer than one may; it was given up, and nothing was done."""

    def __init__(self) -> None:
        super().__init__("this takes too long: ask for less at once, or more simply")


def one(kind: str) -> str:
    """Say what one entity of a type is called: ``an app``, ``a user``."""
    return f"an {kind}" if kind[0] in "aeio" else f"a {kind}"


def no_such(kind: str, ident: str) -> Refusal:
    """Refuse an object that does not exist, or that the caller may not see: the same words."""
    return Refusal(f"there is no {kind} {ident!r}")


def unknown_attribute(kind: str, name: str, known: Iterable[str]) -> Refusal:
    """Refuse an attribute that the entity type does not have, naming the nearest that it has."""
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f": did you mean {near[0]!r}?" if near else ""
    return Refusal(f"{kind} has no attribute {name!r}{hint}")
