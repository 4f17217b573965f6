"""Tree to Python: the comparisons of ``Field`` that make a tree, which is what ``repr()`` shows.

Text for the backend is the business of `render`.
"""

from __future__ import annotations

from accsyn_orm.query.nodes import And, Comparison, Expression, Operator

LONGEST = 100
"""How many conditions are written out: Python cannot read any number of nested operators back."""

_SIGNS = {
    Operator.EQUAL: "==",
    Operator.NOT_EQUAL: "!=",
    Operator.LESS: "<",
    Operator.LESS_EQUAL: "<=",
    Operator.GREATER: ">",
    Operator.GREATER_EQUAL: ">=",
}
_METHODS = {
    Operator.IN: "in_",
    Operator.NOT_IN: "not_in",
    Operator.CONTAINS: "contains",
    Operator.NOT_CONTAINS: "not_contains",
    Operator.MATCHES: "matches",
    Operator.NOT_MATCHES: "not_matches",
}


def spell(expression: Expression, *, is_raw: bool = False) -> str:
    """Write Python that makes an equal expression: ``(Field('a') == '1') & (Field('b') != '2')``.

    Args:
        expression: the expression; of one with too many conditions only its kind is told.
        is_raw: mark values as raw, so that no class refuses those that it does not know.
    """
    if isinstance(expression, Comparison):
        return _comparison(expression, is_raw=is_raw)
    if (count := _count(expression)) > LONGEST:
        return f"<{type(expression).__name__} of {count} conditions>"
    sign = " & " if isinstance(expression, And) else " | "
    return sign.join([f"({spell(one, is_raw=is_raw)})" for one in expression.operands])


def _count(expression: Expression) -> int:
    if isinstance(expression, Comparison):
        return 1
    return sum(_count(operand) for operand in expression.operands)


def _comparison(node: Comparison, *, is_raw: bool) -> str:
    field, operator, value = f"Field({node.attribute!r})", node.operator, node.value
    if operator in _SIGNS:
        return f"{field} {_SIGNS[operator]} {_value(value, is_raw=is_raw)}"
    if isinstance(value, tuple):
        items = ", ".join(_value(item, is_raw=is_raw) for item in value)
        return f"{field}.{_METHODS[operator]}([{items}])"
    return f"{field}.{_METHODS[operator]}({value!r})"


def _value(text: str | tuple[str, ...], *, is_raw: bool) -> str:
    return f"raw({text!r})" if is_raw else repr(text)
