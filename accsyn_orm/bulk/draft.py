"""Rows on their way into a plan: looked at one by one, and then together.

Problems are collected, never raised: whoever wrote the rows wants to hear of all of them at once.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from accsyn_orm.bulk.calls import Line
from accsyn_orm.bulk.checks import missing_references, repetitions, taken_values
from accsyn_orm.bulk.images import image_of
from accsyn_orm.bulk.plan import Plan
from accsyn_orm.bulk.rows import (
    IS_SO,
    Action,
    Problem,
    Row,
    Skipped,
    label_of,
    modified_of,
    parent_of,
)
from accsyn_orm.entities.attributes import UNSET
from accsyn_orm.entities.backend import Backend
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.changes import is_same
from accsyn_orm.entities.folding import folded
from accsyn_orm.entities.lookups import Ask
from accsyn_orm.entities.metadata import METADATA
from accsyn_orm.entities.sending import outgoing
from accsyn_orm.entities.validation import assignment_problem, validated
from accsyn_orm.entities.values.statuses import OpenEnum
from accsyn_orm.errors import EntityValidationError, PayloadError

E = TypeVar("E", bound=Entity)

THE_ROW = "row"
"""As the attribute of a problem: the row as a whole."""


def attributes_in(row: object) -> Mapping[str, object]:
    """Return the attributes that a row gives; none if it is no dictionary."""
    return cast("Mapping[str, object]", row) if isinstance(row, Mapping) else {}


class Draft:
    """Rows on their way into a plan.

    Args:
        backend: where they shall be sent.

    Attributes:
        ask: makes requests that read, within the rate limit and over a bad moment.
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.ask: Ask = Line(backend).read
        self._rows: list[Row] = []
        self._skipped: list[Skipped] = []
        self._problems: list[Problem] = []
        self._kept: dict[int, Entity] = {}

    def plan(self, *, force: bool = False) -> Plan:
        """Look at the rows together, and return the plan."""
        problems = [
            *self._problems,
            *repetitions(self._rows),
            *taken_values(self._rows, self.backend, self.ask),
            *missing_references(self._rows, self.backend, self.ask),
        ]
        refused = {problem.row for problem in problems}
        return Plan(
            backend=self.backend,
            rows=tuple(row for row in self._rows if row.number not in refused),
            skipped=tuple(self._skipped),
            problems=tuple(sorted(problems)),
            force=force,
            kept=self._kept,
        )

    def refuse(self, number: int, attribute: str, reason: str) -> None:
        """Note a problem."""
        self._problems.append(Problem(number, attribute, reason))

    def skip(self, number: int, ident: str, label: str, reason: str = IS_SO) -> None:
        """Note that a row is not sent."""
        self._skipped.append(Skipped(number, ident, label, reason))

    def withdraw(self, number: int) -> str | None:
        """Take out the problems of a row; return them as one text, or ``None`` without any."""
        found = [problem for problem in self._problems if problem.row == number]
        self._problems = [problem for problem in self._problems if problem.row != number]
        return "; ".join(f"{attribute}: {reason}" for _, attribute, reason in found) or None

    def new(self, number: int, cls: type[E], row: object) -> E | None:
        """Return the new entity that a row describes, or ``None`` and note why there is none."""
        if isinstance(row, cls):
            if row.is_new:
                return row
            self.refuse(number, THE_ROW, f"{row!r} is there already: save() what was changed")
            return None
        if not isinstance(row, Mapping):
            reason = f"a dictionary or a {cls.__name__} is needed, not {type(row).__name__}"
            self.refuse(number, THE_ROW, reason)
            return None
        given = cast("Mapping[object, object]", row)
        try:
            return cls(**{str(name): value for name, value in given.items()})
        except EntityValidationError as error:
            self._refuse_all(number, error.problems)
            return None

    def create(self, number: int, entity: Entity, *, is_kept: bool) -> None:
        """Add a row that creates an entity; one that is kept takes over what is answered."""
        cls = type(entity)
        with self._noting(number):
            entity.creation_for(self.backend)
            after = image_of(vars(entity), entity.changes)
            parent = parent_of(entity)
            row = Row(number, Action.CREATE, cls, "", label_of(entity), after=after, parent=parent)
            self._add(row, entity if is_kept else None)

    def save(self, number: int, entity: Entity) -> None:
        """Add a row that saves an entity, unless there is nothing to save."""
        if entity.is_deleted:
            self.refuse(number, THE_ROW, f"{entity!r} was deleted")
        elif entity.session not in {None, self.backend}:
            self.refuse(number, THE_ROW, f"{entity!r} was loaded from another session")
        elif entity.is_new:
            self.create(number, entity, is_kept=True)
        else:
            changes = entity.changes
            before = {name: change.before for name, change in changes.items()}
            self._change(number, entity, before, {name: vars(entity)[name] for name in changes})

    def change(self, number: int, entity: Entity, wanted: Mapping[str, object]) -> None:
        """Add a row that changes a loaded entity, unless it is so already."""
        cls = type(entity)
        after: dict[str, object] = {}
        present = vars(entity).get(METADATA, UNSET)
        given, problems = folded(cls, wanted, is_new=False, present=present)
        for name, value in given.items():
            problem = assignment_problem(cls, name, is_new=False)
            if problem is None:
                after[name], found = validated(cls, name, value)
                problems += found
            else:
                problems.append(problem)
        if problems:
            self._refuse_all(number, problems)
            return
        before = {name: vars(entity).get(name, UNSET) for name in after}
        self._change(number, entity, before, after, is_kept=False)

    def upsert(
        self,
        number: int,
        cls: type[E],
        row: object,
        key: str,
        present: Mapping[str, Sequence[E]],
    ) -> None:
        """Add a row that creates an entity, or changes the one that is there."""
        given = attributes_in(row)
        value = given.get(key)
        found = present.get(str(value).casefold(), ()) if value else ()
        if given and not value:
            self.refuse(number, key, "is needed: it tells which entity the row is about")
        elif len(found) > 1:
            self.refuse(number, key, f"{len(found)} entities have {value!r}")
        elif found:
            self._bring_about(number, found[0], given)
        elif (new := self.new(number, cls, row)) is not None:
            self.create(number, new, is_kept=False)

    def delete(self, number: int, entity: Entity) -> None:
        """Add a row that deletes an entity, if the backend ever does that."""
        reason = entity.why_kept()
        if reason is not None:
            self.refuse(number, THE_ROW, reason)
            return
        with self._noting(number):
            values = vars(entity)
            names = [name for name in type(entity).__entity_attributes__ if name in values]
            self._add(_row(number, Action.DELETE, entity, before=image_of(values, names)), None)

    # -- how rows come about ----------------------------------------------------------------------

    def _bring_about(self, number: int, entity: Entity, given: Mapping[str, object]) -> None:
        """Change what differs; what can only be given at creation is left alone.

        Of that, some is never returned, and some is returned in another form than it is given:
        either form may be in the row.
        """
        cls, attributes = type(entity), type(entity).__entity_attributes__
        fixed = {
            name: value
            for name, value in given.items()
            if name in attributes and attributes[name].moment in {"create", "parent"}
        }
        for name, value in fixed.items():
            if not (isinstance(value, str) and vars(entity).get(name) == value):
                self._refuse_all(number, validated(cls, name, value)[1])
        self.change(number, entity, {n: v for n, v in given.items() if n not in fixed})

    def _change(
        self,
        number: int,
        entity: Entity,
        before: Mapping[str, object],
        after: Mapping[str, object],
        *,
        is_kept: bool = True,
    ) -> None:
        with self._noting(number):
            was = image_of({n: v for n, v in before.items() if v is not UNSET}, before)
            wanted = image_of(after, after)
            names = [n for n in wanted if n not in was or not is_same(was[n], wanted[n])]
            if not names:
                self.skip(number, str(vars(entity)["id"]), label_of(entity))
                return
            outgoing(type(entity), {n: after[n] for n in names}, self.backend, is_new=False)
            self._require_possible(entity, before, {name: after[name] for name in names})
            images = image_of(was, names), image_of(wanted, names)
            row = _row(number, Action.UPDATE, entity, before=images[0], after=images[1])
            self._add(row, entity if is_kept else None)

    def _require_possible(
        self, entity: Entity, before: Mapping[str, object], after: Mapping[str, object]
    ) -> None:
        """Refuse what is valid by itself, but not for this entity.

        Raises:
            EntityValidationError: it is not.
        """
        cls, parent = type(entity), type(entity).__parent__
        problems = [
            (name, f"a {cls.__name__} that is {before[name]} cannot become {value}")
            for name, value in after.items()
            if not _is_possible(before[name], value)
        ]
        if parent and parent_of(entity) is None:
            problems.append((parent, f"is not known: load it under its {parent}"))
        if problems:
            raise EntityValidationError(cls.__name__, problems)

    @contextmanager
    def _noting(self, number: int) -> Generator[None, None, None]:
        """Turn errors about the values of a row into problems of that row."""
        try:
            yield
        except EntityValidationError as error:
            self._refuse_all(number, error.problems)
        except PayloadError as error:
            self.refuse(number, error.where, error.reason)

    def _add(self, row: Row, kept: Entity | None) -> None:
        self._rows.append(row)
        if kept is not None:
            self._kept[row.number] = kept

    def _refuse_all(self, number: int, problems: Iterable[tuple[str, str]]) -> None:
        for attribute, reason in problems:
            self.refuse(number, attribute, reason)


def _row(number: int, action: Action, entity: Entity, **images: Mapping[str, Any]) -> Row:
    return Row(
        number,
        action,
        type(entity),
        str(vars(entity)["id"]),
        label_of(entity),
        modified=modified_of(entity),
        parent=parent_of(entity),
        **images,
    )


def _is_possible(before: object, after: object) -> bool:
    are_statuses = isinstance(before, OpenEnum) and isinstance(after, OpenEnum)
    return not are_statuses or cast("OpenEnum", before).can_become(cast("OpenEnum", after))
