"""Values that nobody sees by accident: not in a log, a dump, a pickle or a crash report.

This keeps secrets out of what people and programs print. It does not keep them from code that runs
in the same process and wants them.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Generic, NoReturn, TypeVar, cast

T = TypeVar("T")

_MASK = "***"


class Secret(Generic[T]):
    """A value that has to be asked for.

    It shows as ``***``, cannot be pickled, and is its own copy. Two of text are compared in a time
    that tells nothing about them.

    Attributes:
        reveal: returns the value.
    """

    __slots__ = ("reveal",)

    reveal: Callable[[], T]

    def __init__(self, value: T) -> None:
        # In a closure and not in an attribute: whatever walks through attributes finds a function.
        self.reveal = lambda: value

    def __repr__(self) -> str:
        return _MASK

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        theirs = cast("Secret[object]", other)
        return _same(self.reveal(), theirs.reveal())

    def __hash__(self) -> int:
        return hash(self.reveal())

    def __copy__(self) -> Secret[T]:
        return self

    def __deepcopy__(self, memo: Mapping[int, object]) -> Secret[T]:
        return self

    def __reduce__(self) -> NoReturn:
        msg = "a secret cannot be pickled: pass on where it comes from instead"
        raise TypeError(msg)


def _same(mine: object, theirs: object) -> bool:
    if isinstance(mine, str) and isinstance(theirs, str):
        return hmac.compare_digest(mine.encode(), theirs.encode())
    return mine == theirs
