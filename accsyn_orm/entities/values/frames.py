"""Frames of compute jobs: ``1-10``, ``4``, ``5-250x5``, with blanks or commas between them."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

_PART = re.compile(r"(?P<first>\d{1,9})(?:-(?P<last>\d{1,9})(?:x(?P<step>\d{1,9}))?)?", re.ASCII)
_BETWEEN = re.compile(r"[\s,]+")


def checked_range(text: str) -> str:
    """Return the range, if it is one: at least one part, each of which counts up.

    Raises:
        PydanticCustomError: it is none; says which part is wrong.
    """
    parts = [part for part in _BETWEEN.split(text) if part]
    if not parts:
        raise _refusal("holds no frames: write 1-10, 4 or 5-250x5")
    for part in parts:
        if (found := _PART.fullmatch(part)) is None:
            raise _refusal(f"{part!r} is neither 4, nor 1-10, nor 5-250x5")
        first, last, step = (None if digits is None else int(digits) for digits in found.groups())
        if (last is not None and last < (first or 0)) or step == 0:
            raise _refusal(f"{part!r} does not count up, by steps of at least one")
    return text


def _refusal(reason: str) -> PydanticCustomError:
    return PydanticCustomError("frame_range", "{reason}", {"reason": reason})


FrameRange: TypeAlias = Annotated[str, AfterValidator(checked_range)]
"""Text that is a range of frames."""
