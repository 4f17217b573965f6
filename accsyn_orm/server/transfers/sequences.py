"""File sequences: many numbered files that a task names at once.

``name.%04d.exr[100-167]`` and ``name.####.exr[100-167]`` are the files of a range, without one all
there are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal

MOST_FRAMES = 1_000_000
"""How many files a range may name."""

_SEQUENCE = re.compile(
    r"(?P<before>[^#%]*)(?:%0?(?P<width>[0-9]?)d|(?P<hashes>#+))(?P<after>[^#%\[\]]*)"
    r"(?:\[(?P<first>[0-9]{1,9})-(?P<last>[0-9]{1,9})\])?"
)


@dataclass(frozen=True, slots=True)
class FileSequence:
    """The names of numbered files in one directory.

    Attributes:
        before: what stands before the number.
        width: how many digits it has at least.
        after: what stands behind it.
        frames: which numbers are meant; ``None`` for all.
    """

    before: str
    width: int
    after: str
    frames: range | None

    def name(self, frame: int) -> str:
        """Return the name of one file."""
        return f"{self.before}{frame:0{self.width}}{self.after}"

    def frame(self, name: str) -> int | None:
        """Return the number in the name of a file, or ``None`` for one that is not meant."""
        number = name[len(self.before) : len(name) - len(self.after)]
        if not (number.isascii() and number.isdigit()):
            return None
        frame = int(number)
        is_meant = self.frames is None or frame in self.frames
        return frame if is_meant and self.name(frame) == name else None


@behaviour(DOCUMENTED, "transfers/sequences", "%04d and #### name numbered files")
@behaviour(INFERRED, "transfers/sequences", "a range that counts down is refused")
def read_sequence(name: str) -> FileSequence | None:
    """Take the name of a file sequence apart; ``None`` if it is the name of one file.

    Args:
        name: last element of a path.

    Raises:
        Refusal: the range counts down, or is too long.
    """
    found = _SEQUENCE.fullmatch(name)
    if found is None:
        return None
    width = len(found["hashes"]) if found["hashes"] else int(found["width"] or 1)
    return FileSequence(found["before"], width, found["after"], _frames(name, found))


def _frames(name: str, found: re.Match[str]) -> range | None:
    if found["first"] is None:
        return None
    frames = range(int(found["first"]), int(found["last"]) + 1)
    if not frames:
        raise Refusal(f"{name!r}: a range counts up, as [100-167] does")
    if len(frames) > MOST_FRAMES:
        raise Refusal(f"{name!r}: a range names at most {MOST_FRAMES} files")
    return frames
