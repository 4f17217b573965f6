"""Making entities from records: one pass of the validator, and a repair only when that fails.

The validator of the class is for what people give: it fills in what is missing. That of records
gives what is there, which is an entity's dictionary as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaValidator, core_schema

from accsyn_orm.entities.model import EntityModel
from accsyn_orm.entities.shape import container_names, find_attribute, is_spelling, type_choices
from accsyn_orm.entities.value import EntityValue
from accsyn_orm.entities.values.shortcuts import of_records
from accsyn_orm.entities.values.statuses import OpenEnum

if TYPE_CHECKING:
    from accsyn_orm.entities.dialects import Dialect
    from accsyn_orm.entities.state import EntityState

M = TypeVar("M", bound=EntityModel)

_OF_MODELS = frozenset({"extra_fields_behavior", "title"})

# The slots of a model, as Pydantic fills them: object.__setattr__() takes twice as long.
_set_values = BaseModel.__dict__["__dict__"].__set__
_set_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_set_private = BaseModel.__dict__["__pydantic_private__"].__set__
_set_state = EntityValue.__dict__["_state"].__set__


class Loader(Generic[M]):
    """Makes the entities of one class that an answer holds.

    Attributes that a record lacks are absent. Unknown values of enumerations become unknown
    members, other values that do not fit are kept as they are.

    Args:
        cls: the class.
        dialect: how the records are spelled.
        state: what the entities remember; shared, as long as there is nothing else.
    """

    def __init__(self, cls: type[M], dialect: Dialect, state: EntityState) -> None:
        self._class = cls
        self._dialect = dialect
        self._state = state

    def load(self, records: Iterable[Mapping[str, Any]]) -> Iterator[M]:
        """Give the entities that records describe."""
        # Everything in here is done ten thousand times for one long answer.
        cls, state = self._class, self._state
        read, make = _reader(cls), cls.__new__
        own_setup = cls.__pydantic_post_init__ is not None  # private attributes of a subclass
        names: tuple[str, ...] = ()
        looks = Looks()
        if self._dialect.names:
            spell, known = self._dialect.read, cls.__entity_attributes__
            records = (spell(record, known) for record in records)
        for record in records:
            try:
                values = read(record)
            except ValidationError as error:
                values = _repaired(cls, record, error)
            if (present := tuple(record)) != names:
                names, looks = present, _looks(cls, present)
            entity = make(cls)
            _set_values(entity, values)
            _set_extra(entity, {name: record[name] for name in looks.unknown})
            _set_private(entity, None)
            _set_state(entity, state)
            if own_setup:
                entity.model_post_init(None)
            for name in looks.containers:
                if values.get(name):  # it may be changed in place
                    entity.settle(state)
                    break
            yield entity


class Looks(NamedTuple):
    """What is in records that have the same names.

    Attributes:
        unknown: which of them are no attributes.
        containers: the attributes whose values can change without being assigned.
    """

    unknown: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def _looks(cls: type[EntityModel], names: tuple[str, ...]) -> Looks:
    found = {name: find_attribute(cls, name) for name in names}
    return Looks(
        tuple(name for name in names if not is_spelling(cls, name)),
        tuple(name for name in container_names(cls) if name in found.values()),
    )


@lru_cache(maxsize=256)
def _reader(cls: type[EntityModel]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return what takes the attributes out of a record, converted, under their own names.

    Made of what the class itself checks values with, so that validators and configuration of
    subclasses hold here too.
    """
    fields, config, definitions = _parts(cls)
    taken: dict[str, core_schema.TypedDictField] = {}
    for name, spec in cls.__entity_attributes__.items():
        spellings: list[list[str | int]] = [
            [spelling] for spelling in dict.fromkeys((*spec.spellings(name), name))
        ]
        taken[name] = core_schema.typed_dict_field(
            of_records(fields[name]["schema"]["schema"]),  # within what fills in UNSET
            required=False,
            validation_alias=spellings if len(spellings) > 1 else None,
        )
    schema: core_schema.CoreSchema = core_schema.typed_dict_schema(
        taken, config=config, extra_behavior="ignore"
    )
    if definitions:
        schema = core_schema.definitions_schema(schema, definitions)
    return SchemaValidator(schema).validate_python


def _parts(cls: type[EntityModel]) -> tuple[dict[str, Any], Any, list[Any]]:
    """Return the fields of a class as its own validator has them, its configuration, and types."""
    if not cls.__pydantic_complete__:
        cls.model_rebuild()
    schema: Any = cls.__pydantic_core_schema__
    definitions: list[Any] = []
    config: Any = None
    while schema["type"] != "model-fields":
        definitions += schema.get("definitions", [])
        if schema["type"] == "model":
            held = schema["config"].items()
            config = {key: value for key, value in held if key not in _OF_MODELS}
        schema = schema["schema"]
    return schema["fields"], config, definitions


def _repaired(
    cls: type[EntityModel], record: Mapping[str, Any], error: ValidationError
) -> dict[str, Any]:
    """Validate without the values that do not fit, then put those in as they came."""
    spellings = {str(detail["loc"][0]) for detail in error.errors(include_url=False)}
    names = {find_attribute(cls, spelling) or spelling for spelling in spellings}
    misfits = {
        key: value
        for key, value in record.items()
        if is_spelling(cls, key) and find_attribute(cls, key) in names
    }
    fitting = {key: value for key, value in record.items() if key not in misfits}
    values = _reader(cls)(fitting)
    for key, value in misfits.items():
        name = find_attribute(cls, key) or key
        values[name] = _kept(cls, name, value)
    return values


def _kept(cls: type[EntityModel], name: str, value: object) -> object:
    if isinstance(value, str):
        for kind in type_choices(cls, name):
            if issubclass(kind, OpenEnum):
                return kind.unknown(value)
    return value
