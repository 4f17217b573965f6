"""The last element of a path: stem, suffix and the range of a sequence."""

from __future__ import annotations

import re
from typing import NamedTuple

from accsyn_orm.paths.sequences import read_sequence

_NUMBER = re.compile(r"[#%]")


class Name(NamedTuple):
    """A name taken apart; together its parts are the name."""

    stem: str
    suffix: str
    frames: str


def split_name(name: str) -> Name:
    """Take a name apart, as ``pathlib`` does: a dot at either end begins no suffix."""
    sequence = read_sequence(name)
    pattern = sequence.pattern if sequence else name
    stem, dot, last = pattern.rpartition(".")
    # Of "plate.####" the number is no suffix.
    if not stem.strip(".") or not last or (sequence and _NUMBER.search(last)):
        return Name(pattern, "", name[len(pattern) :])
    return Name(stem, f"{dot}{last}", name[len(pattern) :])
