"""Request: a query in the words of one generation of the backend, ready for any page of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accsyn_orm.entities.dialects import localized_statement, refuse_foreign, wire_name
from accsyn_orm.entities.metadata import holder
from accsyn_orm.entities.relations import One, Relation
from accsyn_orm.errors import EntityStateError
from accsyn_orm.query.nodes import And, Comparison, Expression, Operator, Statement, all_of

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Backend, Record, Speaker
    from accsyn_orm.entities.model import EntityModel
    from accsyn_orm.entities.querying.selection import Selection

_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, whichever page of it.

    Attributes:
        statement: type and condition, as the generation spells them.
        options: the other arguments of ``find()``, without ``limit`` and ``skip``.
        completion: what the records lack because it was given with the request.
    """

    statement: Statement
    options: Mapping[str, Any]
    completion: Record

    def find(self, backend: Backend, *, limit: int, skip: int) -> list[Record]:
        """Return one page of records."""
        found = backend.find(self.statement, limit=limit, skip=skip or None, **self.options)
        return [{**self.completion, **record} for record in found] if self.completion else found


def request_of(cls: type[EntityModel], selection: Selection, speaker: Speaker) -> Request:
    """Return how a selection is asked for.

    Sub-entities are asked for by parent: ``job=<id>`` in a condition becomes the parent.

    Raises:
        EntityStateError: they are sub-entities, and nothing is said about their parent.
        QueryFieldError: only the other generation has an attribute.
    """
    where, parent = _parted(cls, selection)
    if selection.prefetch:
        from accsyn_orm.entities.prefetching import refuse_foreign_names  # which asks by queries

        refuse_foreign_names(cls, selection.prefetch, speaker)
    statement = localized_statement(cls, where, speaker)
    options = {
        "entityid": parent,
        "attributes": _wire_attributes(cls, _needed(cls, selection, speaker), parent, speaker),
        "finished": selection.finished,
        "inactive": selection.inactive,
        "archived": selection.archived,
    }
    completion = {cls.__parent__: parent} if cls.__parent__ and parent else {}
    return Request(statement, options, completion)


def _parted(cls: type[EntityModel], selection: Selection) -> tuple[Expression | None, str | None]:
    """Return the condition, and the parent that it or ``under()`` names."""
    where, parent, name = selection.where, selection.parent, cls.__parent__
    if parent or name is None:
        return where, parent
    if where is None or not _mentions(where, name):
        kind = cls.__name__
        reason = f"found under one {name} only: use {name}.{kind.lower()}s or {kind}.{name} == …"
        raise EntityStateError(kind, reason)
    terms = list(where.operands if isinstance(where, And) else (where,))
    for term in terms:
        match term:
            case Comparison(attribute, Operator.EQUAL, str(value)) if attribute in {
                name,
                f"{name}.id",
            } and _ID.fullmatch(value):
                terms.remove(term)
                return all_of(terms) if terms else None, value
            case _:
                continue
    return where, None


def _needed(cls: type[EntityModel], selection: Selection, speaker: Speaker) -> tuple[str, ...]:
    """Return what to load: nothing can be fetched for what an entity refers to without it."""
    if not selection.attributes or not selection.prefetch:
        return selection.attributes
    needed = list(selection.attributes)
    for name in selection.prefetch:
        head = name.partition(".")[0]
        relation = getattr(cls, head)
        if isinstance(relation, One):
            needed.append(relation.link(speaker.protocol).attribute)
        elif not isinstance(relation, Relation):  # those go by the id, which is always there
            needed.append(head)
    return tuple(needed)


def _wire_attributes(
    cls: type[EntityModel], names: tuple[str, ...], parent: str | None, speaker: Speaker
) -> list[str] | None:
    if not names:
        return None
    names = tuple(holder(cls, name) for name in names)
    for name in names:
        refuse_foreign(cls, name, speaker)
    if cls.__parent__ and not parent and speaker.protocol == "v3":
        names = (*names, cls.__parent__)
    return list(dict.fromkeys(wire_name(cls, name, speaker) for name in names))


def _mentions(expression: Expression, name: str) -> bool:
    """Tell whether a condition is about an attribute, or about a part of it."""
    if isinstance(expression, Comparison):
        return expression.attribute.partition(".")[0] == name
    return any(_mentions(operand, name) for operand in expression.operands)
