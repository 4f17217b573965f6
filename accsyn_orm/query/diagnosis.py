"""What is wrong with a text that the grammar refused: where, why, and what to write instead.

Nothing here decides what the language is. The parser has already failed, and says at which token
and what could have stood there; this module finds the words for it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Sequence

from accsyn_orm.errors import QuerySyntaxError, QueryValueError
from accsyn_orm.query.hints import (
    CONDITION_HINT,
    JOIN_HINT,
    LOGIC_HINTS,
    NOT_IN_LANGUAGE,
    OPERATORS_HINT,
    SYMBOL_HINTS,
    WORD_HINTS,
)
from accsyn_orm.query.lexemes import Lexeme
from accsyn_orm.query.nodes import KEYWORDS, SIGNS, WORD_OPERATORS

_SHOWN = 40
_WORD = re.compile(r"""[^\s()"',=<>!&|;~]+""")
_ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_-]+)*")
_SYMBOL_RUN = re.compile(r"[=<>!~]+")
_LOGIC_RUN = re.compile(r"[&|,;]+")
_SPACE = re.compile(r"\s*")


def refused_value(match: re.Match[str], error: QueryValueError) -> QuerySyntaxError:
    """Place what a node refused at the right side of its comparison."""
    group = next(name for name in ("bare", "double", "single") if match[name] is not None)
    position = match.start(group)
    return QuerySyntaxError(error.reason, text=match.string, position=position, hint=error.hint)


def too_deep(text: str, lexemes: Iterable[Lexeme], error: QueryValueError) -> QuerySyntaxError:
    """Place a nesting that was refused at the deepest parenthesis."""
    depth = deepest = position = 0
    for lexeme in lexemes:
        depth += (lexeme.kind == "LPAR") - (lexeme.kind == "RPAR")
        if depth > deepest:
            deepest, position = depth, lexeme.start
    return QuerySyntaxError(error.reason, text=text, position=position, hint=error.hint)


def diagnose(
    text: str, accepted: Sequence[Lexeme], refused: Lexeme | None, expected: Collection[str]
) -> QuerySyntaxError:
    """Explain why a token cannot stand where it stands.

    Args:
        text: the whole text.
        accepted: the tokens before it.
        refused: the token; ``None`` when the text ended too early.
        expected: terminals that could have stood there.
    """
    problem = _Problem(text, accepted, refused)
    if "ENTITY" in expected:
        return problem.instead_of_entity()
    if "WHERE" in expected:
        return problem.instead_of_where()
    if "COMPARISON" in expected:
        return problem.instead_of_condition()
    return problem.after_condition()


