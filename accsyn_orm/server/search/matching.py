"""MATCHES in SQL: the database asks us, as none has regular expressions that mean Python's.

SQLite calls a function of ours for each row. PostgreSQL cannot; and its own regular expressions
depend on the language of the database. There the statement compares with the texts that match:
before it runs, the different texts of the column are read in the same transaction, and those that
match become one bound array.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Boolean, ColumnElement, Connection, FromClause, bindparam, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType

from accsyn_orm.server.search.regex import check_pattern, is_match

FUNCTION = "accsyn_matches"

_ROWS_AT_ONCE = 5_000


def matches(
    pattern: str, text: ColumnElement[str], *, beside: FromClause | None = None
) -> ColumnElement[bool]:
    """Return whether a text matches a pattern somewhere; NULL for no text.

    Args:
        pattern: the regular expression.
        text: what is searched.
        beside: the table that the rows of a table-valued function, of which the text is, are
            made from.

    Raises:
        QueryValueError: the pattern cannot be used.
    """
    wanted = _Matching(check_pattern(pattern), text, beside)
    return _matches(pattern, text, bindparam(None, wanted, type_=_Texts(), unique=True))


def install_functions(dbapi_connection: Any) -> None:
    """Give one SQLite connection the function that compiled conditions call.

    Args:
        dbapi_connection: the driver's own connection, as in SQLAlchemy's ``connect`` event.
    """
    dbapi_connection.create_function(FUNCTION, 2, _is_match_or_null, deterministic=True)


def with_matching_texts(connection: Connection, parameters: Any) -> Any:
    """Replace patterns among the parameters of a statement for PostgreSQL by what matches them.

    Args:
        connection: what the statement is about to run on.
        parameters: those of one run of the statement, or of many; only one run has patterns.
    """
    if not isinstance(parameters, Mapping):
        return parameters
    given = cast("Mapping[str, Any]", parameters)
    found = {
        name: value.texts(connection) for name, value in given.items() if type(value) is _Matching
    }
    return {**given, **found} if found else given


@dataclass(frozen=True, slots=True)
class _Matching:
    """Stands for the texts that match, until the statement runs."""

    pattern: str
    text: ColumnElement[str]
    beside: FromClause | None

    def texts(self, connection: Connection) -> list[str]:
        statement = select(self.text).where(self.text.is_not(None)).distinct()
        if self.beside is not None:
            statement = statement.select_from(self.beside)
        # A column of a large table need not fit in memory twice.
        rows = connection.execute(statement.execution_options(yield_per=_ROWS_AT_ONCE))
        return [text for (text,) in rows if is_match(self.pattern, text)]


class _Texts(UserDefinedType[Any]):
    """An array of texts on PostgreSQL; the driver turns the list into it."""

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_options: Any) -> str:
        return "TEXT[]"


class _matches(FunctionElement[bool]):  # noqa: N801  # used like a function, as SQLAlchemy's own
    """Pattern, text, and the texts that match, of which each database takes two."""

    name = FUNCTION
    type = Boolean()
    inherit_cache = True


@compiles(_matches, "sqlite")
def _call(element: _matches, compiler: SQLCompiler, **options: Any) -> str:
    pattern, text, _texts = element.clauses
    arguments = ", ".join(compiler.process(part, **options) for part in (pattern, text))
    return f"{FUNCTION}({arguments})"


@compiles(_matches, "postgresql")
def _compare(element: _matches, compiler: SQLCompiler, **options: Any) -> str:
    _pattern, text, texts = element.clauses
    return f"({compiler.process(text, **options)} = ANY ({compiler.process(texts, **options)}))"


def _is_match_or_null(pattern: str, text: str | None) -> bool | None:
    return None if text is None else is_match(pattern, text)
