"""Queries that cannot be built, read or sent."""

from __future__ import annotations

from accsyn_orm.errors.base import AccsynError, shown, with_hint


class QueryError(AccsynError, ValueError):
    """A query that cannot be built, read or sent."""


class QuerySyntaxError(QueryError):
    """Text that is not a query.

    Attributes:
        reason: what is wrong, one sentence without position.
        text: the whole query text as given.
        position: 0-based offset of the first character that is wrong (``len(text)`` at the end).
        line: 1-based line of the position.
        column: 1-based column of the position, counted in characters.
        hint: what to write instead, or ``None``.
    """

    def __init__(self, reason: str, *, text: str, position: int, hint: str | None = None) -> None:
        self.reason = reason
        self.text = text
        self.position = position
        self.hint = hint
        self.line = text.count("\n", 0, position) + 1
        self.column = position - (text.rfind("\n", 0, position) + 1) + 1
        super().__init__(self._message())

    def _message(self) -> str:
        before = self.text[: self.position].rpartition("\n")[2][-60:].replace("\t", " ")
        after = self.text[self.position :].partition("\n")[0][:60].replace("\t", " ")
        lines = [
            f"{self.reason} (line {self.line}, column {self.column})",
            f"  {before}{after}",
            f"  {' ' * len(before)}^",
        ]
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)


class QueryFieldError(QueryError):
    """An attribute that the entity does not have.

    Attributes:
        entity: class or wire name of the entity.
        name: the attribute as it was written.
        suggestion: the nearest existing spelling, or ``None``.
        reason: why an attribute that exists cannot be queried, or ``None``.
    """

    def __init__(
        self, entity: str, name: str, *, suggestion: str | None = None, reason: str | None = None
    ) -> None:
        self.entity = entity
        self.name = name
        self.suggestion = suggestion
        self.reason = reason
        hint = f"did you mean {suggestion!r}?" if suggestion else None
        message = f"{entity}.{name} {reason}" if reason else f"{entity} has no attribute {name!r}"
        super().__init__(with_hint(message, hint))


class QueryValueError(QueryError):
    """A value that cannot be written in the language, or that the attribute can never have.

    Attributes:
        value: the value as given.
        reason: what is wrong with it.
        hint: what to do instead, or ``None``.
    """

    def __init__(self, value: object, reason: str, *, hint: str | None = None) -> None:
        self.value = value
        self.reason = reason
        self.hint = hint
        super().__init__(with_hint(f"{shown(value)}: {reason}", hint))
