"""Paths in accsyn's notation, as values: ``site=london:volume=projects/sh010/plate.exr``.

Nothing here knows a session, an entity or a file: only the notation, and what follows from it.
"""

from __future__ import annotations

from accsyn_orm.paths.kinds import PartyKind, PathKind
from accsyn_orm.paths.parties import PathParty
from accsyn_orm.paths.path import AccsynPath
from accsyn_orm.paths.sequences import FileSequence

__all__ = ["AccsynPath", "FileSequence", "PartyKind", "PathKind", "PathParty"]
