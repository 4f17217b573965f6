"""What a seeded defect is. The tables of them are beside this file, one for each part."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One defect, and the tests that have to notice it.

    Attributes:
        name: what is broken, in a few words.
        file: the module to break, beneath the package.
        old: text that stands there exactly once.
        new: what it becomes.
        tests: pytest nodes of the default suite; at least one has to fail.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
