"""What the calls of every domain are made of: lists of records, and codes that stand for ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.errors import EntityNotFoundError, MultipleEntitiesError
from accsyn_orm.query import Comparison, Operator, Statement, render
from accsyn_orm.session.core import SessionCore
from accsyn_orm.session.payloads import check_code, is_id
from accsyn_orm.session.queries import Question, Scope, find_options, read_query
from accsyn_orm.wire.codec import decode_records
from accsyn_orm.wire.versions import V1, base_uri

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accsyn_orm.entities.backend import Record


# v1.0 looks in one scope at a time.
_JOB_SCOPES = (Scope(), Scope(finished=True), Scope(archived=True))
_OTHER_SCOPES = (Scope(), Scope(inactive=True), Scope(archived=True))


_CREATED_IN_NUMBERS = frozenset({"file", "task"})


class Lookups(SessionCore):
    """Reads lists of records, by query or by code."""

    def _read(self, query: str | Statement) -> Question:
        return read_query(query, lowercase_queries=self._lowercase_queries)

    def _find(self, question: Question, options: dict[str, Any]) -> list[Record]:
        uri = f"{base_uri(self._generation, question.entitytype)}/find"
        return self._list(uri, options, question.expression)

    def _get_in_v1(self, name: str, ident: str) -> Record | None:
        scopes = _JOB_SCOPES if name == "job" else _OTHER_SCOPES
        question = Question(name, render(Comparison("id", Operator.EQUAL, ident)))
        for scope in scopes[:1] if name == "task" else scopes:
            found = self._find(question, find_options(V1, name, scope))
            if found:
                return found[0]
        return None

    def _list(
        self,
        uri: str,
        options: Mapping[str, Any] | None,
        expression: str | None = None,
        *,
        entityid: str | None = None,
    ) -> list[Any]:
        result: object = self._connection.call(
            "GET", uri, options, query=expression, entityid=entityid
        )
        if result is None:
            return []
        if not isinstance(result, list):
            self._connection.reject(uri, "the answer holds no list")
        found = cast("list[object]", result)
        decode_records(found)
        return found

    def _records(
        self,
        uri: str,
        options: Mapping[str, Any] | None,
        expression: str | None = None,
        *,
        entityid: str | None = None,
    ) -> list[Record]:
        found = self._list(uri, options, expression, entityid=entityid)
        if not all(isinstance(item, dict) for item in found):
            self._connection.reject(uri, "the answer holds something that is no record")
        return found

    def _identify(self, entitytype: str, ident: str) -> str:
        """Return an id for an id or a code.

        Raises:
            EntityNotFoundError: nothing has this code.
            MultipleEntitiesError: the code is not unique, as those of jobs.
        """
        found = self._id_of(entitytype, ident)
        if found is None:
            raise EntityNotFoundError(entitytype, f"code {ident!r}")
        return found

    def _id_of(self, entitytype: str, ident: str) -> str | None:
        """Return an id for an id or a code, or ``None`` if nothing has this code."""
        text = check_code(entitytype, ident)
        if is_id(text):
            return text
        uri = f"{base_uri(self._generation, entitytype)}/find"
        options: dict[str, Any] | None = {} if self._generation is V1 else None
        found = self._records(uri, options, code_condition(text))
        if len(found) > 1:
            raise MultipleEntitiesError(entitytype, f"code {text!r}")
        if not found:
            return None
        identifier = found[0].get("id")
        if not isinstance(identifier, str) or not is_id(identifier):
            self._connection.reject(uri, f"the answer names no id for code {text!r}")
        return identifier


def code_condition(code: str) -> str:
    """Write the condition that finds a code, with the quotes that the official client puts.

    Raises:
        QueryValueError: the code holds both kinds of quotes.
    """
    node = Comparison("code", Operator.EQUAL, code)  # refuses what cannot be quoted
    quote = '"' if "'" in code else "'"
    return f"{node.attribute}={quote}{code}{quote}"


def records_in(result: object) -> list[Record]:
    """Return the records in a result, whatever shape it has; there are none in ``true``."""
    items = cast("list[object]", result if isinstance(result, list) else [result])
    records = [cast("Record", item) for item in items if isinstance(item, dict)]
    decode_records(records)
    return records


def created_in(entitytype: str, result: object) -> Record | list[Record]:
    """Return what was created: a list of what is created in numbers, or if there are several."""
    records = records_in(result)
    if entitytype in _CREATED_IN_NUMBERS or len(records) > 1:
        return records
    return records[0] if records else {}
