"""Values that a conversion would leave as they are, told apart without calling it.

A conversion is written in Python, and a page of entities would call it for nearly every value. What
it leaves alone can be said as a type, which Pydantic checks by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

TEXT: Final = core_schema.str_schema(strict=True)
"""Text as it is in a record."""


@dataclass(frozen=True, eq=False)
class Unless:
    """Annotates a type behind its validator, which values of another type have no need of.

    Attributes:
        passing: the other type.
    """

    passing: CoreSchema

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return unless(self.passing, handler(source))


def unless(passing: CoreSchema, converting: CoreSchema) -> CoreSchema:
    """Return the type of what passes as it is in a record, and is converted otherwise.

    Records take the side of JSON, see ``of_records()``. What people give is converted always: else
    an error would speak of both ways.
    """
    either = core_schema.union_schema([passing, converting], mode="left_to_right")
    return core_schema.json_or_python_schema(either, converting)


def of_records(schema: CoreSchema) -> CoreSchema:
    """Return the type with its shortcuts taken."""
    if schema["type"] == "json-or-python":
        return cast("CoreSchema", schema["json_schema"])
    if schema["type"] == "nullable":
        return core_schema.nullable_schema(of_records(schema["schema"]))
    return schema
