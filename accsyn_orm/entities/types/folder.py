"""Folders: directories of a volume that are shared under a name of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from accsyn_orm.entities.attributes import Attr, attr
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.types.share import DirectoryShare, v1_share
from accsyn_orm.entities.values.limits import NonEmpty


class Folder(DirectoryShare):
    """A directory of a volume that is shared under a name of its own.

    The v1 generation calls it a standard share. Standard users cannot create folders.

    Example:
        >>> Folder(name="TheProject", parent=volume, path="TheProject").save()  # doctest: +SKIP
        Folder(id='664b6ff6a1c9b4d0f5b3c0de', code='theproject', name='TheProject', …)
    """

    __entity_type__ = "folder"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": v1_share("folder")}

    path: Attr[NonEmpty] = attr()
    """The directory, relative to the volume. A change moves no files."""
