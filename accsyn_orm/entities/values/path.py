"""Attributes that hold a path: given as text or as an ``AccsynPath``, stored and sent as text.

What is given is judged, what the backend says is not: it must load. Attributes that are only given
have types here that judge; those that are read as well are judged by their class, `__paths__`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from accsyn_orm.entities.values.shortcuts import TEXT, Unless
from accsyn_orm.paths import AccsynPath
from accsyn_orm.paths.given import why_refused, why_refused_within

PathJudge: TypeAlias = Callable[[str], "str | None"]
"""Says why a text is no such path, or ``None``."""

ANYWHERE: PathJudge = why_refused
"""Judges sources and destinations."""

WITHIN_A_SHARE: PathJudge = why_refused_within
"""Judges paths that are relative to a share."""


def path_text(value: object) -> object:
    """Return the text of a path, and any other value as it is.

    Raises:
        PydanticCustomError: it is a path of ``pathlib``.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, AccsynPath):
        return str(value)
    if reason := no_path_of_pathlib(value):
        raise PydanticCustomError("path", "{reason}", {"reason": reason})
    return value


def no_path_of_pathlib(value: object) -> str | None:
    """Say what to write instead of a path of ``pathlib``; ``None`` for any other value."""
    if not hasattr(value, "__fspath__"):
        return None
    kind = type(value).__name__
    return f"is text or an AccsynPath, not {kind}: AccsynPath.local() takes a path of pathlib"


def judged_paths(
    judges: Mapping[str, PathJudge], given: Mapping[str, object]
) -> list[tuple[str, str]]:
    """Return what is wrong with paths that are given, by attribute; empty ones are none.

    Args:
        judges: by attribute, for those that hold a path.
        given: values by attribute.
    """
    found: list[tuple[str, str]] = []
    for name in filter(given.__contains__, judges):
        value = given[name]
        text = str(value) if isinstance(value, (str, AccsynPath)) else ""
        if text and (reason := judges[name](text)):
            found.append((name, reason))
    return found


def _judged(text: str) -> str:
    if text and (reason := why_refused(text)):
        raise PydanticCustomError("path", "{reason}", {"reason": reason})
    return text


# Not judged: a validator cannot tell what is given from what is loaded.
PathText: TypeAlias = Annotated[str, BeforeValidator(path_text), Unless(TEXT)]
"""Run-time type of an attribute that holds a path, or a party alone."""

FilledPathText: TypeAlias = Annotated[PathText, Field(min_length=1)]
"""The same, never empty."""

GivenPathText: TypeAlias = Annotated[PathText, AfterValidator(_judged)]
"""Run-time type of a path that is given and never loaded: judged, and kept as it is."""

FilledGivenPathText: TypeAlias = Annotated[FilledPathText, AfterValidator(_judged)]
"""The same, never empty."""