class _Problem:
    """One refused token, and the text around it."""

    def __init__(self, text: str, accepted: Sequence[Lexeme], refused: Lexeme | None) -> None:
        self._text = text
        self._accepted = accepted
        self._previous = accepted[-1] if accepted else None
        self._kind = refused.kind if refused else "END"
        self._position = refused.start if refused else len(text)
        self._word = self._word_at(self._position)

    # -- where a token of another kind should stand -----------------------------------------------

    def instead_of_entity(self) -> QuerySyntaxError:
        if self._kind == "END":
            return self._error("the query is empty", "start with an entity type, such as Job")
        if self._kind == "COMPARISON":
            return self._error("the entity type is missing", "write Job WHERE …, for instance")
        if self._word.upper() == "WHERE":
            return self._error("the entity type before WHERE is missing", "write Job WHERE …")
        hint = "write its name first, such as Job, without quotes or parentheses"
        return self._error("a query starts with one entity type", hint)

    def instead_of_where(self) -> QuerySyntaxError:
        entity = self._previous_text()
        if self._is_glued() and self._kind not in {"LPAR", "END"}:
            start = self._previous_start()
            whole = self._text[start : start + _SHOWN].split(None, 1)[0]
            hint = f"write {entity}; a query is about one entity type, a plain name"
            return self._error(f"{whole!r} is not an entity type", hint)
        if entity.lower() in NOT_IN_LANGUAGE:
            self._position = self._previous_start()
            return self._not_in_language(entity)
        if self._word.lower() in NOT_IN_LANGUAGE:
            return self._not_in_language(self._word)
        if self._kind == "ERROR":
            hint = f"write {entity}, or {entity} WHERE …; one query is about one entity type"
            return self._error("this cannot follow an entity type", hint)
        if _nearest(self._word, ["WHERE"]):
            return self._error(f"unknown keyword {self._word!r}", "did you mean WHERE?")
        return self._error("WHERE is missing", f"write {entity} WHERE …")

    def instead_of_condition(self) -> QuerySyntaxError:
        before = self._previous_text().upper() if self._previous else ""
        word = self._word.upper()
        if self._kind == "END":
            place = f"after {before}" if before else "in an empty text"
            return self._error(f"a condition is missing {place}", CONDITION_HINT)
        if word == "NOT":
            hint = "there is no NOT of its own: use !=, NOT IN, NOT CONTAINS, NOT MATCHES"
            return self._error("NOT cannot stand before a condition", hint)
        if word == "WHERE":
            return self._error("a second WHERE", "join conditions with AND or OR")
        if word in {"AND", "OR"}:
            return self._error(f"a condition is missing before {word}", self._keyword_hint(word))
        if self._kind == "RPAR":
            return self._error("a condition is missing before )", CONDITION_HINT)
        return self._broken_comparison()

    def after_condition(self) -> QuerySyntaxError:
        if self._kind == "END":
            return self._unclosed_parenthesis()
        if self._kind == "RPAR":
            return self._error("this ) closes nothing", "remove it, or write the ( it belongs to")
        if self._is_glued():
            return self._glued_to_condition()
        if self._word:
            return self._word_after_condition()
        run = _LOGIC_RUN.match(self._text, self._position)
        if run:
            return self._error(f"unknown {run[0]!r}", LOGIC_HINTS.get(run[0], "write AND or OR"))
        return self._error("AND or OR is missing here", JOIN_HINT)

    def _word_after_condition(self) -> QuerySyntaxError:
        if self._kind == "WHERE":
            return self._error("a second WHERE", "join conditions with AND or OR")
        if self._word.lower() in NOT_IN_LANGUAGE:
            return self._not_in_language(self._word)
        near = _nearest(self._word, ["AND", "OR"])
        if near:
            return self._error(f"unknown keyword {self._word!r}", f"did you mean {near}?")
        return self._error("AND or OR is missing here", JOIN_HINT)

    # -- inside a comparison ----------------------------------------------------------------------

    def _broken_comparison(self) -> QuerySyntaxError:
        if not self._word:
            return self._no_attribute()
        if self._word.partition(".")[0].lower() in KEYWORDS:
            return self._keyword_instead_of_attribute()
        if not _ATTRIBUTE.fullmatch(self._word):
            hint = "attributes are written with a-z, 0-9 and _, and stand left of the operator"
            return self._error(f"{_shortened(self._word)!r} is not an attribute name", hint)
        after = self._after_space(self._position + len(self._word))
        return self._broken_operator(self._word, after)

    def _no_attribute(self) -> QuerySyntaxError:
        char = self._char_at(self._position)
        if char in {'"', "'"}:
            return self._quote_instead_of_attribute()
        if _SYMBOL_RUN.match(self._text, self._position):
            return self._error("an attribute is missing before the operator", CONDITION_HINT)
        return self._error(f"a condition cannot start with {char!r}", CONDITION_HINT)

    def _keyword_instead_of_attribute(self) -> QuerySyntaxError:
        word = self._word.upper()
        if word in WORD_OPERATORS:
            return self._error(f"an attribute is missing before {word}", f"write name {word} text")
        return self._error(f"{self._word!r} starts with a keyword", "no attribute is called that")

    def _quote_instead_of_attribute(self) -> QuerySyntaxError:
        if self._text.find(self._char_at(self._position), self._position + 1) < 0:
            return self._unclosed_quote(self._position)
        hint = "the attribute stands left of the operator, without quotes"
        return self._error("a condition starts with an attribute", hint)

    def _broken_operator(self, attribute: str, position: int) -> QuerySyntaxError:
        symbol = _SYMBOL_RUN.match(self._text, position)
        if symbol and symbol[0] in SIGNS:
            return self._broken_value(symbol[0], self._after_space(symbol.end()))
        if symbol:
            hint = SYMBOL_HINTS.get(symbol[0], OPERATORS_HINT)
            return self._error(f"unknown operator {_shortened(symbol[0])!r}", hint, position)
        word = self._word_at(position)
        if not word or word.lower() in {"and", "or", "where"}:
            reason = f"an operator and a value are missing after {_shortened(attribute)!r}"
            return self._error(reason, f"write {_shortened(attribute)}=…", position)
        return self._broken_word_operator(word, position)

    def _broken_word_operator(self, word: str, position: int) -> QuerySyntaxError:
        operator, end = word.upper(), position + len(word)
        if operator == "NOT":
            second = self._after_space(end)
            operator = f"NOT {self._word_at(second).upper()}".rstrip()
            end = second + len(operator) - len("NOT ")
        if operator in WORD_OPERATORS:
            return self._broken_value(operator, self._after_space(end))
        near = _nearest(operator, WORD_OPERATORS)
        meant = f"did you mean {near}?" if near else OPERATORS_HINT
        hint = WORD_HINTS.get(word.lower(), meant)
        return self._error(f"unknown operator {_shortened(operator)!r}", hint, position)

    def _broken_value(self, operator: str, position: int) -> QuerySyntaxError:
        char = self._char_at(position)
        if char in {'"', "'"}:
            return self._unclosed_quote(position)
        if char == "(" and operator in {"IN", "NOT IN"}:
            hint = f'write {operator} 0,2 or {operator} "first item,second item"'
            return self._error("a list is written without parentheses", hint, position)
        if char == "(":
            return self._parenthesis_in_value(position)
        if char and char in "=<>!":
            reason = f"a value that starts with {char!r} needs quotes"
            return self._error(reason, f'write {operator}"{char}…"', position)
        word = self._word_at(position)
        if char in {"", ")"} or word.lower() in KEYWORDS:
            reason = f"a value is missing after {operator}"
            return self._error(reason, self._keyword_hint(word), position)
        return self._error(f"a blank is missing after {operator}", f"write {operator} …", position)

    # -- behind a condition -----------------------------------------------------------------------

    def _glued_to_condition(self) -> QuerySyntaxError:
        char = self._char_at(self._position)
        if self._previous and self._previous.match["bare"] is not None:
            if char == "(":
                return self._parenthesis_in_value(self._position)
            hint = "put the whole value into quotes of the other kind"
            return self._error("a quote inside an unquoted value", hint)
        if char == "," and self._previous_text().endswith(('"', "'")):
            hint = 'put the whole list into one pair of quotes: "first item,second item"'
            return self._error("a list is one value", hint)
        if self._previous_text().endswith(('"', "'")):
            hint = "there is no escape: put a value that holds one kind of quotes into the other"
            return self._error("text right behind a closing quote", hint)
        return self._error("AND or OR is missing here", JOIN_HINT)

    def _unclosed_parenthesis(self) -> QuerySyntaxError:
        opened: list[int] = []
        for lexeme in self._accepted:
            if lexeme.kind == "LPAR":
                opened.append(lexeme.start)
            elif lexeme.kind == "RPAR":
                opened.pop()
        return self._error("this ( is never closed", "write the ) that belongs to it", opened[-1])

    # -- words for several places -----------------------------------------------------------------

    def _unclosed_quote(self, position: int) -> QuerySyntaxError:
        quote = self._char_at(position)
        other = "'" if quote == '"' else '"'
        hint = f"there is no escape: a value that holds {quote} goes between {other} and {other}"
        return self._error(f"the closing {quote} is missing", hint, position)

    def _parenthesis_in_value(self, position: int) -> QuerySyntaxError:
        hint = 'write "a (b)", or AND or OR before a group'
        return self._error("a value that holds a parenthesis needs quotes", hint, position)

    def _not_in_language(self, word: str) -> QuerySyntaxError:
        hint = NOT_IN_LANGUAGE[word.lower()]
        return self._error(f"{word.upper()} is not part of the language", hint)

    def _keyword_hint(self, word: str) -> str:
        return f'if {word} is meant as a value, write "{word}"' if word else 'no text at all is ""'

    def _error(self, reason: str, hint: str, position: int | None = None) -> QuerySyntaxError:
        place = self._position if position is None else position
        return QuerySyntaxError(reason, text=self._text, position=place, hint=hint)

    # -- the text around --------------------------------------------------------------------------

    def _char_at(self, position: int) -> str:
        return self._text[position : position + 1]

    def _word_at(self, position: int) -> str:
        found = _WORD.match(self._text, position)
        return found[0] if found else ""

    def _after_space(self, position: int) -> int:
        found = _SPACE.match(self._text, position)
        return found.end() if found else position

    def _previous_start(self) -> int:
        return self._previous.start if self._previous else 0

    def _previous_text(self) -> str:
        return self._text[self._previous.start : self._previous.end] if self._previous else ""

    def _is_glued(self) -> bool:
        return self._previous is not None and self._previous.end == self._position


def _nearest(word: str, candidates: Sequence[str]) -> str | None:
    if len(word) > _SHOWN:
        return None
    return next(iter(difflib.get_close_matches(word.upper(), candidates, 1)), None)


def _shortened(word: str) -> str:
    return word if len(word) <= _SHOWN else f"{word[:_SHOWN]}…"
