"""What an engine is told: parameters, and the environment that it runs in.

Engines have parameters of their own. The documented ones are checked, others are kept as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, unknown_attribute
from accsyn_orm.server.rules.schema import filled_text, json_object, one_of, text
from accsyn_orm.server.rules.submission import a_list, texts

SYSTEMS = ("linux", "mac", "windows")
_ENVIRONMENTS = frozenset({"common", *SYSTEMS})
_MAPPING_KEYS = frozenset({"remote", "local", "os"})
_SITE_SETTINGS = frozenset({"download", "upload", "common"})


@behaviour(DOCUMENTED, "compute/create", "the documented parameters are checked")
@behaviour(INFERRED, "compute/create", "other parameters are the engine's own, and kept")
def parameters(name: str, value: Any) -> dict[str, Any]:
    """Take the parameters of an engine.

    Raises:
        Refusal: a documented one is not what it should be.
    """
    given = json_object(name, value)
    return {
        key: _CHECKS[key](f"{name}.{key}", one) if key in _CHECKS else one
        for key, one in given.items()
    }


@behaviour(DOCUMENTED, "compute/create", "envs are flat, or for common, linux, mac and windows")
def envs(name: str, value: Any) -> dict[str, Any]:
    """Take environment variables.

    Raises:
        Refusal: one has a value that is no text.
    """
    given = json_object(name, value)
    if not any(isinstance(one, dict) for one in given.values()):
        return dict(texts(name, given))
    for key in given.keys() - _ENVIRONMENTS:
        raise unknown_attribute(name, key, _ENVIRONMENTS)
    return {key: texts(f"{name}.{key}", one) for key, one in given.items()}


def _arguments(name: str, value: Any) -> str | list[str]:
    if isinstance(value, list):
        return [text(name, one) for one in a_list(name, value)]
    return text(name, value)


def _flag(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    word: str = one_of("true", "false")(name, value)
    return word


def _share_paths(name: str, value: Any) -> list[dict[str, str]]:
    kept: list[dict[str, str]] = []
    for one in a_list(name, value):
        mapping = json_object(name, one)
        for key in mapping.keys() - _MAPPING_KEYS:
            raise unknown_attribute(name, key, _MAPPING_KEYS)
        mapped = {
            key: filled_text(f"{name}.{key}", mapping.get(key)) for key in ("remote", "local")
        }
        if "os" in mapping:
            mapped["os"] = one_of(*SYSTEMS)(f"{name}.os", mapping["os"])
        kept.append(mapped)
    return kept


def _site(name: str, value: Any) -> dict[str, Any]:
    """Take settings of synchronisation by site."""
    for site, one in json_object(name, value).items():
        label = f"{name}.{site}"
        given = json_object(label, one)
        for key in given.keys() - {"settings"}:
            raise unknown_attribute(label, key, {"settings"})
        for direction, kept in json_object(label, given.get("settings", {})).items():
            if direction not in _SITE_SETTINGS:
                raise unknown_attribute(label, direction, _SITE_SETTINGS)
            texts(f"{label}.{direction}", kept)
    return json_object(name, value)


_CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "arguments": _arguments,
    "input_conversion": one_of("always", "platform", "never", "auto"),
    "mapped_share_paths": _share_paths,
    "remote_os": one_of(*SYSTEMS),
    "clear_output_directory": _flag,
    "site": _site,
}


def merged(outer: Mapping[str, Any], inner: object, name: str) -> dict[str, Any]:
    """Add to what an outer task says what an inner one says.

    Raises:
        Refusal: the inner is no dictionary.
    """
    if inner is None:
        return dict(outer)
    if not isinstance(inner, Mapping):
        raise Refusal(f"{name} is a dictionary, not {type(inner).__name__}")
    return {**outer, **json_object(name, inner)}
