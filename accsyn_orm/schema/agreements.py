"""Differences that are known and meant: what each is, and why our classes are right as they are.

Each row is about one attribute of one type. A workspace that differs in any other way is reported
by ``drift()``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from accsyn_orm.schema.differences import Difference, DriftKind

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Generation


@dataclass(frozen=True, slots=True)
class Agreement:
    """One difference that is meant.

    Attributes:
        type: wire type.
        attribute: wire name of the attribute.
        kind: in what our classes and the workspace differ.
        reason: why that is right.
        only: the one generation where it is so.
    """

    type: str
    attribute: str
    kind: DriftKind
    reason: str
    only: Generation | None = None


_BY_CLASS = "is the number or name of the kind, which the class says: nobody has to give it"
_ASSIGNED = "is how v1 assigns servers to a volume: Volume.assign() and deassign() send it"

AGREEMENTS: Final = (
    *(
        Agreement(kind, "type", DriftKind.NEW_ATTRIBUTE, _BY_CLASS, only="v3")
        for kind in ("transfer", "compute", "delivery", "request", "stream")
    ),
    *(
        Agreement(kind, "type", DriftKind.CREATABLE, _BY_CLASS, only="v1")
        for kind in ("job", "share")
    ),
    Agreement(
        "task",
        "id",
        DriftKind.CREATABLE,
        "links the task of a publication to its entry: Publication sends it, nobody else has one",
    ),
    Agreement(
        "file",
        "files",
        DriftKind.NEW_ATTRIBUTE,
        "is how paths are sent, one or several: File(path=…) and Collection.add() write it",
        only="v3",
    ),
    Agreement(
        "file",
        "path",
        DriftKind.NOT_CREATABLE,
        "is what one member has; it is given as path and sent within files",
        only="v3",
    ),
    *(
        Agreement("share", name, DriftKind.NEW_ATTRIBUTE, _ASSIGNED, only="v1")
        for name in ("server", "siteserver", "server_clear", "siteserver_clear")
    ),
)
"""All of them."""


def is_agreed(difference: Difference, generation: Generation) -> bool:
    """Whether a difference is known and meant."""
    return difference in _agreed(generation)


def agreed_names(kind: str, generation: Generation) -> frozenset[str]:
    """Return the attributes that only the workspace has, and that our classes deal with."""
    return frozenset(
        item.attribute
        for item in _agreed(generation)
        if item.type == kind and item.kind is DriftKind.NEW_ATTRIBUTE
    )


@lru_cache
def _agreed(generation: Generation) -> frozenset[Difference]:
    return frozenset(
        Difference(item.type, item.attribute, item.kind)
        for item in AGREEMENTS
        if item.only in {None, generation}
    )
