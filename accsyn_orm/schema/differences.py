"""What a difference between our classes and a workspace is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class DriftKind(str, Enum):
    """In what they differ."""

    NEW_TYPE = "new type"
    """The workspace has it; entities of it load as a generic ``Entity``."""
    NEW_ATTRIBUTE = "new attribute"
    """The workspace has it; it is kept in ``extra``, and can be declared by ``generate()``."""
    MISSING_ATTRIBUTE = "missing attribute"
    """We have it; conditions on it find nothing here, and sending it is refused."""
    NOT_READABLE = "is not returned"
    """Conditions on it are refused or find nothing, and it is never loaded."""
    NOT_CREATABLE = "cannot be given when created"
    NOT_UPDATABLE = "cannot be changed"
    CREATABLE = "can be given when created"
    """The workspace takes it, our class does not send it."""
    UPDATABLE = "can be changed"
    """The workspace takes it, our class does not send it."""

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs.

    Attributes:
        type: wire type.
        attribute: wire name of the attribute; empty for the type itself.
        kind: in what it differs.
    """

    type: str
    attribute: str
    kind: DriftKind

    def __str__(self) -> str:
        what = f"{self.type}.{self.attribute}" if self.attribute else self.type
        return f"{what}: {self.kind}"
