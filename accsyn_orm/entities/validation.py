"""The strict side: what may be given, assigned and sent, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from accsyn_orm.entities.attributes import UNSET
from accsyn_orm.entities.metadata import keys_of
from accsyn_orm.entities.relations import Relation
from accsyn_orm.entities.shape import adapter, container_names, find_attribute, type_choices
from accsyn_orm.entities.values.path import judged_paths
from accsyn_orm.entities.values.statuses import OpenEnum
from accsyn_orm.errors import EntityValidationError, ReadOnlyAttributeError, shown

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Generation
    from accsyn_orm.entities.value import EntityValue

Problem: TypeAlias = tuple[str, str]
"""An attribute, and what is wrong with it."""

_READ_ONLY = "only the backend sets it"
_AT_CREATION = "can only be given when the entity is created"
_FIXED = frozenset({_READ_ONLY, _AT_CREATION})
_OPEN = "this version does not know the type: use session.create() and session.update()"
_AFTERWARDS = "cannot be given yet: save() first, then change it"


def refusal(cls: type[EntityValue], problems: Iterable[Problem]) -> EntityValidationError:
    """Return the error for these problems, read-only when nothing else is wrong."""
    found = list(dict.fromkeys(problems))
    fixed = all(reason in _FIXED for _, reason in found)
    return (ReadOnlyAttributeError if fixed else EntityValidationError)(cls.__name__, found)


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice that a misspelt word most likely means."""
    return next(iter(get_close_matches(word.lower(), list(choices), n=1, cutoff=0.6)), None)


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return the hint that follows a message about a misspelt word, or nothing."""
    meant = nearest(word, choices)
    return f" (did you mean {meant!r}?)" if meant else ""


def no_id(cls: type[EntityValue], value: object, reason: str) -> EntityValidationError:
    """Return the error for what was given as an id and is none, but a code perhaps."""
    if "code" in cls.__entity_attributes__ and isinstance(value, str):
        name = cls.__name__
        reason += f"; a code is found with {name}.where({name}.code == {shown(value)}).one()"
    return refusal(cls, [("id", reason)])


# -- what may be given when ------------------------------------------------------------------------


def with_defaults(cls: type[EntityValue], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are attributes, with the ones a new object starts with added."""
    given = {name: value for name, value in values.items() if name in cls.model_fields}
    for name, spec in cls.__entity_attributes__.items():
        if spec.default_factory is not None:
            given.setdefault(name, spec.default_factory())
        elif spec.default is not UNSET:
            given.setdefault(name, spec.default)
    return given


def is_untouched(cls: type[EntityValue], name: str, value: object) -> bool:
    """Tell whether a new object has nothing but the empty container it started with."""
    return cls.__entity_attributes__[name].default_factory is not None and not value


