"""The accsyn query language: text, expressions and one tree."""

from __future__ import annotations

from accsyn_orm.query.fields import FieldRef, UnboundField
from accsyn_orm.query.literals import Raw, raw, to_literal
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
    "FieldRef",
    "Operator",
    "Or",
    "Raw",
    "Statement",
    "UnboundField",
    "all_of",
    "any_of",
    "lowercase",
    "parse",
    "parse_expression",
    "raw",
    "render",
    "render_statement",
    "to_literal",
    "wire_expression",
]
