"""The accsyn query language: text, expressions and one tree."""

from __future__ import annotations

from accsyn_orm.query.nodes import (
    And,
    Comparison,
    Expression,
    Operator,
    Or,
    Statement,
    all_of,
    any_of,
)
from accsyn_orm.query.parser import lowercase, parse, parse_expression, wire_expression
from accsyn_orm.query.render import render, render_statement

__all__ = [
    "And",
    "Comparison",
    "Expression",
    "Operator",
    "Or",
    "Statement",
    "all_of",
    "any_of",
    "lowercase",
    "parse",
    "parse_expression",
    "render",
    "render_statement",
    "wire_expression",
]
