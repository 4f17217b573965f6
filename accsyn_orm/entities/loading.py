"""Making entities from records: one pass of the validator, and a repair only when that fails."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from accsyn_orm.entities.shape import find_attribute, type_choices
from accsyn_orm.entities.values.statuses import OpenEnum

if TYPE_CHECKING:
    from accsyn_orm.entities.model import EntityModel

M = TypeVar("M", bound="EntityModel")


def build(cls: type[M], record: Mapping[str, Any]) -> M:
    """Return an object with the record's values, without any state.

    Attributes that the record lacks are absent. Unknown values of enumerations become unknown
    members, other values that do not fit are kept as they are.
    """
    try:
        entity: M = cls.__pydantic_validator__.validate_python(record)
    except ValidationError as error:
        entity = _repaired(cls, record, error)
    drop_unset(entity)
    return entity


def drop_unset(entity: EntityModel) -> None:
    """Take the placeholders of attributes without a value out of the object."""
    values = vars(entity)
    for name in _names(type(entity)).difference(entity.__pydantic_fields_set__):
        del values[name]


@lru_cache(maxsize=256)
def _names(cls: type[EntityModel]) -> frozenset[str]:
    return frozenset(cls.model_fields)


def _repaired(cls: type[M], record: Mapping[str, Any], error: ValidationError) -> M:
    """Validate without the values that do not fit, then put those in as they came."""
    spellings = {str(detail["loc"][0]) for detail in error.errors(include_url=False)}
    names = {find_attribute(cls, spelling) or spelling for spelling in spellings}
    misfits = {key: value for key, value in record.items() if find_attribute(cls, key) in names}
    fitting = {key: value for key, value in record.items() if key not in misfits}
    entity: M = cls.__pydantic_validator__.validate_python(fitting)
    for key, value in misfits.items():
        name = find_attribute(cls, key) or key
        vars(entity)[name] = _kept(cls, name, value)
        entity.__pydantic_fields_set__.add(name)
    return entity


def _kept(cls: type[EntityModel], name: str, value: object) -> object:
    if isinstance(value, str):
        for kind in type_choices(cls, name):
            if issubclass(kind, OpenEnum):
                return kind.unknown(value)
    return value
