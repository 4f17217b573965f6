"""What the v1 generation sends where there is nothing: conditions on it, as if there were nothing.

v1 has a date for what never happened and a number for what was not measured; loading makes ``None``
of both. Here conditions are written so that they find in v1 what they find in v3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from accsyn_orm.entities.values.amounts import NONE_IF_UNMEASURED
from accsyn_orm.entities.values.dates import NONE_IF_NEVER
from accsyn_orm.query.nodes import Comparison, Expression, Operator, all_of, any_of, negate

if TYPE_CHECKING:
    from accsyn_orm.entities.model import EntityModel

_NEGATIVE = {
    Operator.NOT_EQUAL,
    Operator.NOT_IN,
    Operator.NOT_CONTAINS,
    Operator.NOT_MATCHES,
}


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What is sent instead of nothing.

    Attributes:
        values: all that may be sent.
        floor: more than those, and at most what anything else is.
    """

    values: tuple[str | int, ...]
    floor: str

    def expand(self, node: Comparison) -> Expression:
        """Return the comparison with the placeholder for nothing."""
        if node.operator in _NEGATIVE:
            return negate(self.expand(replace(node, operator=node.operator.negated)))
        missing = Comparison(node.attribute, Operator.LESS, self.floor, is_checked=True)
        found: list[Expression] = []
        if node.operator in {Operator.EQUAL, Operator.IN}:
            items = node.value if isinstance(node.value, tuple) else (node.value,)
            kept = tuple(item for item in items if item.lower() != "null")
            if not kept:
                return missing
            if len(kept) < len(items):
                found.append(missing)
                node = replace(node, value=kept)
        is_ambiguous = any(node.evaluate(_record(node.attribute, value)) for value in self.values)
        found.append(all_of([node, negate(missing)]) if is_ambiguous else node)
        return any_of(found)


def _record(attribute: str, value: object) -> Mapping[str, Any]:
    return {attribute: value}


_NEVER = Placeholder(
    # The epoch in the local time of the server, and in the spellings that servers have for it.
    tuple(f"1970-01-01{t}{hour}:00:00" for t in ("T", " ") for hour in ("00", "01")),
    "1970-01-02",
)
_UNMEASURED = Placeholder((-1,), "0")
_KINDS = ((NONE_IF_NEVER, _NEVER), (NONE_IF_UNMEASURED, _UNMEASURED))


@lru_cache(maxsize=256)
def placeholders(cls: type[EntityModel]) -> Mapping[str, Placeholder]:
    """Return the placeholders that v1 has for attributes of a class, by wire name."""
    return {
        spec.wire or name: placeholder
        for name, spec in cls.__entity_attributes__.items()
        for validator, placeholder in _KINDS
        if validator in cls.model_fields[name].metadata
    }


def expanded(expression: Expression, known: Mapping[str, Placeholder]) -> Expression:
    """Return the expression with placeholders where it means nothing, or not to mean it."""
    if isinstance(expression, Comparison):
        placeholder = known.get(expression.attribute)
        return placeholder.expand(expression) if placeholder else expression
    kind = type(expression)
    return kind(tuple([expanded(operand, known) for operand in expression.operands]))
