"""What is asked: query text and options, brought into the form in which they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.errors import QueryValueError
from accsyn_orm.query import (
    And,
    Comparison,
    Operator,
    Statement,
    lowercase,
    parse,
    render,
    wire_expression,
)
from accsyn_orm.wire.versions import V1

if TYPE_CHECKING:
    from accsyn_orm.wire.versions import Generation

_V1_TYPES: Mapping[str, int] = {"job": 1, "queue": 2}
_FORM = "attributes WHERE entitytype=job"


@dataclass(frozen=True, slots=True)
class Question:
    """A query in the form in which it is sent.

    Attributes:
        entitytype: what is asked for, lower case.
        expression: the condition, or ``None`` for all.
    """

    entitytype: str
    expression: str | None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which states to search; ``None`` leaves it to the backend."""

    finished: bool | None = None
    inactive: bool | None = None
    archived: bool | None = None


def read_query(query: str | Statement, *, lowercase_queries: bool) -> Question:
    """Check a query and bring it into wire form. Values keep their case unless asked otherwise.

    Raises:
        QuerySyntaxError: the text is no query.
    """
    if isinstance(query, Statement):
        question = Question(query.entity, None if query.where is None else render(query.where))
    else:
        question = Question(*wire_expression(query))
    if lowercase_queries and question.expression:
        return replace(question, expression=lowercase(question.expression))
    return question


def beneath(generation: Generation, question: Question, parent: str) -> Question:
    """Restrict a v1.0 query to the tasks of a job: there the parent is a condition.

    v3 names the parent in the data of the call instead.
    """
    if generation is not V1:
        return question
    if question.entitytype != "task":
        raise QueryValueError(parent, "only tasks have a parent in v1.0: leave entityid out")
    condition = render(Comparison("job.id", Operator.EQUAL, parent))
    if question.expression:
        condition = f"{condition} AND ({question.expression})"
    return replace(question, expression=condition)


def find_options(
    generation: Generation,
    entitytype: str,
    scope: Scope,
    *,
    parent: str | None = None,
    limit: int | None = None,
    skip: int | None = None,
    attributes: Sequence[str] | None = None,
    is_single: bool = False,
) -> dict[str, Any]:
    """Return the data of a ``find``, in the official clients' order."""
    is_v1 = generation is V1
    options = {
        "type": _V1_TYPES.get(entitytype) if is_v1 else None,
        "parent": None if is_v1 else parent,
        "finished": _flag("finished", scope.finished),
        generation.inactive_key: _flag("inactive", scope.inactive),
        "archived": _flag("archived", scope.archived),
        "limit": _whole_number("limit", limit),
        "skip": _whole_number("skip", skip) or None,
        "attributes": attribute_names(attributes) or None,
        "single_entity_query": True if is_single and not is_v1 else None,
    }
    return {name: value for name, value in options.items() if value is not None}


def attribute_options(
    query: str | Statement, *, create: bool | None, update: bool | None
) -> dict[str, Any]:
    """Return the data of ``attributes WHERE entitytype=X [AND create=true] [AND update=true]``.

    Raises:
        QueryValueError: the condition says anything else.
    """
    statement = parse(query) if isinstance(query, str) else query
    asked = _equalities(statement)
    entitytype = asked.pop("entitytype", None)
    flags = {"create": _flag("create", create) or False, "update": _flag("update", update) or False}
    for name, text in asked.items():
        if name not in flags or text.lower() not in {"true", "false"}:
            raise QueryValueError(str(statement), "is no question about attributes", hint=_FORM)
        flags[name] = flags[name] or text.lower() == "true"
    if not entitytype:
        raise QueryValueError(str(statement), "does not say of which entity type", hint=_FORM)
    return {"entitytype": entitytype.lower(), **flags}


def _equalities(statement: Statement) -> dict[str, str]:
    where = statement.where
    operands = where.operands if isinstance(where, And) else (where,)
    found: dict[str, str] = {}
    for operand in operands:
        if operand is None:
            continue
        if not isinstance(operand, Comparison) or operand.operator is not Operator.EQUAL:
            raise QueryValueError(str(statement), "may only use = and AND", hint=_FORM)
        found[operand.attribute] = cast("str", operand.value)
    return found


def _flag(name: str, value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise QueryValueError(value, f"{name} is True, False or None")


def _whole_number(name: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise QueryValueError(value, f"{name} is a whole number, not below zero")
    return value


def attribute_names(attributes: object) -> list[str]:
    """Return names of attributes, stripped; none for ``None``.

    Raises:
        QueryValueError: this is no list of names.
    """
    if attributes is None:
        return []
    if not isinstance(attributes, Sequence) or isinstance(attributes, (str, bytes)):
        raise QueryValueError(attributes, "attributes is a list of names")
    items = cast("Sequence[object]", attributes)
    names = [item.strip() if isinstance(item, str) else "" for item in items]
    if not all(names):
        raise QueryValueError(items, "attributes holds something that is no name")
    return names
