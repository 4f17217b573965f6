"""How one generation of the backend spells what an entity class calls differently."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from accsyn_orm.entities.placeholders import expanded, placeholders
from accsyn_orm.entities.shape import find_attribute
from accsyn_orm.errors import ConfigurationError, QueryFieldError
from accsyn_orm.query.nodes import (
    COMPLEMENTS,
    And,
    Comparison,
    Expression,
    Operator,
    Or,
    Statement,
    all_of,
)

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Speaker
    from accsyn_orm.entities.model import EntityModel

_BY_VALUE = {Operator.EQUAL, Operator.NOT_EQUAL, Operator.IN, Operator.NOT_IN}


@dataclass(frozen=True)
class Dialect:
    """The differences of one entity class in one generation.

    Attributes:
        entitytype: its name for the entity type, when it differs.
        names: our attribute name → its name.
        values: our attribute name → our value → its value, for every value there is.
        condition: what tells them apart from others that it gives the same type.
        exists: whether it has the type at all.
        instead: what to ask for where it has not, when that is not the other generation.
    """

    entitytype: str | None = None
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    condition: Comparison | None = None
    exists: bool = True
    instead: str | None = None

    def name(self, attribute: str) -> str:
        """Return its name for an attribute."""
        return self.names.get(attribute, attribute)

    def value(self, attribute: str, value: Any) -> Any:
        """Return its spelling of a value."""
        spellings = self.values.get(attribute)
        return (
            spellings.get(value.lower(), value) if spellings and isinstance(value, str) else value
        )

    def read(self, record: Mapping[str, Any], known: Container[str]) -> Mapping[str, Any]:
        """Return the record with our attribute names where this generation has other ones.

        Args:
            record: one entity as it came.
            known: our attribute names; of two that this generation does not tell apart, both are.
        """
        if not self.names:
            return record
        theirs = {name: key for name, key in self.names.items() if key in record}
        if not theirs:
            return record
        ours = {name: record[key] for name, key in theirs.items() if name not in record}
        dropped = {key for key in theirs.values() if key not in known}
        return {**{key: record[key] for key in record if key not in dropped}, **ours}

    def describes(self, record: Mapping[str, Any]) -> bool:
        """Tell whether a record of its type can be one of these entities, as far as it says."""
        condition = self.condition
        return condition is None or condition.attribute not in record or condition.evaluate(record)

    def localize(self, expression: Expression) -> Expression:
        """Return the expression in this generation's names and values."""
        if not self.names and not self.values:
            return expression
        match expression:
            case Comparison():
                return self._comparison(expression)
            case And(operands):
                return And(tuple(self.localize(operand) for operand in operands))
            case Or(operands):
                return Or(tuple(self.localize(operand) for operand in operands))

    def _comparison(self, node: Comparison) -> Comparison:
        node = self._by_value(node) if node.attribute in self.values else node
        return replace(node, attribute=self.name(node.attribute))

    def _by_value(self, node: Comparison) -> Comparison:
        """Return the comparison with its values: patterns and orderings mean *our* spellings."""
        items = node.value if isinstance(node.value, tuple) else (node.value,)
        if node.operator not in _BY_VALUE:
            return self._listed(node, self._satisfying(node))
        if not any("*" in item for item in items):
            values = tuple(self.value(node.attribute, item) for item in items)
            return replace(node, value=values if isinstance(node.value, tuple) else values[0])
        found: list[str] = []
        for item in items:
            if "*" in item:
                found += self._satisfying(Comparison(node.attribute, Operator.EQUAL, item))
            else:
                found.append(self.value(node.attribute, item))
        return self._listed(node, found)

    def _satisfying(self, node: Comparison) -> list[str]:
        """Return its spelling of every value that satisfies the positive of a comparison."""
        positive = replace(node, operator=COMPLEMENTS.get(node.operator, node.operator))
        spellings = self.values[node.attribute].items()
        return [theirs for ours, theirs in spellings if positive.evaluate({node.attribute: ours})]

    def _listed(self, node: Comparison, values: list[str]) -> Comparison:
        operator = Operator.NOT_IN if node.operator in COMPLEMENTS else Operator.IN
        if values:
            return replace(node, operator=operator, value=tuple(dict.fromkeys(values)))
        # A list cannot be empty; every entity has an id.
        nothing = Comparison("id", Operator.EQUAL, "null", is_checked=True)
        return (
            replace(nothing, operator=nothing.operator.negated)
            if node.operator in COMPLEMENTS
            else nothing
        )


NEUTRAL = Dialect()
"""A generation that spells everything as we do."""

ABSENT = Dialect(exists=False)
"""A generation without entities of the type."""


def dialect_of(cls: type[EntityModel], speaker: Speaker) -> Dialect:
    """Return what the backend's generation spells differently."""
    return cls.__dialects__.get(speaker.protocol, NEUTRAL)


def wire_type(cls: type[EntityModel], speaker: Speaker) -> str:
    """Return what the backend's generation calls the type of entity.

    Raises:
        ConfigurationError: it has no such type.
    """
    dialect = dialect_of(cls, speaker)
    if not dialect.exists:
        other = "v3" if speaker.protocol == "v1" else "v1"
        reason = f"{cls.__name__} exists in {other} only"
        hint = dialect.instead or f"use protocol={other!r}"
        raise ConfigurationError("protocol", reason, hint=hint)
    return dialect.entitytype or cls.__entity_type__


def wire_name(cls: type[EntityModel], attribute: str, speaker: Speaker) -> str:
    """Return what the backend's generation calls an attribute."""
    spec = cls.__entity_attributes__.get(attribute)
    name = (spec and spec.wire) or attribute
    return dialect_of(cls, speaker).name(name)


def refuse_foreign(cls: type[EntityModel], name: str, speaker: Speaker) -> None:
    """Refuse an attribute that only the other generation has; this one would find nothing.

    Raises:
        QueryFieldError: it is one.
    """
    spec = cls.__entity_attributes__.get(name)
    if spec and spec.shown_by not in {None, speaker.protocol}:
        what = "has" if spec.only else "returns"
        reason = f"cannot be asked for here: only the {spec.shown_by} generation {what} it"
        raise QueryFieldError(cls.__name__, name, reason=reason)


def _refuse_foreign_conditions(
    cls: type[EntityModel], expression: Expression, speaker: Speaker
) -> None:
    if isinstance(expression, Comparison):
        spelling = expression.attribute.partition(".")[0]
        refuse_foreign(cls, find_attribute(cls, spelling.lower()) or spelling, speaker)
        return
    for operand in expression.operands:
        _refuse_foreign_conditions(cls, operand, speaker)


def localized_statement(
    cls: type[EntityModel], where: Expression | None, speaker: Speaker
) -> Statement:
    """Return the query as the backend's generation spells it.

    Raises:
        ConfigurationError: the generation has no such type.
        QueryFieldError: only the other generation has an attribute.
    """
    entitytype, dialect = wire_type(cls, speaker), dialect_of(cls, speaker)
    if where is not None:
        _refuse_foreign_conditions(cls, where, speaker)
    if where is not None and speaker.protocol == "v1":
        where = expanded(where, placeholders(cls))
    asked = [] if where is None else [dialect.localize(where)]
    parts = asked if dialect.condition is None else [dialect.condition, *asked]
    return Statement(entitytype, all_of(parts) if parts else None)
