"""Folding: values given for agreed keys of metadata become part of ``metadata``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from accsyn_orm.entities.attributes import UNSET
from accsyn_orm.entities.changes import is_same
from accsyn_orm.entities.metadata import METADATA, MetadataKey, keys_of
from accsyn_orm.entities.validation import Problem, assignment_problem, sentence

if TYPE_CHECKING:
    from accsyn_orm.entities.model import EntityModel

_DIFFERENT = "is given in metadata as well, and is different there"
_NOT_LOADED = "metadata was not loaded, and its other keys would be lost: refresh() first"
_NO_DICTIONARY = "what is there as metadata is no dictionary: assign metadata first"


def folded(
    cls: type[EntityModel],
    values: Mapping[str, Any],
    *,
    is_new: bool,
    present: object = None,
) -> tuple[dict[str, Any], list[Problem]]:
    """Return values by attribute, agreed keys among them put into ``metadata``, and what is wrong.

    Args:
        cls: class of the entity.
        values: what was given, by the name of an attribute or an agreed key.
        is_new: they create the entity.
        present: the metadata that the entity has, to which keys are added unless metadata is given;
            ``UNSET`` when it was not loaded.
    """
    keys = keys_of(cls)
    given = {name: value for name, value in values.items() if name in keys}
    rest = {name: value for name, value in values.items() if name not in keys}
    if not given:
        return rest, []
    if problem := assignment_problem(cls, METADATA, is_new=is_new):
        return rest, [(name, problem[1]) for name in given]
    if present is UNSET and METADATA not in rest:
        return rest, [(name, _NOT_LOADED) for name in given]
    plain, problems = _checked(keys, given)
    stated = rest.get(METADATA, present or {})
    if not isinstance(stated, Mapping):  # metadata that is given is refused later, for what it is
        return rest, problems + [(name, _NO_DICTIONARY) for name in given if METADATA not in rest]
    metadata = dict(cast("Mapping[str, Any]", stated))
    fixed = dict(metadata) if METADATA in rest else {}
    for name, value in plain.items():
        key = keys[name].key
        if key in fixed and not is_same(fixed[key], value):
            problems.append((name, _DIFFERENT))
        fixed[key] = value
        metadata[key] = value
        if value is None:
            del metadata[key]
    return {**rest, METADATA: metadata}, problems


def _checked(
    keys: Mapping[str, MetadataKey[Any]], given: Mapping[str, object]
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values that are of their types, as metadata holds them, and what is wrong."""
    checked = {name: _plain(keys[name], name, value) for name, value in given.items()}
    plain = {name: value for name, (value, problem) in checked.items() if problem is None}
    return plain, [problem for _, problem in checked.values() if problem is not None]


def _plain(key: MetadataKey[Any], name: str, value: object) -> tuple[Any, Problem | None]:
    if value is None:
        return None, None
    try:
        return key.plain(value), None
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        place = ".".join([name, *(str(part) for part in detail["loc"])])
        return None, (place, sentence(detail["msg"], detail["input"]))
