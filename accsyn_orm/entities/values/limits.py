"""What the backend accepts of plain values: limits that are checked before anything is sent."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError


def _with_at_sign(text: str) -> str:
    if "@" not in text.strip("@"):
        raise PydanticCustomError("email", "is an e-mail address, such as lisa@example.com")
    return text


Priority: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=1000)]
"""From 0 (lowest) to 1000 (highest)."""

NonEmpty: TypeAlias = Annotated[str, Field(min_length=1)]
"""Text that is not empty."""

Email: TypeAlias = Annotated[str, AfterValidator(_with_at_sign)]
"""An e-mail address, as far as that can be told without sending to it."""
