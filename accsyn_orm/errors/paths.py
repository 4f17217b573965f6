"""Paths that cannot be read, or that an operation makes no sense for."""

from __future__ import annotations

from accsyn_orm.errors.base import AccsynError, with_hint

_SHOWN_BEFORE = 60
_SHOWN_AFTER = 40


class PathError(AccsynError, ValueError):
    """A path that an operation makes no sense for, such as the name of a path without elements.

    Attributes:
        text: the path as it was written.
        reason: what is wrong.
        hint: what to do instead, or ``None``.
    """

    def __init__(self, text: str, reason: str, *, hint: str | None = None) -> None:
        self.text = text
        self.reason = reason
        self.hint = hint
        super().__init__(self._message())

    def _message(self) -> str:
        return with_hint(f"{self.text!r} {self.reason}", self.hint)


class PathSyntaxError(PathError):
    """Text that is no path in accsyn's notation, or a doubtful one.

    Attributes:
        text: the whole text; of a join, the path that it would have made.
        position: 0-based offset of the first character that is wrong (``len(text)`` at the end).
        reason: what is wrong, without position.
        hint: what to write instead, or ``None``.
    """

    def __init__(self, reason: str, *, text: str, position: int, hint: str | None = None) -> None:
        self.position = position
        super().__init__(text, reason, hint=hint)

    def _message(self) -> str:
        before = _printable(self.text[: self.position][-_SHOWN_BEFORE:])
        after = _printable(self.text[self.position :][:_SHOWN_AFTER])
        lines = [
            f"{self.reason} (column {self.position + 1})",
            f"  {before}{after}",
            f"  {' ' * len(before)}^",
        ]
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)


def _printable(text: str) -> str:
    """Keep the caret below its character: what takes no column, or several, is shown as one."""
    return "".join(char if char.isprintable() else "�" for char in text)
