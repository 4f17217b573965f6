"""Carrying out the commands that only read."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import typer

from accsyn_orm import Entity, Query
from accsyn_orm.cli.exits import UsageError
from accsyn_orm.cli.options import Access, Form, is_data
from accsyn_orm.cli.records import (
    columns_of,
    default_form,
    plain,
    write_entities,
    write_entity,
    write_facts,
)
from accsyn_orm.cli.values import entity_class, query_of
from accsyn_orm.errors import EntityStateError
from accsyn_orm.query import And, Expression, Or


def whoami(access: Access, form: Form | None) -> None:
    """Show who is signed in, where, and what with; never the key."""
    with access.session() as session:
        user = session.me()
        facts = {
            "user": user.code,
            "id": user.id,
            "role": user.role,
            "workspace": session.workspace,
            "protocol": session.protocol,
            "host": session.host,
            "signed in with": access.source().label,
        }
    write_facts(facts, form or default_form(is_single=True))


def find(
    query: Query[Entity], access: Access, form: Form | None, *, only: Sequence[str] = ()
) -> None:
    """Show the entities of a query, as they come."""
    names = tuple(columns_of(query.entity, only))
    query = query.only(*names) if names else query
    with access.session(), _parent_wanted(query.entity):
        write_entities(query.entity, query, form or default_form(is_single=False), only=names)


def get(
    type_name: str,
    ident: str,
    access: Access,
    form: Form | None,
    *,
    only: Sequence[str] = (),
    under: str | None = None,
) -> None:
    """Show one entity."""
    cls = entity_class(type_name)
    names = tuple(columns_of(cls, only))
    beneath: dict[str, Any] = {cls.__parent__: under} if cls.__parent__ else {}
    with access.session(), _parent_wanted(cls):
        entity = cls.get(ident, **beneath)
    write_entity(entity, form or default_form(is_single=True), only=names)


def show_parsed(text: str, form: Form | None) -> None:
    """Print a query in its canonical text, or its tree as data."""
    query = query_of(text)
    if not is_data(form):
        typer.echo(str(query))
        return
    where = query.selection.where
    document = {
        "entity": query.entity.__entity_type__,
        "where": None if where is None else _tree(where),
        "text": str(query),
    }
    write_facts(document, form)


def explain(
    query: Query[Entity],
    access: Access,
    form: Form | None,
    *,
    only: Sequence[str] = (),
    count: bool = False,
) -> None:
    """Show what a query would ask; signed in to nothing, what it would ask in each generation."""
    names = tuple(columns_of(query.entity, only))
    query = query.only(*names) if names else query
    with _parent_wanted(query.entity):
        if count or access.is_known:
            with access.session():
                found = query.explain(count=count)
        else:
            found = query.explain()
    if not is_data(form):
        typer.echo(str(found))
        return
    document = {
        "entity": found.entity,
        "query": found.query,
        "spelled": plain(found.spelled),
        "generation": found.generation,
        "request": None if found.request is None else str(found.request),
        "page_size": found.page_size,
        "count": found.count,
        "requests": found.requests,
        "most_requests": found.most_requests,
        "warnings": list(found.warnings),
    }
    write_facts(document, form)


@contextmanager
def _parent_wanted(cls: type[Entity]) -> Generator[None, None, None]:
    """Say by which option to name the parent of entities that live under another one.

    Raises:
        UsageError: it was not named.
    """
    try:
        yield
    except EntityStateError as error:
        if cls.__parent__ is None:
            raise
        reason = f"is found under one {cls.__parent__} only"
        hint = f"say --under ID, the id of the {cls.__parent__}"
        raise UsageError(cls.__name__, reason, hint=hint) from error


def _tree(expression: Expression) -> dict[str, object]:
    if isinstance(expression, (And, Or)):
        word = "and" if isinstance(expression, And) else "or"
        return {word: [_tree(operand) for operand in expression.operands]}
    value = expression.value
    return {
        "attribute": expression.attribute,
        "operator": str(expression.operator),
        "value": value if isinstance(value, str) else list(value),
    }
