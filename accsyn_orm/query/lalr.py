"""The grammar file at work: Lark's LALR tables, and a lexer made from the grammar's own terminals.

The only module that imports Lark; loaded when the first text is parsed. Nothing here recurses with
the text: tables and lexer are iterative, and the tree is flattened before its depth is looked at.
"""

from __future__ import annotations

import importlib.resources
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias, cast

from lark import Lark, Token, Transformer
from lark.common import LexerConf
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer, TerminalDef
from typing_extensions import Self

from accsyn_orm.errors import QuerySyntaxError, QueryValueError
from accsyn_orm.query.diagnosis import diagnose, refused_value, too_deep
from accsyn_orm.query.lexemes import Lexeme
from accsyn_orm.query.nodes import (
    MAX_NESTING,
    SIGNS,
    And,
    Comparison,
    Expression,
    Operator,
    Or,
    Statement,
    nesting_error,
)

_PARTS = ("attribute", "symbol", "word", "double", "single", "bare")


def comparison(match: re.Match[str]) -> Comparison:
    """Build the node of a comparison that the lexer found.

    Raises:
        QueryValueError: the right side is not what the operator takes.
    """
    attribute, symbol, word, double, single, bare = match.group(*_PARTS)
    operator = SIGNS[symbol] if symbol else Operator(" ".join(word.upper().split()))
    text = bare or double or single or ""
    if operator.takes_list:
        return Comparison(attribute.lower(), operator, _items(text, is_bare=bool(bare)))
    if bare and len(bare.split(None, 1)) > 1:
        raise QueryValueError(bare, "a value with blanks needs quotes", hint=f'write "{bare}"')
    return Comparison(attribute.lower(), operator, text)


def _items(text: str, *, is_bare: bool) -> tuple[str, ...]:
    items = tuple([item.strip() for item in text.split(",")])
    if not all(items):
        raise QueryValueError(text, "an item of the list is empty", hint="write IN 0,2")
    if is_bare and not _OPERATOR_CHARACTERS.isdisjoint(text):
        hint = 'put the whole list in quotes: IN "a=1,b=2"'
        raise QueryValueError(text, "an unquoted list cannot hold = < >", hint=hint)
    return items


_OPERATOR_CHARACTERS = frozenset("=<>")


class _Both(list[Any]):
    """Operands of AND, not yet flattened: lists grow in place, nodes cannot."""


class _Either(list[Any]):
    """Operands of OR, not yet flattened."""


_Part: TypeAlias = Comparison | _Both | _Either


def _finish(part: _Part, level: int = 1) -> Expression:
    """Turn collected operands into nodes; recursion is bounded by the nesting of the result."""
    if isinstance(part, Comparison):
        return part
    if level > MAX_NESTING:
        raise nesting_error()
    kind = type(part)
    operands: list[Expression] = []
    pending = part[::-1]
    while pending:
        operand = pending.pop()
        if type(operand) is kind:
            pending.extend(operand[::-1])
        else:
            operands.append(_finish(operand, level + 1))
    return And(tuple(operands)) if kind is _Both else Or(tuple(operands))


class _TreeBuilder(Transformer[Token, Any]):
    """Callbacks by the names of the grammar's rules, aliases and terminals."""

    def COMPARISON(self, token: Token) -> Comparison:  # noqa: N802  # named like the terminal
        match: re.Match[str] = token.value
        try:
            return comparison(match)
        except QueryValueError as error:
            raise refused_value(match, error) from error

    def group(self, children: list[Any]) -> _Part:
        part: _Part = children[1]
        return part

    def both(self, children: list[Any]) -> _Both:
        left, _, right = children
        if type(left) is not _Both:
            return _Both((left, right))
        left.append(right)
        return left

    def either(self, children: list[Any]) -> _Either:
        left, _, right = children
        if type(left) is not _Either:
            return _Either((left, right))
        left.append(right)
        return left

    def statement(self, children: list[Any]) -> list[Any]:
        return children


class _Found(Token):
    """A token that carries what the lexer found; only a refused one is asked for its place."""

    __slots__ = ()
    start_pos = line = column = end_line = end_column = end_pos = None

    def __new__(cls, match: re.Match[str]) -> Self:  # pyright: ignore[reportIncompatibleMethodOverride]  # made here
        token = str.__new__(cls)
        token.type = cast("str", match.lastgroup)
        token.value = match
        return token


class _Lexer(Lexer):
    """One regular expression made of the grammar's terminals.

    No terminal depends on what came before, so no parser state is needed to choose between them.
    """

    def __init__(self, lexer_conf: LexerConf) -> None:
        self._finditer = _compile(lexer_conf.terminals).finditer

    def lex(self, text: str) -> Iterator[Token]:  # type: ignore[override]  # custom lexers get the text
        for match in self._finditer(text, 0, len(text.rstrip())):
            yield _Found(match)


def _compile(terminals: Iterable[TerminalDef]) -> re.Pattern[str]:
    ordered = sorted(terminals, key=lambda terminal: -terminal.priority)
    named = [f"(?P<{terminal.name}>{terminal.pattern.to_regexp()})" for terminal in ordered]
    return re.compile(rf"\s*(?:{'|'.join(named)}|(?P<ERROR>\S))")


class Language:
    """The language as the grammar file defines it; immutable and safe to share between threads."""

    def __init__(self) -> None:
        self._lark = Lark(
            _grammar_text(),
            parser="lalr",
            lexer=_Lexer,
            start=["statement", "expression"],
            transformer=_TreeBuilder(),
            keep_all_tokens=True,
            maybe_placeholders=False,
        )
        self._pattern = _compile(self._lark.terminals)

    def statement(self, text: str) -> Statement:
        """Read a whole statement."""
        entity, *where = self._read(text, "statement")
        condition = self._finish(text, where[1]) if where else None
        return Statement(entity.value["ENTITY"].lower(), condition)

    def expression(self, text: str) -> Expression:
        """Read a bare condition."""
        return self._finish(text, self._read(text, "expression"))

    def lexemes(self, text: str) -> Iterator[Lexeme]:
        """Split into tokens with their places, without asking whether they make sense together."""
        for match in self._pattern.finditer(text, 0, len(text.rstrip())):
            yield Lexeme(cast("str", match.lastgroup), match)

    def _read(self, text: str, start: str) -> Any:
        try:
            return self._lark.parse(text, start)  # pyright: ignore[reportUnknownMemberType]  # Lark's
        except UnexpectedToken as error:
            # Not chained: the cause holds parser tables and stacks, nothing a reader could use.
            raise self._refusal(text, error) from None

    def _refusal(self, text: str, error: UnexpectedToken) -> QuerySyntaxError:
        if not isinstance(error.token, _Found):  # Lark's own token for the end
            return diagnose(text, list(self.lexemes(text)), None, error.expected)
        refused = Lexeme(error.token.type, error.token.value)
        before = itertools.takewhile(lambda other: other.start < refused.start, self.lexemes(text))
        return diagnose(text, list(before), refused, error.expected)

    def _finish(self, text: str, part: _Part) -> Expression:
        try:
            return _finish(part)
        except QueryValueError as error:
            raise too_deep(text, self.lexemes(text), error) from error


def _grammar_text() -> str:
    packaged = importlib.resources.files("accsyn_orm").joinpath("grammar/accsyn.lark")
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "grammar" / "accsyn.lark").read_text(encoding="utf-8")
