"""Frame ranges: ``1-10``, ``4``, ``5-250x5``, several with blanks or commas between them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal

MOST_FRAMES = 100_000
"""How many frames one job may have."""

_PART = re.compile(r"(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9})(?:x(?P<step>[0-9]{1,9}))?)?")
_BETWEEN = re.compile(r"[\s,]+")


@behaviour(DOCUMENTED, "compute/create", "a range is numbers, from-to and from-toxstep, in any mix")
@behaviour(INFERRED, "compute/create", "a frame that a range names twice is computed once")
def read_range(text: str) -> list[int]:
    """List the frames of a range, in its order, each once.

    Raises:
        Refusal: it is none, counts down, or is too long.
    """
    frames: dict[int, None] = {}
    for part in filter(None, _BETWEEN.split(text.strip())):
        for frame in _frames(part):
            frames[frame] = None
            if len(frames) > MOST_FRAMES:
                raise Refusal(f"range: a job has at most {MOST_FRAMES} frames")
    if not frames:
        raise Refusal("range is empty: write 1-10, 4 or 5-250x5")
    return list(frames)


def _frames(part: str) -> Iterator[int]:
    found = _PART.fullmatch(part)
    if found is None:
        raise Refusal(f"range: {part!r} is neither 4, nor 1-10, nor 5-250x5")
    first = int(found["first"])
    last = first if found["last"] is None else int(found["last"])
    step = 1 if found["step"] is None else int(found["step"])
    if last < first or step < 1:
        raise Refusal(f"range: {part!r} counts up, by steps of at least one")
    yield from range(first, last + 1, step)
