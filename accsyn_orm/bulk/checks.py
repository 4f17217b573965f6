"""What can be told about rows together, before any is sent: repetitions, references, taken values.

Each check takes all rows and returns the problems it finds. Those that ask the backend ask once per
chunk of values, not once per row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from accsyn_orm.bulk.rows import Action, Problem, Row
from accsyn_orm.entities.backend import Backend
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.lookups import Ask, find_by_id, find_by_values
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.entities.querying.selection import Selection
from accsyn_orm.entities.registry import ENTITY_CLASSES
from accsyn_orm.entities.values.references import reference_names

_NAMING = ("code", "name")
"""Attributes that a reference may name an entity by, besides its id."""


def repetitions(rows: Sequence[Row]) -> list[Problem]:
    """Return the rows that are about the same entity as one before, or create the same."""
    first: dict[tuple[object, ...], int] = {}
    found: list[Problem] = []
    for row in rows:
        for attribute, value in _identities(row):
            number = first.setdefault((row.entity, attribute, value), row.number)
            if number != row.number:
                found.append(Problem(row.number, attribute, f"is the same as in row {number}"))
    return found


def _identities(row: Row) -> Iterator[tuple[str, str]]:
    if row.id:
        yield "id", row.id
    for name in row.entity.__unique__:
        if name in row.after:
            yield name, str(row.after[name]).casefold()


# -- values that only one entity may have ----------------------------------------------------------


def taken_values(rows: Sequence[Row], backend: Backend, ask: Ask) -> list[Problem]:
    """Return the values that have to be unique, and that another entity has."""
    found: list[Problem] = []
    for cls in dict.fromkeys(row.entity for row in rows):
        for name in cls.__unique__:
            claims = [row for row in rows if row.entity is cls and name in row.after]
            found += _taken(cls, name, claims, backend, ask)
    return found


def _taken(
    cls: type[Entity], name: str, claims: Sequence[Row], backend: Backend, ask: Ask
) -> Iterator[Problem]:
    values = [str(row.after[name]) for row in claims]
    holders = {
        str(vars(entity).get(name)).casefold(): entity
        for entity in find_by_values(cls, [name], values, backend, ask=ask)
    }
    for row, value in zip(claims, values, strict=True):
        holder = holders.get(value.casefold())
        if holder is not None and holder.identity != row.id:
            yield Problem(row.number, name, f"{value!r} is taken by {holder!r}")


# -- references ------------------------------------------------------------------------------------


class _Use(NamedTuple):
    """A row that names another entity."""

    row: Row
    attribute: str
    target: type[Entity]
    named: str


def missing_references(rows: Sequence[Row], backend: Backend, ask: Ask) -> list[Problem]:
    """Return the references to entities that are not there."""
    uses = [use for row in rows for use in _uses(row)]
    found: list[Problem] = []
    for target in dict.fromkeys(use.target for use in uses):
        found += _missing(target, [use for use in uses if use.target is target], backend, ask)
    return found


def _uses(row: Row) -> Iterator[_Use]:
    for name in reference_names(row.entity):
        target = ENTITY_CLASSES.get(name)
        is_parent = name == row.entity.__parent__
        named = row.parent if is_parent and row.action is Action.CREATE else row.after.get(name)
        if target is not None and named:
            yield _Use(row, name, target, str(named))


def _missing(
    target: type[Entity], uses: Sequence[_Use], backend: Backend, ask: Ask
) -> list[Problem]:
    names = list(dict.fromkeys(use.named for use in uses))
    known = {ident.casefold() for ident in find_by_id(target, names, backend, ask=ask)}
    others = [name for name in names if name.casefold() not in known]
    naming = [name for name in _NAMING if name in target.__entity_attributes__]
    for entity in find_by_values(target, naming, others, backend, ask=ask):
        known |= {str(vars(entity).get(name)).casefold() for name in naming}
    absent = [use for use in uses if use.named.casefold() not in known]
    # Who may see none of them may still name one, so that finding nothing says nothing.
    if not absent or not (bool(known) or ask(Query(target, Selection(), backend).exists)):
        return []
    return [
        Problem(use.row.number, use.attribute, f"there is no {target.__name__} {use.named!r}")
        for use in absent
    ]
