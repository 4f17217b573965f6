"""Where every behaviour of the workspace comes from, said where the behaviour is.

Code declares what it does with `behaviour`; attributes and rights carry their `Source` in their own
tables. `fidelity` puts all of it into the table that ``accsyn-orm serve --fidelity`` prints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

T = TypeVar("T", bound=Callable[..., object])


class Source(str, Enum):
    """How it is known that accsyn does so."""

    DOCUMENTED = "documented"
    """Stated in accsyn's documentation."""
    CLIENT_SOURCE = "client-source"
    """Read in, or observed from, the official Python clients."""
    TESTS = "tests"
    """Asserted by the official clients' integration tests, which ran against accsyn itself."""
    INFERRED = "inferred"
    """Nobody says so; this workspace had to decide."""


DOCUMENTED, CLIENT_SOURCE, TESTS, INFERRED = Source


@dataclass(frozen=True, slots=True, order=True)
class Behaviour:
    """One thing that the workspace does.

    Attributes:
        area: entity type and operation in v3's words (``queue/delete``), or another subject.
        sentence: what it does, in words that a test repeats.
        source: how it is known.
        where: what does it, as module and name.
    """

    area: str
    sentence: str
    source: Source
    where: str

    @property
    def name(self) -> str:
        """The words by which a test says that it covers this."""
        return f"{self.area}: {self.sentence}"


BEHAVIOURS: list[Behaviour] = []
"""All that was declared by the modules imported so far."""


def behaviour(source: Source, area: str, sentence: str) -> Callable[[T], T]:
    """Declare what a function or class makes the workspace do; it may do several things.

    Args:
        source: how it is known that accsyn does so.
        area: entity type and operation in v3's words (``queue/delete``), or another subject.
        sentence: what happens, lower case, without a full stop.
    """

    def declare(implementation: T) -> T:
        where = f"{implementation.__module__}.{implementation.__qualname__}"
        BEHAVIOURS.append(Behaviour(area, sentence, source, where))
        return implementation

    return declare