def construction_problems(cls: type[EntityValue], values: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with the names and paths given to the constructor."""
    found = [assignment_problem(cls, name, is_new=True) for name in values]
    missing = [
        (name, "is required")
        for name, spec in cls.__entity_attributes__.items()
        if spec.is_required and name not in values
    ]
    problems = [problem for problem in found if problem]
    return [*problems, *missing, *judged_paths(cls.__paths__, values)]


def assignment_problem(cls: type[EntityValue], name: str, *, is_new: bool) -> Problem | None:
    """Return why the attribute cannot be given now, whatever the value."""
    spec = cls.__entity_attributes__.get(name)
    if spec is None:
        return unknown_name(cls, name)
    if spec.moment is None:
        return name, _READ_ONLY
    if spec.moment == "update" and is_new:
        return name, _AFTERWARDS
    if spec.moment in {"create", "parent"} and not is_new:
        return name, _AT_CREATION
    return None


def known_names(cls: type[EntityValue]) -> list[str]:
    """Return the names that a class knows: of attributes and of agreed keys of metadata."""
    return [*cls.model_fields, *keys_of(cls)]


def public_names(cls: type[EntityValue]) -> list[str]:
    """Return everything that may be written behind an entity: relations and methods, too."""
    return [*known_names(cls), *(name for name in dir(cls) if not name.startswith("_"))]


def unknown_name(cls: type[EntityValue], name: str) -> Problem:
    """Say that there is no such attribute, and which one was probably meant."""
    if isinstance(getattr(cls, name, None), Relation):
        return name, "is what others say about it: change it there"
    if cls.__is_open__:
        return name, _OPEN
    meant = find_attribute(cls, name.lower()) or nearest(name, known_names(cls))
    return name, f"no such attribute; did you mean {meant!r}?" if meant else "no such attribute"


def unsettable(
    cls: type[EntityValue],
    values: Mapping[str, Any],
    *,
    is_new: bool,
    generation: Generation | None,
) -> list[Problem]:
    """Return the values that only the backend sets, and attributes the generation does not know."""
    found: list[Problem] = []
    for name, value in values.items():
        spec = cls.__entity_attributes__[name]
        if spec.only and generation and spec.only != generation:
            found.append((name, f"the {generation} generation of the backend does not know it"))
        if spec.settable:
            allowed = spec.settable.values(is_new=is_new, generation=generation)
            if value not in allowed:
                moment = "when it is created" if is_new else "by a change"
                reason = f"{str(value)!r} cannot be set {moment}, only {', '.join(allowed)}"
                found.append((name, reason))
    return found


def sendable(
    cls: type[EntityValue],
    values: Mapping[str, Any],
    *,
    is_new: bool,
    generation: Generation,
) -> tuple[dict[str, Any], list[Problem]]:
    """Return values as they are sent, and what is wrong with them.

    Dictionaries and lists can change without anybody noticing, so they are validated again.
    """
    found = unsettable(cls, values, is_new=is_new, generation=generation)
    checked = dict(values)
    for name in container_names(cls):
        if name in values:
            checked[name], problems = validated(cls, name, values[name])
            found += problems
            if not is_new and cls.__entity_attributes__[name].moment == "create":
                found.append((name, _AT_CREATION))
    return checked, found


# -- what a value may be ---------------------------------------------------------------------------


def validated(cls: type[EntityValue], name: str, value: object) -> tuple[Any, list[Problem]]:
    """Return the value as the attribute's type, and what is wrong with it."""
    try:
        valid = adapter(cls, name).validate_python(value)
    except ValidationError as error:
        return value, problems_in(cls, error, attribute=name)
    return valid, judged_paths(cls.__paths__, {name: value})


def located(problems: Iterable[Problem]) -> PydanticCustomError:
    """Return the error of a validator that found problems in places inside a value.

    Args:
        problems: place inside the value, such as ``2.source``, or nothing; and what is wrong.
    """
    found = list(problems)
    text = "; ".join(f"{place}: {reason}" if place else reason for place, reason in found)
    return PydanticCustomError("located", "{text}", {"text": text, "problems": found})


def problems_in(
    cls: type[EntityValue], error: ValidationError, *, attribute: str = ""
) -> list[Problem]:
    """Return one problem per value that a validation error is about."""
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False):
        location = (attribute, *detail["loc"]) if attribute else detail["loc"]
        first = str(location[0])
        name = find_attribute(cls, first) or first
        if detail["type"] == "enum":
            found[name] = _not_a_value(cls, name, detail["input"])
        elif detail["type"] == "located":
            around = [name, *(str(part) for part in location[1:])]
            for place, reason in detail.get("ctx", {})["problems"]:
                found.setdefault(".".join([*around, place] if place else around), reason)
        else:
            path = ".".join([name, *(str(part) for part in location[1:])])
            found.setdefault(path, sentence(detail["msg"], detail["input"]))
    return list(found.items())


def _not_a_value(cls: type[EntityValue], name: str, value: object) -> str:
    """Say which texts an enumeration takes, and which one was probably meant."""
    settable = cls.__entity_attributes__[name].settable
    members = [
        m.value for kind in type_choices(cls, name) if issubclass(kind, OpenEnum) for m in kind
    ]
    texts = [text for text in members if settable is None or text in settable.anytime]
    meant = nearest(value, members) if isinstance(value, str) else None
    hint = f" (did you mean {meant!r}?)" if meant in texts else ""
    return f"{value!r} is not one of {', '.join(texts)}{hint}"


def sentence(message: str, value: object) -> str:
    """Return a message of Pydantic's as it goes into ours."""
    sentence = message[:1].lower() + message[1:]
    is_about_type = message.startswith("Input should be a valid")
    return f"{sentence}, not {type(value).__name__}" if is_about_type else sentence
