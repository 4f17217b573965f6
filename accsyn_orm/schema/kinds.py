"""Of which type an attribute is that only a workspace knows: as agreed, or as in records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from accsyn_orm.errors import ConfigurationError

METADATA_KINDS: Final = ("str", "int", "float", "bool", "list", "dict")
"""Types that an agreed metadata key can have."""

_ANNOTATIONS: Mapping[type[Any], str] = {
    str: "str",
    bool: "bool",
    int: "int",
    float: "float",
    datetime: "UtcDatetime",
    dict: "dict[str, Any]",
    list: "list[Any]",
}


def metadata_keys(agreed: Iterable[str]) -> dict[str, dict[str, str]]:
    """Read ``job.shot=str`` and the like: by wire type, the keys and their types.

    Raises:
        ConfigurationError: one is not written so, of no type that JSON has, or of two types.
    """
    found: dict[str, dict[str, str]] = {}
    for text in agreed:
        name, equals, kind = text.partition("=")
        owner, dot, key = name.strip().partition(".")
        if not (equals and dot and owner and key and kind.strip() in METADATA_KINDS):
            hint = f"write type.key=kind, where the kind is one of {', '.join(METADATA_KINDS)}"
            raise ConfigurationError("metadata", f"{text!r} names no key", hint=hint)
        known = found.setdefault(owner.lower(), {}).setdefault(key.strip(), kind.strip())
        if known != kind.strip():
            hint = "a key has one kind for everybody"
            raise ConfigurationError("metadata", f"{text!r} was {known} before", hint=hint)
    return found


def sampled_kinds(records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return an annotation for every attribute of some records, by wire name.

    An attribute that is of several types, or nothing in all of them, is ``Any``.
    """
    seen: dict[str, set[type[Any]]] = {}
    for record in records:
        for name, value in record.items():
            seen.setdefault(name, set()).add(value.__class__)
    return {name: _annotation(kinds) for name, kinds in seen.items()}


def _annotation(kinds: set[type[Any]]) -> str:
    some = kinds - {type(None)}
    if some == {int, float}:
        some = {float}
    if len(some) != 1:
        return "Any"
    found = _ANNOTATIONS.get(some.pop(), "Any")
    return f"{found} | None" if type(None) in kinds and found != "Any" else found
