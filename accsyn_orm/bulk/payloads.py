"""What is sent for a row, worked out from the row alone: by whoever sends it, whenever that is."""

from __future__ import annotations

from typing import Any

from accsyn_orm.bulk.images import revived
from accsyn_orm.bulk.rows import Action, Problem, Row
from accsyn_orm.entities.backend import Backend, Record
from accsyn_orm.entities.sending import outgoing
from accsyn_orm.entities.validation import assignment_problem, refusal, validated
from accsyn_orm.errors import EntityValidationError


def creation_of(row: Row, backend: Backend) -> tuple[Record, str | None]:
    """Return what creates the entity of a row, and the id of its parent.

    Raises:
        EntityValidationError: it may not be sent.
    """
    values = {name: revived(value) for name, value in row.after.items()}
    return row.entity(**values).creation_for(backend)


def change_of(row: Row, backend: Backend) -> Record:
    """Return what changes the entity of a row.

    Raises:
        EntityValidationError: it may not be sent.
    """
    cls, values, problems = row.entity, dict[str, Any](), list[tuple[str, str]]()
    for name, value in row.after.items():
        problem = assignment_problem(cls, name, is_new=False)
        if problem is None:
            values[name], found = validated(cls, name, revived(value))
            problems += found
        else:
            problems.append(problem)
    if problems:
        raise refusal(cls, problems)
    return outgoing(cls, values, backend, is_new=False)


def problems_of(row: Row, backend: Backend) -> list[Problem]:
    """Return why a row may not be sent, if so."""
    try:
        if row.action is Action.CREATE:
            creation_of(row, backend)
        elif row.action is Action.UPDATE:
            change_of(row, backend)
    except EntityValidationError as error:
        return [Problem(row.number, name, reason) for name, reason in error.problems]
    return []
