"""Tree to text: the canonical spelling, the exact inverse of the parser.

Keywords are upper case, symbolic operators stand without blanks, values are quoted only when they
must be (double quotes before single ones), and parentheses stand only where AND and OR meet.
"""

from __future__ import annotations

import re

from accsyn_orm.query.nodes import KEYWORDS, And, Comparison, Expression, Statement

_LOWER_CASE_STATEMENTS = frozenset({"attributes", "entitytypes"})
_NEEDS_QUOTES = re.compile(r"""[\s()"',=<>!]""")
_ITEM_NEEDS_QUOTES = re.compile(r"""[\s()"'=<>!]""")


def render_statement(statement: Statement) -> str:
    """Write a statement: ``Job WHERE status!=failed AND code="Daily backup"``."""
    name = statement.entity
    shown = name if name in _LOWER_CASE_STATEMENTS else name.capitalize()
    return shown if statement.where is None else f"{shown} WHERE {render(statement.where)}"


def render(expression: Expression) -> str:
    """Write a condition: ``status!=failed AND code="Daily backup"``."""
    if isinstance(expression, Comparison):
        return _comparison(expression)
    word = " AND " if isinstance(expression, And) else " OR "
    return word.join([_operand(operand) for operand in expression.operands])


def _operand(operand: Expression) -> str:
    # AND inside OR could do without, but no document says how a backend ranks the two: be explicit.
    return render(operand) if isinstance(operand, Comparison) else f"({render(operand)})"


def _comparison(node: Comparison) -> str:
    operator = node.operator
    value = _literal(node.value) if isinstance(node.value, str) else _list(node.value)
    if operator.is_word:
        return f"{node.attribute} {operator.value} {value}"
    return f"{node.attribute}{operator.value}{value}"


def _literal(text: str) -> str:
    if text and not _NEEDS_QUOTES.search(text) and text.lower() not in KEYWORDS:
        return text
    return _quoted(text)


def _list(items: tuple[str, ...]) -> str:
    text = ",".join(items)
    if _ITEM_NEEDS_QUOTES.search(text) or not KEYWORDS.isdisjoint(map(str.lower, items)):
        return _quoted(text)
    return text


def _quoted(text: str) -> str:
    # A value with both kinds of quotes is no node: nodes.py refuses it.
    return f"'{text}'" if '"' in text else f'"{text}"'
