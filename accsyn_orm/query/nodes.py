"""The abstract syntax tree of the accsyn query language: frozen values with structural equality.

Nodes hold names and literal *text*, never Python values or field objects: what the parser reads and
what the builder makes is therefore the same tree. Every node is valid by construction; a tree that
exists can be written, and reads back as itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, NoReturn, cast

from accsyn_orm.errors import QueryValueError

if TYPE_CHECKING:
    from typing import TypeAlias

MAX_NESTING = 24
"""How deep AND and OR may alternate. Redundant parentheses do not count: they leave no node."""


class Operator(str, Enum):
    """A comparison operator in its canonical spelling (``<>`` reads as ``!=``)."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    IN = "IN"
    NOT_IN = "NOT IN"
    CONTAINS = "CONTAINS"
    NOT_CONTAINS = "NOT CONTAINS"
    MATCHES = "MATCHES"
    NOT_MATCHES = "NOT MATCHES"

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    @property
    def negated(self) -> Operator:
        """The operator that means the opposite: the language has no unary NOT."""
        return _NEGATED[self]

    @property
    def is_word(self) -> bool:
        """Whether it is written as words, set off by blanks."""
        return self.value[0].isalpha()

    @property
    def takes_list(self) -> bool:
        """Whether its right side is a comma list."""
        return self is Operator.IN or self is Operator.NOT_IN


_OPPOSITES = (
    (Operator.EQUAL, Operator.NOT_EQUAL),
    (Operator.LESS, Operator.GREATER_EQUAL),
    (Operator.GREATER, Operator.LESS_EQUAL),
    (Operator.IN, Operator.NOT_IN),
    (Operator.CONTAINS, Operator.NOT_CONTAINS),
    (Operator.MATCHES, Operator.NOT_MATCHES),
)
COMPLEMENTS = {
    negative: positive
    for positive, negative in _OPPOSITES
    if positive not in {Operator.LESS, Operator.GREATER}
}
"""What holds exactly where another operator does not. Orderings fail both ways without a value."""

_NEGATED = {a: b for pair in _OPPOSITES for a, b in (pair, pair[::-1])}

SIGNS = {
    **{operator.value: operator for operator in Operator if not operator.is_word},
    "<>": Operator.NOT_EQUAL,
}
"""How operators that are no words may be written."""

WORD_OPERATORS = tuple(operator.value for operator in Operator if operator.is_word)

KEYWORDS = frozenset({"and", "or", "where", *" ".join(WORD_OPERATORS).lower().split()})
"""Reserved in lower case: none can be an entity type, or the first part of an attribute's name."""

_NOT_RESERVED = rf"(?!(?:{'|'.join(sorted(KEYWORDS))})(?![a-z0-9_]))"
_ATTRIBUTE = re.compile(_NOT_RESERVED + r"[a-z_][a-z0-9_]*(?:\.[a-z0-9_-]+)*")
_ENTITY = re.compile(_NOT_RESERVED + r"[a-z][a-z0-9_]*")


class _Combinable:
    """The operators every expression has."""

    __slots__ = ()

    def __and__(self, other: Expression) -> And:
        if not isinstance(other, _Combinable):  # pyright: ignore[reportUnnecessaryIsInstance]  # unchecked callers
            return NotImplemented
        return And((_expression(self), other))

    def __or__(self, other: Expression) -> Or:
        if not isinstance(other, _Combinable):  # pyright: ignore[reportUnnecessaryIsInstance]  # unchecked callers
            return NotImplemented
        return Or((_expression(self), other))

    def __invert__(self) -> Expression:
        """Return the opposite condition, with the negation pushed into the operators.

        ``~`` undoes itself exactly. As in SQL, an attribute without a value satisfies neither an
        ordering (``<``, ``>=`` …) nor its opposite.
        """
        return negate(_expression(self))

    def __bool__(self) -> NoReturn:
        msg = (
            "an expression has no truth value before the backend has seen it: combine with & | ~ "
            "(in parentheses) instead of and, or, not"
        )
        raise TypeError(msg)

    def __repr__(self) -> str:
        from accsyn_orm.query.spelling import spell

        return spell(_expression(self))

    def __str__(self) -> str:
        # Imported late: rendering and evaluation are functions over the finished tree.
        from accsyn_orm.query.render import render

        return render(_expression(self))

    def evaluate(self, mapping: Mapping[str, Any]) -> bool:
        """Tell whether an entity with these attributes satisfies the expression.

        Args:
            mapping: attributes by wire name, as the backend sends them.

        Raises:
            QueryValueError: a regular expression that does not compile.
            TypeError: it is no mapping.
        """
        from accsyn_orm.query.evaluate import evaluate

        return evaluate(_expression(self), mapping)


def _expression(node: _Combinable) -> Expression:
    return cast("Expression", node)


