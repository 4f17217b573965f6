"""Comparisons with what a dotted name reaches in a JSON document, in the form of `documents`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Text, and_, column, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from accsyn_orm.query.nodes import Operator
from accsyn_orm.server.search.comparisons import ORDERINGS, Criterion, equal_to_any, like
from accsyn_orm.server.search.fragments import Fragment, all_of, any_of
from accsyn_orm.server.search.matching import matches
from accsyn_orm.server.storage.documents import number_key
from accsyn_orm.server.storage.literals import (
    NULL,
    boolean,
    contains_pattern,
    fold,
    is_wildcard,
    number,
    wildcard_pattern,
)


class _elements(FunctionElement[Any]):  # noqa: N801  # used like a function, as SQLAlchemy's own
    """The values at one path of the flat form, one row each.

    The path is given twice, as each database wants it: as a JSON path, and as the key that it is.
    """

    name = "json_elements"
    inherit_cache = True


@compiles(_elements, "sqlite")
def _json_each(element: _elements, compiler: SQLCompiler, **options: Any) -> str:
    leaves, path, _key = element.clauses
    return f"json_each({compiler.process(leaves, **options)}, {compiler.process(path, **options)})"


@compiles(_elements, "postgresql")
def _json_array_elements(element: _elements, compiler: SQLCompiler, **options: Any) -> str:
    leaves, _path, key = (compiler.process(part, **options) for part in element.clauses)
    return f"json_array_elements_text(CAST({leaves} AS json) -> {key})"


class _by_code_point(FunctionElement[str]):  # noqa: N801  # the same
    """A text that compares by code point; what comes out of JSON has the database's language."""

    name = "by_code_point"
    type = Text()
    inherit_cache = True


@compiles(_by_code_point)
def _as_it_is(element: _by_code_point, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(_by_code_point, "postgresql")
def _collated(element: _by_code_point, compiler: SQLCompiler, **options: Any) -> str:
    return f'({compiler.process(element.clauses, **options)} COLLATE "C")'


def compare_document(leaves: Column[str], path: str, criterion: Criterion) -> Fragment:
    """Compare what is found at a path.

    Args:
        leaves: the flat form.
        path: dotted and lower case, as in `documents`.
        criterion: the comparison.
    """
    # The id of a text is the text itself, so that job.id and job mean the same; in documents, too.
    texts = list(_without_ids(path))
    parts = [_found(leaves, path, criterion)]
    parts += [all_of([_is_text(leaves, text), _found(leaves, text, criterion)]) for text in texts]
    if criterion.accepts_missing:
        present = [_anything(leaves, path), *(_is_text(leaves, text) for text in texts)]
        parts.append(any_of(present).complement)
    return any_of(parts)


def _without_ids(path: str) -> Iterator[str]:
    while path.endswith(".id"):
        path = path.removesuffix(".id")
        yield path


def _at(
    leaves: Column[str],
    path: str,
    condition: Callable[[ColumnElement[str]], Fragment] | None = None,
) -> Fragment:
    """Return whether any value at a path satisfies a condition."""
    elements = _elements(leaves, f'$."{path}"', path)
    values = elements.table_valued(column("value", Text), joins_implicitly=True)
    query = select(1).select_from(values)
    if condition is None:
        return Fragment(query.exists(), height=8, stack=14)
    inner = condition(_by_code_point(values.c.value))
    found = query.where(inner.clause).exists()
    return inner.within(found, height=4, stack=11, variables=1)


def _found(leaves: Column[str], path: str, criterion: Criterion) -> Fragment:
    return _at(leaves, path, lambda value: _compare_value(leaves, value, criterion))


def _anything(leaves: Column[str], path: str) -> Fragment:
    return _at(leaves, path)


def _is_text(leaves: Column[str], path: str) -> Fragment:
    return _at(leaves, path, lambda value: Fragment(value == "s"))


def _compare_value(
    leaves: Column[str], value: ColumnElement[str], criterion: Criterion
) -> Fragment:
    """Compare one tagged value, whatever its type."""
    match criterion.operator:
        case Operator.EQUAL:
            patterns = [wildcard_pattern(item) for item in criterion.items if is_wildcard(item)]
            equal = [tagged for item in criterion.items for tagged in _equal_values(item)]
            return any_of(
                [
                    equal_to_any(value, equal),
                    *(like(value, f"t{pattern}") for pattern in patterns),
                ]
            )
        case Operator.CONTAINS:
            pattern = contains_pattern(criterion.item)
            return any_of([like(value, f"t{pattern}"), like(value, f"d{pattern}")])
        case Operator.MATCHES:
            found = matches(criterion.item, func.substr(value, 2), beside=leaves.table)
            return all_of([_has_tag(value, "r"), Fragment(found, variables=4)])
        case _:
            parts = [_ordering(value, criterion.operator, "t", fold(criterion.item))]
            limit = number(criterion.item)
            if limit is not None:
                parts.append(_ordering(value, criterion.operator, "n", number_key(limit)))
            return any_of(parts)


def _equal_values(item: str) -> Iterator[str]:
    """Yield the tagged values that equal a literal, one for each type it can be of."""
    folded = fold(item)
    if not is_wildcard(item):
        yield f"t{folded}"
    if folded == NULL:
        yield "z"
    value = number(item)
    if value is not None:
        yield f"n{number_key(value)}"
    truth = boolean(item)
    if truth is not None:
        yield f"b{truth:d}"


def _ordering(value: ColumnElement[str], ordering: Operator, tag: str, limit: str) -> Fragment:
    within = _has_tag(value, tag)
    return all_of([within, Fragment(ORDERINGS[ordering](value, f"{tag}{limit}"))])


def _has_tag(value: ColumnElement[str], tag: str) -> Fragment:
    """Return whether a value has a tag, as a range of texts."""
    return Fragment(and_(value >= tag, value < chr(ord(tag) + 1)), variables=2)
