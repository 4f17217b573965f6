"""Making plans: what is asked for, row by row, brought into a draft that looks at every row.

Nothing here changes anything in the backend; it reads what the rows are about, and what they name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias, TypeVar

from accsyn_orm.bulk.draft import THE_ROW, Draft, attributes_in
from accsyn_orm.bulk.plan import Plan
from accsyn_orm.entities.active import required_backend
from accsyn_orm.entities.backend import Backend
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.lookups import find_by_values
from accsyn_orm.entities.metadata import METADATA, holder, keys_of
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.entities.validation import known_names, nearest, unknown_name
from accsyn_orm.errors import EntityValidationError, QueryFieldError

E = TypeVar("E", bound=Entity)

Change: TypeAlias = Callable[[E], Mapping[str, object]]
"""Returns the attributes to change of an entity, and their values."""

NewRow: TypeAlias = Mapping[str, object] | Entity
"""Attributes of a new entity, or the entity itself, not saved yet."""

_NEEDED = ("code", "name", "uri", "default", "modified")
"""What a plan reads of every entity: how people call it, and what tells whether it may be sent."""


def plan_update(query: Query[E], change: Change[E] | None, values: Mapping[str, object]) -> Plan:
    """Return the plan that changes what a query selects; see `Query.update`."""
    backend = required_backend(query.entity, query.backend)
    draft = Draft(backend)
    cls = query.entity
    _require_known(cls, values)
    changed = [holder(cls, name) for name in values]
    if change is not None and keys_of(cls):
        changed.append(METADATA)  # which agreed keys may be added to
    for number, entity in enumerate(_selected(query, changed, draft), start=1):
        wanted = _worked_out(entity, change, values)
        if isinstance(wanted, Exception):
            reason = f"the change failed: {type(wanted).__name__}: {wanted}"
            draft.refuse(number, THE_ROW, reason)
        else:
            draft.change(number, entity, wanted)
    return draft.plan()


def plan_delete(query: Query[E], *, force: bool) -> Plan:
    """Return the plan that deletes what a query selects; see `Query.delete`."""
    draft = Draft(required_backend(query.entity, query.backend))
    for number, entity in enumerate(_selected(query, (), draft), start=1):
        draft.delete(number, entity)
    return draft.plan(force=force)


def create(cls: type[E], rows: Iterable[NewRow], *, session: Backend | None = None) -> Plan:
    """Plan to create one entity for each row; nothing is written before ``apply()``.

    Args:
        cls: class of the entities.
        rows: attributes of each, or new entities; entities take over what the backend answers.
        session: where; the active session unless given.

    Example:
        >>> plan = create(Queue, [{"name": "Panic", "priority": 1000}])  # doctest: +SKIP
        >>> plan.apply().raise_for_errors()  # doctest: +SKIP
    """
    draft = Draft(required_backend(cls, session))
    for number, row in enumerate(rows, start=1):
        entity = draft.new(number, cls, row)
        if entity is not None:
            draft.create(number, entity, is_kept=entity is row)
    return draft.plan()


def save(entities: Iterable[Entity], *, session: Backend | None = None) -> Plan:
    """Plan to save entities that are new or were changed; the others are left out.

    Entities take over what the backend answers, as with ``entity.save()``.

    Args:
        entities: of one class or of several.
        session: where; unless given, where they were loaded from, or the active session.
    """
    listed = list(entities)
    home = next((entity.session for entity in listed if entity.session is not None), None)
    kind = type(listed[0]) if listed else Entity
    draft = Draft(required_backend(kind, session or home))
    for number, entity in enumerate(listed, start=1):
        draft.save(number, entity)
    return draft.plan()


def upsert(
    cls: type[E],
    rows: Iterable[Mapping[str, object]],
    key: str = "code",
    *,
    session: Backend | None = None,
) -> Plan:
    """Plan to create the rows that are new, and to change those that are there and differ.

    What can only be given at creation is left alone on entities that are there.

    Args:
        cls: class of the entities.
        rows: attributes of each.
        key: attribute, or agreed key of metadata, that tells which entity a row is about; its
            letter case does not matter.
        session: where; the active session unless given.

    Raises:
        QueryFieldError: the class has no such attribute, or it cannot be looked up.
    """
    specs = cls.__entity_attributes__
    spec = specs.get(holder(cls, key))
    if spec is None or not spec.readable:
        reason = None if spec is None else "is never returned, so that it cannot be looked up"
        suggestion = None if spec else nearest(key, known_names(cls))
        raise QueryFieldError(cls.__name__, key, suggestion=suggestion, reason=reason)
    draft = Draft(required_backend(cls, session))
    listed = list(rows)
    named = [str(row[key]) for row in map(attributes_in, listed) if row.get(key)]
    present: dict[str, list[E]] = {}
    for entity in find_by_values(cls, [key], named, draft.backend, ask=draft.ask):
        value = vars(entity).get(key) if key in specs else getattr(entity, key)
        present.setdefault(str(value).casefold(), []).append(entity)
    for number, row in enumerate(listed, start=1):
        draft.upsert(number, cls, row, key, present)
    return draft.plan()


def _selected(query: Query[E], changed: Iterable[str], draft: Draft) -> list[E]:
    """Return what a query selects, with what a plan has to know of it, and what it changes.

    While the backend is busy, pages can shift and show an entity twice.
    """
    if query.selection.attributes:
        specs = query.entity.__entity_attributes__
        known = {None, draft.backend.protocol}  # the others are refused row by row
        more = [
            name
            for name in (*_NEEDED, *changed)
            if name in specs and specs[name].readable and specs[name].shown_by in known
        ]
        query = query.only(*query.selection.attributes, *more)
    return list({entity.identity: entity for entity in draft.ask(query.all)}.values())


def _require_known(cls: type[Entity], values: Mapping[str, object]) -> None:
    """Refuse names that no row could have, before any row is read."""
    specs = cls.__entity_attributes__
    problems = [unknown_name(cls, name) for name in values if holder(cls, name) not in specs]
    if problems:
        raise EntityValidationError(cls.__name__, problems)


def _worked_out(
    entity: E, change: Change[E] | None, values: Mapping[str, object]
) -> dict[str, object] | Exception:
    """Return what an entity shall have, or what went wrong in the caller's own functions."""
    try:
        wanted = dict(change(entity)) if change is not None else {}
        for name, value in values.items():
            wanted[name] = value(entity) if callable(value) else value
    except Exception as error:  # noqa: BLE001  # whatever it is, it is a problem of this row
        return error
    return wanted