@dataclass(frozen=True, slots=True, repr=False)
class Comparison(_Combinable):
    """One condition: ``attribute operator value``.

    Attributes:
        attribute: lower-case wire name, dotted for a parent's attribute (``job.id``).
        operator: what is compared how.
        value: the literal text; for ``IN`` and ``NOT IN`` a tuple of literal texts.
        is_checked: the value was already checked against the type of the entity's attribute, or was
            marked as raw. Not part of equality: it says how the node came about, not what it means.
        label: what checked it, such as ``Job.status``; empty for raw values. No part of equality,
            either.
    """

    attribute: str
    operator: Operator
    value: str | tuple[str, ...]
    is_checked: bool = field(default=False, compare=False)
    label: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not _ATTRIBUTE.fullmatch(self.attribute):
            raise QueryValueError(self.attribute, "is not an attribute name")
        if self.operator.takes_list:
            _check_list(self.value)
        elif not isinstance(self.value, str):
            raise QueryValueError(self.value, f"{self.operator} takes one value, not a list")
        else:
            _check_quotable(self.value, self.value)


def _check_list(value: str | tuple[str, ...]) -> None:
    if isinstance(value, str) or not value:
        raise QueryValueError(value, "IN takes at least one item")
    for item in value:
        if not item or "," in item or item != item.strip():
            raise QueryValueError(
                item, "cannot be an item of a comma list", hint="compare it with = instead"
            )
    _check_quotable(",".join(value), value)


def _check_quotable(text: str, value: object) -> None:
    if '"' in text and "'" in text:
        raise QueryValueError(
            value,
            "holds both kinds of quotes, and the query language has no escape for either",
            hint="match a part of it with startswith() or a regular expression",
        )


@dataclass(frozen=True, slots=True, repr=False)
class And(_Combinable):
    """All operands hold. Operands that are themselves ``And`` are merged into this one."""

    operands: tuple[Expression, ...]
    depth: int = field(default=0, init=False, compare=False)

    def __post_init__(self) -> None:
        _settle(self)


@dataclass(frozen=True, slots=True, repr=False)
class Or(_Combinable):
    """At least one operand holds. Operands that are themselves ``Or`` are merged into this one."""

    operands: tuple[Expression, ...]
    depth: int = field(default=0, init=False, compare=False)

    def __post_init__(self) -> None:
        _settle(self)


Expression: TypeAlias = Comparison | And | Or
"""Closed: a ``match`` over it ends in ``assert_never``."""


def nesting_error() -> QueryValueError:
    """Say that a tree would be deeper than every walk over it can be trusted to go."""
    return QueryValueError("(…)", f"AND and OR alternate more than {MAX_NESTING} levels deep")


def _settle(node: And | Or) -> None:
    """Flatten operands of the same kind, and bound the depth: no walk can exhaust the stack."""
    kind = type(node)
    operands: list[Expression] = []
    depth = 1
    for operand in node.operands:
        if isinstance(operand, Comparison):
            operands.append(operand)
        elif isinstance(operand, kind):
            operands += operand.operands
            depth = max(depth, operand.depth)
        else:
            operands.append(operand)
            depth = max(depth, operand.depth + 1)
    if len(operands) < 2:  # noqa: PLR2004  # AND and OR join at least two
        raise QueryValueError(node.operands, f"{kind.__name__} joins at least two conditions")
    if depth > MAX_NESTING:
        raise nesting_error()
    object.__setattr__(node, "operands", tuple(operands))
    object.__setattr__(node, "depth", depth)


def all_of(expressions: Iterable[Expression]) -> Expression:
    """Join with AND in one step; a single expression stays as it is.

    Raises:
        QueryValueError: no expression was given.
    """
    operands = tuple(expressions)
    return operands[0] if len(operands) == 1 else And(operands)


def any_of(expressions: Iterable[Expression]) -> Expression:
    """Join with OR in one step; a single expression stays as it is.

    Raises:
        QueryValueError: no expression was given.
    """
    operands = tuple(expressions)
    return operands[0] if len(operands) == 1 else Or(operands)


def negate(expression: Expression) -> Expression:
    """Push a negation down to the comparisons (De Morgan)."""
    if isinstance(expression, Comparison):
        return replace(expression, operator=expression.operator.negated)
    operands = tuple([negate(operand) for operand in expression.operands])
    return Or(operands) if isinstance(expression, And) else And(operands)


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole query: which entities, and under which condition.

    Attributes:
        entity: entity type, lower case (``job``).
        where: the condition, or ``None`` for all.
    """

    entity: str
    where: Expression | None = None

    def __post_init__(self) -> None:
        if not _ENTITY.fullmatch(self.entity):
            raise QueryValueError(self.entity, "is not an entity type")

    def __str__(self) -> str:
        from accsyn_orm.query.render import render_statement

        return render_statement(self)
