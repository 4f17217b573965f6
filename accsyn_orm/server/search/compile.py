"""Expressions of the query language as SQL conditions, with the meaning that `evaluate` gives them.

The meaning is that of the record which the caller's generation is sent, not that of the columns:
what v1 shows as ``user`` is found by ``role=user`` there. Every value is a bound parameter, every
name comes from the entity's description. The two implementations share no code, so that each can
check the other.

Negative operators are the exact complements of the positive ones, so a row in which the attribute
has no value satisfies them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, case, literal, select
from typing_extensions import assert_never

from accsyn_orm.query.nodes import And, Comparison, Expression, Operator, Or
from accsyn_orm.server.search.comparisons import (
    Criterion,
    compare_boolean,
    compare_fraction,
    compare_integer,
    compare_text,
)
from accsyn_orm.server.search.document_comparisons import compare_document
from accsyn_orm.server.search.fragments import Budget, Fragment, all_of, any_of, check_depth
from accsyn_orm.server.storage.documents import ROOT
from accsyn_orm.server.storage.projection import (
    MAIN_SITE,
    linked_text,
    links,
    number_text,
    path_in_end,
    shown_boolean,
    shown_number,
    shown_text,
)
from accsyn_orm.server.storage.tables import (
    TASKS,
    WORKSPACES,
    Attribute,
    EntityTable,
    Generation,
    Kind,
)
from accsyn_orm.server.storage.tables.entity import WIRE_TEXT

_COMPLEMENTS = {
    Operator.NOT_EQUAL: Operator.EQUAL,
    Operator.NOT_IN: Operator.EQUAL,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_MATCHES: Operator.MATCHES,
}
"""Negative operators, and what they are the complement of."""

_POSITIVE = {Operator.IN: Operator.EQUAL, **_COMPLEMENTS}


def compile_filter(
    expression: Expression, entity: EntityTable, *, generation: Generation = "v3"
) -> ColumnElement[bool]:
    """Return the condition that selects the rows which satisfy an expression.

    Args:
        expression: the condition of a query.
        entity: what is searched; the condition is on the columns of its table.
        generation: whose view of the rows the expression is about.

    Raises:
        QueryFieldError: the entity has no such attribute.
        QueryValueError: a value that cannot be compared, or more than the database can take in.
    """
    return check_depth(_Compilation(entity, generation, Budget()).fragment(expression))


@dataclass(frozen=True, slots=True)
class _Compilation:
    entity: EntityTable
    generation: Generation
    budget: Budget

    def fragment(self, expression: Expression) -> Fragment:
        # Recursion is safe: expressions nest at most MAX_NESTING levels.
        match expression:
            case Comparison(attribute, operator):
                return self._comparison(attribute, operator, _items(expression))
            case Or(operands):
                return any_of(self._operands(operands, Operator.EQUAL, Operator.IN))
            case And(operands):
                return all_of(self._operands(operands, Operator.NOT_EQUAL, Operator.NOT_IN))
            case _:
                assert_never(expression)

    def _operands(self, operands: Iterable[Expression], *mergeable: Operator) -> Iterator[Fragment]:
        """Compile operands; those that compare one attribute for equality become a single list."""
        merged: dict[str, list[str]] = {}
        for operand in operands:
            if isinstance(operand, Comparison) and operand.operator in mergeable:
                merged.setdefault(operand.attribute, []).extend(_items(operand))
            else:
                yield self.fragment(operand)
        for attribute, items in merged.items():
            yield self._comparison(attribute, mergeable[0], tuple(items))

    def _comparison(self, name: str, operator: Operator, items: tuple[str, ...]) -> Fragment:
        attribute = self.entity.queryable(name)
        criterion = Criterion(_POSITIVE.get(operator, operator), items)
        if criterion.operator is Operator.MATCHES:
            self.budget.spend_pattern()
        positive = self.budget.spend(any_of(self._tests(attribute, name, criterion)))
        return positive.complement if operator in _COMPLEMENTS else positive

    def _tests(self, attribute: Attribute, name: str, criterion: Criterion) -> Iterator[Fragment]:
        """Yield the conditions of which any may hold."""
        columns = self.entity.table.c
        path = name.partition(".")[2]
        if attribute.kind is Kind.JSON:
            leaves = self.entity.column(attribute.name, "leaves")
            if self.entity is TASKS and attribute.name in {"source", "destination"}:
                path = path_in_end(path, self.generation)
            yield compare_document(leaves, path or ROOT, criterion)
        elif path:
            yield from self._own_id(attribute, name, criterion)
        elif attribute.kind is Kind.BOOLEAN:
            shown = shown_boolean(attribute, columns)
            yield compare_boolean(shown, criterion)
            yield from _missing(shown, criterion)
        elif attribute.kind is Kind.NUMBER:
            yield from self._number(attribute, criterion)
        elif attribute.is_own:
            yield from self._own_text(attribute, criterion)
            if attribute.kind is Kind.PARTY:
                yield from self._party(attribute, criterion)
            yield from self._codes(attribute, criterion)
        else:
            yield from self._linked(attribute, criterion)

    def _own_id(self, attribute: Attribute, name: str, criterion: Criterion) -> Iterator[Fragment]:
        """Compare ``job.id``: the id alone, where ``job`` would be the code as well."""
        refers = attribute.kind in {Kind.REFERENCE, Kind.PARTY}
        if not refers or set(name.split(".")[1:]) != {"id"}:
            raise self.entity.no_such_attribute(name)
        yield from self._own_text(attribute, criterion)

    def _own_text(self, attribute: Attribute, criterion: Criterion) -> Iterator[Fragment]:
        columns = self.entity.table.c
        folded = shown_text(attribute, columns, self.generation, folded=True)
        written = shown_text(attribute, columns, self.generation, folded=False)
        for test in (compare_text(folded, written, criterion), *_missing(written, criterion)):
            is_plain = attribute.composed is None
            yield test if is_plain else test.within(test.clause, height=12, stack=24, variables=24)

    def _number(self, attribute: Attribute, criterion: Criterion) -> Iterator[Fragment]:
        columns = self.entity.table.c
        shown = shown_number(attribute, columns, self.generation)
        if criterion.operator in {Operator.CONTAINS, Operator.MATCHES}:
            text = number_text(attribute, columns, self.generation)
            yield compare_text(text, text, criterion)
        else:
            compare = compare_fraction if attribute.is_fraction else compare_integer
            yield compare(shown, criterion)
            yield from _missing(shown, criterion)

    def _party(self, attribute: Attribute, criterion: Criterion) -> Iterator[Fragment]:
        """Compare the id of a party without its type, and the main site of a workspace."""
        ident = self.entity.column(attribute.name, "ident")
        yield compare_text(ident, ident, criterion)
        if WORKSPACES.name not in attribute.targets:
            return
        kind = self.entity.column(attribute.name, "type")
        main_site = case((kind == WORKSPACES.name, literal(MAIN_SITE, WIRE_TEXT)))
        yield compare_text(main_site, main_site, criterion)

    def _codes(self, attribute: Attribute, criterion: Criterion) -> Iterator[Fragment]:
        """Compare the code of what a reference or party points to."""
        if attribute.kind in {Kind.REFERENCE, Kind.PARTY}:
            for column, target in links(self.entity, attribute):
                yield self._through(column, target, target.attributes["code"], criterion)

    def _linked(self, attribute: Attribute, criterion: Criterion) -> Iterator[Fragment]:
        """Compare a text that belongs to what a reference or party points to."""
        present: list[Fragment] = []
        for column, target in links(self.entity, self.entity.attributes[attribute.of]):
            yield self._through(column, target, attribute, criterion)
            present.append(Fragment(column.in_(select(_other(target).c.id)), height=8, stack=14))
        if criterion.accepts_missing:
            yield any_of(present).complement

    def _through(
        self,
        column: ColumnElement[str],
        target: EntityTable,
        attribute: Attribute,
        criterion: Criterion,
    ) -> Fragment:
        """Compare a text of the entity whose id a column holds."""
        other = _other(target)
        folded = linked_text(attribute, target, other.c, self.generation, folded=True)
        written = linked_text(attribute, target, other.c, self.generation, folded=False)
        inner = compare_text(folded, written, criterion)
        found = column.in_(select(other.c.id).where(inner.clause))
        return inner.within(found, height=8, stack=10, variables=8)


@lru_cache
def _other(target: EntityTable) -> FromClause:
    """Return the table of what is referred to, under a name of its own: jobs refer to jobs."""
    return target.table.alias()


def _items(comparison: Comparison) -> tuple[str, ...]:
    value = comparison.value
    return (value,) if isinstance(value, str) else value


def _missing(shown: ColumnElement[Any], criterion: Criterion) -> Iterator[Fragment]:
    if criterion.accepts_missing:
        yield Fragment(shown.is_(None), variables=0)
