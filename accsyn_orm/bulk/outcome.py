"""How rows end. Nothing is called a failure that may have worked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from accsyn_orm.bulk.images import Image, image_of
from accsyn_orm.bulk.rows import Action, Row, modified_of
from accsyn_orm.entities.base import Entity


class RowState(str, Enum):
    """How a row ended."""

    DONE = "done"
    """The backend said so, or it was read back and found done."""
    FAILED = "failed"
    """It was refused, by the backend or because somebody else changed the entity."""
    NOT_SENT = "not_sent"
    """It certainly did not happen, and can be sent."""
    UNKNOWN = "unknown"
    """It was sent, and nothing says what came of it."""

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class RowResult:
    """How one row ended.

    Attributes:
        row: the row as it was planned.
        state: how it ended.
        ids: ids of the entities concerned; of those created, once that is known.
        error: what was said when it is not done, or why it is not.
        kind: name of the class of the error.
        is_confirmed: no answer said that it is done; it was read back.
        modified: when the backend says the entity was last changed, afterwards.
        now: attributes that the backend has otherwise than planned, afterwards.
        candidates: ids of entities that may be the one created.
        exception: the error itself, in the process that met it.
    """

    row: Row
    state: RowState
    ids: tuple[str, ...] = ()
    error: str | None = None
    kind: str | None = None
    is_confirmed: bool = False
    modified: str | None = None
    now: Image = field(default_factory=dict[str, Any])
    candidates: tuple[str, ...] = ()
    exception: BaseException | None = field(default=None, compare=False, repr=False)

    def to_document(self) -> dict[str, Any]:
        """Return the result as JSON holds it, without the row."""
        told: dict[str, Any] = {
            "ids": list(self.ids),
            "error": self.error,
            "kind": self.kind,
            "confirmed": self.is_confirmed,
            "modified": self.modified,
            "now": dict(self.now),
            "candidates": list(self.candidates),
        }
        said = {name: value for name, value in told.items() if value}
        return {"row": self.row.number, "state": self.state.value, **said}

    @classmethod
    def from_document(cls, row: Row, document: Mapping[str, Any]) -> RowResult:
        """Return the result that `to_document` wrote."""
        return cls(
            row=row,
            state=RowState(document["state"]),
            ids=tuple(document.get("ids", ())),
            error=document.get("error"),
            kind=document.get("kind"),
            is_confirmed=document.get("confirmed", False),
            modified=document.get("modified"),
            now=document.get("now", {}),
            candidates=tuple(document.get("candidates", ())),
        )


def done(row: Row, entity: Entity | None = None, *, is_confirmed: bool = False) -> RowResult:
    """Return the result of a row that is done.

    Args:
        row: the row.
        entity: the entity as it is afterwards, if there is one.
        is_confirmed: it was read back.
    """
    if entity is None:
        return RowResult(row, RowState.DONE, _ids(row), is_confirmed=is_confirmed)
    now: dict[str, Any] = {}
    if row.action is Action.UPDATE:
        image = image_of(vars(entity), row.after)
        now = {name: value for name, value in image.items() if value != row.after[name]}
    return RowResult(
        row,
        RowState.DONE,
        _ids(row, entity),
        is_confirmed=is_confirmed,
        modified=modified_of(entity),
        now=now,
    )


def undone(
    row: Row, state: RowState, error: BaseException, candidates: tuple[str, ...] = ()
) -> RowResult:
    """Return the result of a row that is not done, or of which that is not known."""
    return RowResult(
        row,
        state,
        _ids(row),
        error=str(error),
        kind=type(error).__name__,
        candidates=candidates,
        exception=error,
    )


def _ids(row: Row, entity: Entity | None = None) -> tuple[str, ...]:
    ident = row.id or str(vars(entity).get("id", "") if entity is not None else "")
    return (ident,) if ident else ()
