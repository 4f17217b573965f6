"""What is sent of an entity: its values in the names and spellings of one generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from accsyn_orm.entities import validation
from accsyn_orm.entities.attributes import UNSET
from accsyn_orm.entities.changes import wire_value
from accsyn_orm.entities.dialects import dialect_of, wire_name

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Backend, Record
    from accsyn_orm.entities.model import EntityModel


def outgoing(
    cls: type[EntityModel],
    values: Mapping[str, Any],
    backend: Backend,
    *,
    is_new: bool,
    problems: Sequence[validation.Problem] = (),
) -> Record:
    """Return attributes as the backend's generation spells them.

    Args:
        cls: class of the entity.
        values: by attribute, of the attributes' types.
        backend: where to send them.
        is_new: they create the entity.
        problems: what is wrong besides.

    Raises:
        EntityValidationError: they may not be sent as they are.
    """
    dialect, data = dialect_of(cls, backend), dict[str, Any]()
    checked, wrong = validation.sendable(cls, values, is_new=is_new, generation=backend.protocol)
    found = [*problems, *wrong]
    for name, value in checked.items():
        if cls.__entity_attributes__[name].moment == "parent":
            continue
        key, sent = wire_name(cls, name, backend), dialect.value(name, wire_value(value))
        if data.setdefault(key, sent) != sent:
            found.append((name, f"means the same as {key} here, and is different"))
    if found:
        raise validation.refusal(cls, found)
    return data


def as_spelled(cls: type[EntityModel], values: Mapping[str, Any], backend: Backend) -> Record:
    """Return attributes as the backend's generation spells them, whether they may be sent or not.

    Args:
        cls: class of the entity.
        values: by attribute, of the attributes' types; what was not loaded is left out.
        backend: whose generation it is.
    """
    dialect = dialect_of(cls, backend)
    return {
        wire_name(cls, name, backend): dialect.value(name, wire_value(value))
        for name, value in values.items()
        if value is not UNSET
    }
