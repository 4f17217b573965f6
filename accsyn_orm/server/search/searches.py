"""``find``: from the options of a search to one statement; no row is judged in Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_

from accsyn_orm.query import And, Comparison, Expression, Operator
from accsyn_orm.server.access.policy import access, sees_internal
from accsyn_orm.server.access.roles import is_internal
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, TESTS, behaviour
from accsyn_orm.server.refusals import Refusal, unknown_attribute
from accsyn_orm.server.rules import EntityRules
from accsyn_orm.server.rules.base import payload
from accsyn_orm.server.rules.jobs import jobs_of_type
from accsyn_orm.server.rules.schema import Check, boolean, filled_text, whole_number
from accsyn_orm.server.search.compile import compile_filter
from accsyn_orm.server.storage.literals import NULL
from accsyn_orm.server.storage.records import select_records
from accsyn_orm.server.storage.store import Record, in_scopes, read_records
from accsyn_orm.server.storage.tables import JOBS, EntityTable, Generation, Scope

_MOST = 2**31 - 1
MAX_PAGE = 50_000
"""Records of one answer."""


def _names(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise Refusal(f"{name} is a list of attribute names")
    return [_whole_name(name, item) for item in value]  # pyright: ignore[reportUnknownVariableType]  # JSON


def _whole_name(name: str, value: Any) -> str:
    chosen = filled_text(name, value)
    if "." in chosen:
        raise Refusal(f"{name} are chosen whole: {chosen.partition('.')[0]!r}, not {chosen!r}")
    return chosen


_IN_BOTH: Mapping[str, Check] = {
    "finished": boolean,
    "archived": boolean,
    "limit": whole_number(0, MAX_PAGE),
    "skip": whole_number(0, _MOST),
    "attributes": _names,
}
_OPTIONS: Mapping[Generation, Mapping[str, Check]] = {
    "v1": {**_IN_BOTH, "offline": boolean},
    "v3": {
        **_IN_BOTH,
        "parent": filled_text,
        "inactive": boolean,
        "single_entity_query": boolean,
    },
}
_OF_V1_JOBS: Mapping[str, Check] = {"type": whole_number(0, 99)}
"""v1 tells kinds of jobs, and queues, apart by type."""

_CONFINING = frozenset({"id", "parent", "parent.id", "job", "job.id"})
"""What a search for tasks has to compare: everything else would look at all jobs."""

_SCOPES = {
    "finished": Scope.FINISHED,
    "inactive": Scope.INACTIVE,
    "offline": Scope.INACTIVE,
    "archived": Scope.ARCHIVED,
}


@dataclass(frozen=True, slots=True)
class Search:
    """One search.

    Attributes:
        rules: what is searched.
        where: the condition, or ``None``.
        ident: one entity, in whatever scope it is.
        options: the checked options.
    """

    rules: EntityRules
    where: Expression | None
    ident: str | None
    options: Mapping[str, Any]

    @property
    def is_single(self) -> bool:
        """Whether only one entity is wanted."""
        return bool(self.options.get("single_entity_query"))


@behaviour(CLIENT_SOURCE, "find", "options that a generation does not have are refused")
def read_search(
    rules: EntityRules, generation: Generation, query: str | None, ident: str | None, data: Any
) -> Search:
    """Take a search apart.

    Raises:
        Refusal: an option is unknown or of the wrong type.
        QueryError: the expression is no expression.
    """
    known = {**_OPTIONS[generation], **rules.search_options}
    if generation == "v1" and rules.name == "job":
        known |= _OF_V1_JOBS
    options: dict[str, Any] = {}
    for name, value in payload(data or {}).items():
        if name not in known:
            raise unknown_attribute("find", name, known)
        options[name] = known[name](f"find: {name}", value)
    return Search(rules, rules.read_query(query) if query else None, ident, options)


@behaviour(TESTS, "find", "what the caller may not see does not exist")
@behaviour(DOCUMENTED, "find", "one entity is looked for among the finished as well")
@behaviour(TESTS, "find", "an id finds an entity in every state")
@behaviour(INFERRED, "find", "entities come in order of creation")
@behaviour(INFERRED, "find", "one answer has at most 50,000 entities")
def find(call: Call, search: Search) -> list[Record]:
    """Run a search; what the caller may not see does not exist for it.

    A search for a single entity looks among the finished when nothing active is found.
    """
    search = replace(search, where=search.rules.search(call, search.where, search.options))
    conditions = _conditions(call, search)
    if not search.rules.has_scopes or search.ident is not None:
        return _select(call, search, conditions)
    scopes = {scope for name, scope in _SCOPES.items() if search.options.get(name)}
    found = _select(call, search, [*conditions, _in(call, search, scopes or {Scope.ACTIVE})])
    if not found and search.is_single and not scopes:
        found = _select(call, search, [*conditions, _in(call, search, {Scope.FINISHED})])
    return found


def _conditions(call: Call, search: Search) -> list[ColumnElement[bool]]:
    entity, caller = search.rules.entity, call.caller
    columns = entity.table.c
    conditions = [columns.workspace == caller.workspace, access(entity.name, caller).read(caller)]
    if entity.condition is not None:
        conditions.append(entity.condition)
    if search.ident is not None:
        conditions.append(columns.id == search.ident)
    if "parent" in search.options:
        conditions.append(_parent_column(entity) == search.options["parent"])
    if entity is JOBS and search.ident is None:
        of_type = jobs_of_type(caller.generation, search.options.get("type"))
        conditions.extend([] if of_type is None else [of_type])
    if search.where is not None:
        _require_external(call, entity, search.where)
        conditions.append(compile_filter(search.where, entity, generation=caller.generation))
    if _is_own_profile(search):
        conditions.append(columns.id == caller.user_id)
    if not search.rules.has_scopes and not _names_parent(search):
        raise Refusal(
            f"say of which job: {entity.name}s are found with data.parent, "
            "or with job.id=<id> AND … in the query"
        )
    return conditions


@behaviour(DOCUMENTED, "find", "internal metadata does not exist for standard users")
def _require_external(call: Call, entity: EntityTable, where: Expression) -> None:
    """Refuse questions about what the caller may not see, as if it was not there."""
    if sees_internal(call.caller):
        return
    pending = [where]
    while pending:
        expression = pending.pop()
        if isinstance(expression, Comparison):
            first, *rest = expression.attribute.split(".")
            if first == "metadata" and rest and is_internal(rest[0]):
                raise entity.no_such_attribute(expression.attribute)
        else:
            pending.extend(expression.operands)


@behaviour(DOCUMENTED, "find", "a search for one user without condition is for the own profile")
def _is_own_profile(search: Search) -> bool:
    """Whether this is ``find_one("User")``, which means: me."""
    is_bare = search.where is None and search.ident is None
    return search.is_single and is_bare and search.rules.name == "user"


def _parent_column(entity: EntityTable) -> ColumnElement[str]:
    parent = entity.attribute("parent")
    if parent is None:
        raise Refusal(f"a {entity.name} has no parent to search beneath")
    return entity.column(parent.name)


@behaviour(INFERRED, "find", "tasks are found beneath one job only")
def _names_parent(search: Search) -> bool:
    """Tell whether a search is confined to one parent, or to one entity."""
    if search.ident is not None or "parent" in search.options:
        return True
    where = search.where
    required = where.operands if isinstance(where, And) else (where,)
    return any(_is_one_of_parent(expression) for expression in required)


def _is_one_of_parent(expression: Expression | None) -> bool:
    return (
        isinstance(expression, Comparison)
        and expression.attribute in _CONFINING
        and expression.operator is Operator.EQUAL
        # Neither of these is an id: one is any job, the other none.
        and "*" not in expression.value
        and expression.value != NULL
    )


def _in(call: Call, search: Search, scopes: set[Scope]) -> ColumnElement[bool]:
    return in_scopes(call, search.rules.entity, scopes)


def _select(call: Call, search: Search, conditions: list[ColumnElement[bool]]) -> list[Record]:
    entity, generation = search.rules.entity, call.caller.generation
    chosen = search.options.get("attributes")
    names = None if chosen is None else tuple(chosen)
    statement = select_records(entity, generation, names).where(and_(*conditions))
    statement = statement.order_by(entity.table.c.sequence)
    limit = 1 if search.is_single else search.options.get("limit")
    statement = statement.limit(limit or MAX_PAGE + 1)
    if search.options.get("skip"):
        statement = statement.offset(search.options["skip"])
    found = read_records(call, statement)
    if len(found) > MAX_PAGE:
        raise Refusal(
            f"find: there are more than {MAX_PAGE} of them: ask for pages, with limit and skip"
        )
    return found
