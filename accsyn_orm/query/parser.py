"""Text to tree: the functions that read the query language.

The language is defined by ``grammar/accsyn.lark``; ``lalr.py`` puts that file to work and is loaded
when the first text is read, so that importing this package stays cheap.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from accsyn_orm.errors import QuerySyntaxError
from accsyn_orm.query.nodes import Expression, Statement

if TYPE_CHECKING:
    from accsyn_orm.query.lalr import Language
    from accsyn_orm.query.lexemes import Lexeme

CACHED_TEXT_LENGTH = 2_000
"""Longer texts are read anew each time, so that the cache stays small."""

_LIST_COMMA = re.compile(r"\s*,\s*")


def parse(text: str) -> Statement:
    """Read a statement, such as ``Job WHERE status=failed``.

    Entity type and attribute names come out in lower case, values as they were written. Equal texts
    give the same (immutable) statement.

    Raises:
        QuerySyntaxError: the text is not a statement; says where, why and what to write instead.

    Example:
        >>> parse("job where code='Daily backup'").where
        Field('code') == 'Daily backup'
    """
    _require_text(text)
    if len(text) > CACHED_TEXT_LENGTH:
        return _language().statement(text)
    return _cached_statement(text)


def parse_expression(text: str) -> Expression:
    """Read a bare condition: what stands behind ``WHERE``.

    Raises:
        QuerySyntaxError: the text is not a condition.
    """
    _require_text(text)
    return _language().expression(text)


def wire_expression(text: str) -> tuple[str, str | None]:
    """Split a statement into entity type and the condition as it goes to the backend.

    The condition keeps the user's own tokens – ``<>`` or ``!=``, either quotes, any case – and
    loses only what carries no meaning: blanks around symbols, line breaks between words.

    Returns:
        Lower-case entity type, and the condition or ``None``.

    Raises:
        QuerySyntaxError: the text is not a statement.

    Example:
        >>> wire_expression("Job where status <> failed")
        ('job', 'status<>failed')
    """
    statement = parse(text)
    if statement.where is None:
        return statement.entity, None
    condition = _condition if len(text) > CACHED_TEXT_LENGTH else _cached_condition
    return statement.entity, condition(text)


def lowercase(expression: str) -> str:
    r"""Lower-case a condition as the official client does – except for regular expressions.

    Old backends may expect it. The pattern of ``MATCHES`` is left alone, because there case is
    meaning: ``\S`` is the opposite of ``\s``.
    """
    kept = [
        (lexeme.match.end("word"), lexeme.end)
        for lexeme in _language().lexemes(expression)
        if lexeme.kind == "COMPARISON" and (lexeme.match["word"] or "").lower().endswith("matches")
    ]
    pieces: list[str] = []
    done = 0
    for start, end in kept:
        pieces += [expression[done:start].lower(), expression[start:end]]
        done = end
    return "".join([*pieces, expression[done:].lower()])


def _require_text(text: object) -> None:
    if not isinstance(text, str):
        raise QuerySyntaxError(f"a query is a str, not {type(text).__name__}", text="", position=0)


@functools.cache
def _language() -> Language:
    # Threads that meet here on first use may each build one; that costs time, and nothing else.
    from accsyn_orm.query.lalr import Language

    return Language()


@functools.lru_cache(maxsize=512)
def _cached_statement(text: str) -> Statement:
    return _language().statement(text)


def _condition(text: str) -> str:
    lexemes = list(_language().lexemes(text))
    return _joined(lexemes[2:])


@functools.lru_cache(maxsize=512)
def _cached_condition(text: str) -> str:
    return _condition(text)


def _joined(lexemes: list[Lexeme]) -> str:
    pieces: list[str] = []
    for before, lexeme in zip([None, *lexemes], lexemes, strict=False):
        if before and before.kind != "LPAR" and lexeme.kind != "RPAR":
            pieces.append(" ")
        pieces.append(_own_spelling(lexeme))
    return "".join(pieces)


def _own_spelling(lexeme: Lexeme) -> str:
    match = lexeme.match
    if lexeme.kind != "COMPARISON":
        return match[lexeme.kind]
    attribute, symbol, word, bare = match.group("attribute", "symbol", "word", "bare")
    operand = match.string[match.end("symbol" if symbol else "word") : match.end()].strip()
    if bare is not None:
        operand = _LIST_COMMA.sub(",", bare)
    if symbol:
        return f"{attribute}{symbol}{operand}"
    return " ".join([attribute, *word.split(), operand])
