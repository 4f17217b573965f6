"""The root of all errors, and how they show values."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, cast
from unicodedata import category

from accsyn_orm.outcome import Outcome

_LONGEST_SHOWN = 80


class AccsynError(Exception):
    """Root of everything this package raises on purpose.

    Attributes:
        outcome: what became of the call that this error ended.
        retry_after: seconds after which the backend wants to be asked again, if it said so.
    """

    outcome: Outcome = Outcome.NOT_SENT
    retry_after: float | None = None

    def __repr__(self) -> str:
        # In angle brackets, because the constructors take facts and no message.
        return f"<{type(self).__name__}: {str(self)!r}>"

    def __reduce__(self) -> tuple[Callable[..., AccsynError], tuple[Any, ...]]:
        """Pickle by attributes; the default protocol would lose the constructors' keywords."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(cls: type[AccsynError], args: tuple[Any, ...], state: dict[str, Any]) -> AccsynError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


def with_hint(message: str, hint: str | None) -> str:
    """Return a message with what to do in parentheses behind it."""
    return f"{message} ({hint})" if hint else message


def on_one_line(text: str) -> str:
    """Return a text of somebody else as a message may hold it.

    Line ends, escape sequences and marks that turn the direction of writing would let it forge
    lines of a log, or what a terminal shows; they are written as escapes.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or category(char) == "Zs" else ascii(char)[1:-1] for char in text
    )


def shown(value: object) -> str:
    """Return a value that cannot be meant as messages show it: at most 80 characters.

    Of what holds other values only the type is told: data in the wrong place may hold a password.
    """
    if isinstance(value, Collection) and not isinstance(value, (str, bytes)):
        name = type(cast("object", value)).__name__
        return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
