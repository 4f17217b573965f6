"""Checking conditions against an entity class: is there the attribute, can the value occur?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from enum import Enum
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from accsyn_orm.entities.metadata import METADATA, key_named, keys_of
from accsyn_orm.entities.relations import Beneath, Relation
from accsyn_orm.entities.shape import find_attribute, plain_choices, type_choices
from accsyn_orm.entities.validation import known_names, nearest
from accsyn_orm.entities.values.statuses import OpenEnum
from accsyn_orm.entities.views import view_in
from accsyn_orm.errors import QueryFieldError, QueryValueError
from accsyn_orm.query.fields import FieldRef
from accsyn_orm.query.literals import to_literal
from accsyn_orm.query.nodes import And, Comparison, Expression, Operator, Or

if TYPE_CHECKING:
    from accsyn_orm.entities.model import EntityModel

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_FIRST_MOMENT = "0001-01-01T00:00:00"
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d)?)?)?)?)?", re.ASCII | re.IGNORECASE)
_BOOLEANS = frozenset({"true", "false", "1", "0"})
_ORDERING = frozenset(
    {Operator.LESS, Operator.LESS_EQUAL, Operator.GREATER, Operator.GREATER_EQUAL}
)
_PLAIN = (str, int, float, bool, date, Enum)  # a datetime is a date
_PARTS_OF_TEXT = frozenset(
    {Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.MATCHES, Operator.NOT_MATCHES}
)


def bind(cls: type[EntityModel], expression: Expression) -> Expression:
    """Return the expression with names and values checked against an entity class.

    Older names become current ones. Values that the class checked before are trusted, as are raw
    ones; those that another class checked are checked again.

    Raises:
        QueryFieldError: the class has no such attribute.
        QueryValueError: the attribute can never have the value.
        TypeError: it is no expression.
    """
    match expression:
        case Comparison():
            return _bind_comparison(cls, expression)
        case And(operands):
            return And(tuple(bind(cls, operand) for operand in operands))
        case Or(operands):
            return Or(tuple(bind(cls, operand) for operand in operands))
        case _:  # pyright: ignore[reportUnnecessaryComparison]  # unchecked callers
            raise TypeError(_no_condition(cls, expression))


def _no_condition(cls: type[EntityModel], value: object) -> str:
    """Say what to write instead of something that is no expression."""
    name, kind = cls.__name__, type(value).__name__
    if isinstance(value, str):
        advice = f"a text is read by {name}.parse('{name} WHERE …')"
    elif isinstance(value, bool):
        advice = f"did you mean {name}.status == … instead of {name.lower()}.status == …?"
    elif isinstance(value, FieldRef):
        advice = f"compare it with a value: {value.label} == …"
    elif value is None:
        advice = f"for all of them, write {name}.where()"
    else:
        advice = f"write {name}.where({name}.id == …), and combine queries with & or |"
    return f"{name}: a condition is needed, not {kind}: {advice}"


def _bind_comparison(cls: type[EntityModel], node: Comparison) -> Comparison:
    if node.label and node.label.partition(".")[0] != cls.__name__:
        node = replace(node, is_checked=False)
    return replace(_bound(cls, node), is_checked=True, label="")


def _bound(cls: type[EntityModel], node: Comparison) -> Comparison:
    if (found := _asked_key(cls, node.attribute)) is not None:
        return _bind_key(cls, node, *found)
    first, dot, rest = node.attribute.partition(".")
    name = attribute_name(cls, first)
    if name not in cls.__entity_attributes__:
        return node
    if dot:
        _refuse_part(cls, name, rest)
    attribute = f"{cls.__entity_attributes__[name].wire or name}{dot}{rest}"
    value = node.value
    if not node.is_checked and not dot and node.operator in _ORDERING:
        _refuse_unordered(cls, name, value)
    if not (node.is_checked or dot or node.operator in _PARTS_OF_TEXT):
        if isinstance(value, tuple):
            value = tuple(checked_text(cls, name, item) for item in value)
        else:
            value = checked_text(cls, name, value)
    return replace(node, attribute=attribute, value=value)


def _asked_key(cls: type[EntityModel], spelling: str) -> tuple[str, str] | None:
    """Return the agreed key that a spelling in a query means, and the rest; attributes go first."""
    if not keys_of(cls) or find_attribute(cls, spelling.lower()) is not None:
        return None
    return key_named(cls, spelling)


def _bind_key(cls: type[EntityModel], node: Comparison, name: str, rest: str) -> Comparison:
    attribute, value = f"{key_field(cls, name).name}{rest}", node.value
    if not (node.is_checked or rest or node.operator in _PARTS_OF_TEXT):
        if isinstance(value, tuple):
            value = tuple(_key_text(cls, name, item) for item in value)
        else:
            value = _key_text(cls, name, value)
    return replace(node, attribute=attribute, value=value)


def key_field(cls: type[EntityModel], name: str) -> FieldRef[Any]:
    """Return the field that an agreed key of metadata is compared by."""
    key = keys_of(cls)[name]
    return FieldRef(
        f"{cls.__entity_attributes__[METADATA].wire or METADATA}.{key.key.lower()}",
        label=f"{cls.__name__}.{name}",
        literal=partial(_key_text, cls, name),
        is_mapping=dict in plain_choices(key.kind),
    )


def _key_text(cls: type[EntityModel], name: str, value: object) -> str:
    """Return the literal for a value that an agreed key is compared with.

    Raises:
        QueryValueError: the key can never have the value.
    """
    text, kinds = to_literal(value), plain_choices(keys_of(cls)[name].kind)
    return _accepted(f"{cls.__name__}.{name}", name, kinds, text)


def _refuse_unordered(cls: type[EntityModel], name: str, value: object) -> None:
    field = cls.model_fields[name]
    view = view_in(field.annotation, field.metadata)
    if view is not None and view.unordered:
        raise QueryValueError(value, f"{cls.__name__}.{name} {view.unordered}")


def _refuse_part(cls: type[EntityModel], name: str, part: str) -> None:
    """Refuse to look into an attribute that holds no keys; a reference has its id.

    Raises:
        QueryFieldError: the attribute is one plain value.
    """
    if not all(issubclass(kind, _PLAIN) for kind in type_choices(cls, name)):
        return
    field = cls.model_fields[name]
    view = view_in(field.annotation, field.metadata)
    if view is None or not view.targets:
        reason = f"does not exist: {name} is one value, without keys"
    elif part == "id":
        return
    else:
        reason = f"cannot be asked for: {name} is the id of another entity; ask that one first"
    raise QueryFieldError(cls.__name__, f"{name}.{part}", reason=reason)


def attribute_name(cls: type[EntityModel], field: FieldRef[Any] | str) -> str:
    """Return the attribute that a field or a spelling means.

    Raises:
        QueryFieldError: the class has no such attribute.
    """
    spelling = field if isinstance(field, str) else field.name
    if (name := find_attribute(cls, spelling.lower())) is None:
        if cls.__is_open__:
            return spelling
        if isinstance(getattr(cls, spelling, None), (Relation, Beneath)):
            reason = "is asked for by itself: it can be neither compared nor selected"
            raise QueryFieldError(cls.__name__, spelling, reason=reason)
        raise QueryFieldError(
            cls.__name__, spelling, suggestion=nearest(spelling, known_names(cls))
        )
    if not cls.__entity_attributes__[name].readable:
        reason = "is only sent, never returned: it can be neither queried nor selected"
        raise QueryFieldError(cls.__name__, spelling, reason=reason)
    return name


def selected_name(cls: type[EntityModel], field: FieldRef[Any] | str) -> str:
    """Return what to load for a field or a spelling: an attribute, or an agreed key of metadata.

    Any other key of a dictionary means the whole dictionary.

    Raises:
        QueryFieldError: the class has no such attribute.
    """
    spelling = field if isinstance(field, str) else field.name
    if (found := _asked_key(cls, spelling)) is not None:
        return found[0]
    head, dot, rest = spelling.partition(".")
    name = attribute_name(cls, head)
    if dot and name in cls.__entity_attributes__:
        _refuse_part(cls, name, rest)
    return name


def ids_of(cls: type[EntityModel], ids: Iterable[object]) -> list[str]:
    """Return each id once, in order.

    Raises:
        QueryValueError: one value is given for several, or one cannot be an id.
    """
    if isinstance(ids, (str, bytes)):
        raise QueryValueError(ids, "is one value, not several", hint="write by_id([…])")
    found: dict[str, None] = {}
    for item in ids:
        if not isinstance(item, str) or not item:
            raise QueryValueError(item, f"is no id of a {cls.__name__}")
        found[str(item)] = None
    return list(found)


def literal_text(cls: type[EntityModel], name: str, value: object) -> str:
    """Return the literal for a Python value that is compared with an attribute.

    Raises:
        QueryValueError: the attribute can never have the value.
    """
    return checked_text(cls, name, to_literal(value))


def checked_text(cls: type[EntityModel], name: str, text: str) -> str:
    """Return the literal, in its current spelling, if the attribute can have it.

    Raises:
        QueryValueError: it cannot.
    """
    return _accepted(f"{cls.__name__}.{name}", name, type_choices(cls, name), text)


def _accepted(label: str, name: str, kinds: tuple[type[Any], ...], text: str) -> str:
    """Return the literal, in its current spelling, if a value of one of the types can be so.

    Raises:
        QueryValueError: none can.
    """
    checks = _checks_for(kinds)
    if not checks or text.lower() == "null":
        return text
    for accept in checks:
        if (accepted := accept(text)) is not None:
            return accepted
    raise _refusal(label, name, kinds, text)


def _refusal(label: str, name: str, kinds: tuple[type[Any], ...], text: str) -> QueryValueError:
    for kind in kinds:
        if issubclass(kind, Enum):
            values = [str(member.value) for member in kind]
            near = nearest(text, values)
            hint = (
                f"did you mean {near!r}?" if near else "mark it with raw() if the backend knows it"
            )
            return QueryValueError(
                text, f"no value of {label}, which is one of {', '.join(values)}", hint=hint
            )
        if issubclass(kind, dict):
            hint = f"compare one of its keys: {name}.<key>"
            return QueryValueError(text, f"{label} is a dictionary", hint=hint)
    wanted = " or ".join(_WORDS[kind] for kind in kinds if kind in _WORDS)
    return QueryValueError(text, f"{label} is {wanted}")


@lru_cache(maxsize=1024)
def _checks_for(kinds: tuple[type[Any], ...]) -> tuple[Callable[[str], str | None], ...]:
    """Return one check per type that a value can have; none means that any text will do."""
    checks = [_check_for(kind) for kind in kinds]
    return () if _any_text in checks else tuple(checks)


def _check_for(kind: type[Any]) -> Callable[[str], str | None]:
    if issubclass(kind, OpenEnum):
        return lambda text: _enum_text(kind, text)
    if issubclass(kind, Enum):
        return lambda text: _member_text(kind, text)
    if issubclass(kind, dict):
        return lambda _: None
    return _CHECKS.get(kind, _any_text)


def _any_text(text: str) -> str | None:
    return text


def _enum_text(kind: type[OpenEnum], text: str) -> str | None:
    """Accept values in any letter case, because comparisons ignore it, and patterns."""
    if "*" in text or text.lower() in kind._value2member_map_:
        return text
    try:
        return str(kind(text.lower()))
    except ValueError:
        return None


def _member_text(kind: type[Enum], text: str) -> str | None:
    """Accept values of an enumeration of somebody's own, and patterns."""
    values = {str(member.value).lower() for member in kind}
    return text if "*" in text or text.lower() in values else None


def _number_text(text: str) -> str | None:
    return text if _NUMBER.fullmatch(text) else None


def _boolean_text(text: str) -> str | None:
    return text if text.lower() in _BOOLEANS else None


def _date_text(text: str) -> str | None:
    return text if "*" in text or (_DATE.fullmatch(text) and _is_of_calendar(text)) else None


def _is_of_calendar(text: str) -> bool:
    """Say whether there is such a month, day and time, as far as the text goes."""
    try:
        datetime.fromisoformat(f"{text}{_FIRST_MOMENT[len(text) :]}")
    except ValueError:
        return False
    return True


_CHECKS: dict[type[Any], Callable[[str], str | None]] = {
    int: _number_text,
    float: _number_text,
    bool: _boolean_text,
    datetime: _date_text,
    date: _date_text,
}
_WORDS: dict[type[Any], str] = {
    int: "a number",
    float: "a number",
    bool: "true or false",
    datetime: "a date, such as 2026-11-23 or 2026-11-23T21:30:00 (UTC)",
    date: "a date, such as 2026-11-23",
}
