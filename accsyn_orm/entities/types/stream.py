"""Streams: deliveries whose files can be played without being downloaded."""

from __future__ import annotations

from accsyn_orm.entities.attributes import ReadOnlyAttr, attr
from accsyn_orm.entities.types.package import Package


class Stream(Package):
    """A delivery with files that can be streamed; the desktop app makes them.

    Example:
        >>> Stream.where(Stream.status == "waiting").count()  # doctest: +SKIP
        3
    """

    __entity_type__ = "stream"

    destination: ReadOnlyAttr[str] = attr(init=False)
    """Not used: recipients say where they download to."""
