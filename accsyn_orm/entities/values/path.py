"""Attributes that hold a path: given as text or as an ``AccsynPath``, stored and sent as text."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field

from accsyn_orm.paths import AccsynPath


def path_text(value: object) -> object:
    """Return the text of a path, and any other value as it is."""
    return str(value) if isinstance(value, AccsynPath) else value


# Plain text is not read: what the backend says must load, and what it takes is for it to say.
PathText: TypeAlias = Annotated[str, BeforeValidator(path_text)]
"""Run-time type of an attribute that holds a path, or a party alone."""

FilledPathText: TypeAlias = Annotated[PathText, Field(min_length=1)]
"""The same, never empty."""
