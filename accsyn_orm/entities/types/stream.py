"""Streams: deliveries whose files can be played without being downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accsyn_orm.entities.attributes import UNSET, ReadOnlyAttr, attr
from accsyn_orm.entities.types.package import Package
from accsyn_orm.entities.types.submission import DeliveryFiles
from accsyn_orm.entities.values.party import Party

if TYPE_CHECKING:
    from accsyn_orm.entities.types.base_job import TasksAttr
else:
    TasksAttr = DeliveryFiles


class Stream(Package):
    """A delivery with files that can be streamed; the desktop app makes them.

    Example:
        >>> Stream.where(Stream.status == "waiting").count()  # doctest: +SKIP
        3
    """

    __entity_type__ = "stream"

    destination: ReadOnlyAttr[Party] = attr(init=False)
    """Not used: recipients say where they download to."""
    tasks: TasksAttr = attr(default=UNSET, on="create", readable=False)
    """Paths of files in the workspace; afterwards the query for the files it has."""
