"""File sequences: numbered files that the last element of a path names at once."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = r"%0?(?P<width>[0-9]?)d|(?P<hashes>#+)"
_RANGE = r"\[(?P<first>[0-9]{1,9})-(?P<last>[0-9]{1,9})\]"
_SEQUENCE = re.compile(
    rf"(?P<pattern>(?P<before>[^#%]*)(?:{_NUMBER})(?P<after>[^#%\[\]]*))(?:{_RANGE})?"
)
_BROKEN = re.compile(r"[^#%]*(?:%[0-9]*d|#+)[^#%\[\]]*(?P<range>\[[^\[\]]*\]?)")


@dataclass(frozen=True, slots=True)
class FileSequence:
    """Numbered files in one folder.

    Attributes:
        pattern: the name without the range, such as ``plate.%04d.exr``.
        before: what stands before the number.
        padding: how many digits the number has at least.
        after: what stands behind it.
        frames: which numbers are meant; ``None`` for all there are.

    Example:
        >>> from accsyn_orm import AccsynPath
        >>> sequence = AccsynPath("share=proj/plate.####.exr[100-167]").sequence
        >>> len(sequence.frames), sequence.file_name(101)
        (68, 'plate.0101.exr')
    """

    pattern: str
    before: str
    padding: int
    after: str
    frames: range | None

    def file_name(self, frame: int) -> str:
        """Return the name of one file, whether or not its number is meant.

        Raises:
            ValueError: the number is negative.
        """
        if frame < 0:
            raise ValueError(f"{self.pattern}: a file has no negative number, such as {frame}")
        return f"{self.before}{frame:0{self.padding}}{self.after}"


def read_sequence(name: str) -> FileSequence | None:
    """Take the name of a sequence apart; ``None`` for one file, or a range that counts down."""
    found = _SEQUENCE.fullmatch(name)
    if found is None:
        return None
    frames = None
    if found["first"] is not None:
        frames = range(int(found["first"]), int(found["last"]) + 1)
        if not frames:
            return None
    padding = len(found["hashes"]) if found["hashes"] else int(found["width"] or 1)
    return FileSequence(found["pattern"], found["before"], padding, found["after"], frames)


def broken_range(name: str) -> int | None:
    """Return where a range begins that is none, or counts down, in the name of a sequence."""
    found = _BROKEN.fullmatch(name)
    return found.start("range") if found and read_sequence(name) is None else None
