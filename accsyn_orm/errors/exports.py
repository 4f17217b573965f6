"""Tables that cannot be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accsyn_orm.errors.base import AccsynError, with_hint

if TYPE_CHECKING:
    # The doctor is to run where this library is missing.
    from typing_extensions import Self


class ExportError(AccsynError, TypeError):
    """Entities that cannot become a table.

    Attributes:
        reason: why not.
        hint: what to do, or ``None``.
        attribute: the attribute concerned, or ``None``.
    """

    def __init__(
        self, reason: str, *, hint: str | None = None, attribute: str | None = None
    ) -> None:
        self.reason = reason
        self.hint = hint
        self.attribute = attribute
        super().__init__(with_hint(reason, hint))

    @classmethod
    def misfit(cls, entity: str, identity: object, attribute: str, kind: str) -> Self:
        """Return the error for a value that its column cannot hold."""
        reason = f"{entity} {identity}: {attribute} is not of kind {kind}"
        hint = "leave the attribute out with only(…), or take misfits='null'"
        return cls(reason, hint=hint, attribute=attribute)

    @classmethod
    def without_library(cls, library: str, extra: str) -> Self:
        """Return the error for a library that is not installed."""
        hint = f"pip install 'accsyn_orm[{extra}]'"
        return cls(f"{library} is needed and cannot be imported", hint=hint)
