"""Entities of the workspace acmefilm: what only it has, typed.

Written by ``accsyn-orm schema generate``; run that again instead of changing this file.
"""

from __future__ import annotations

from typing import Any

import accsyn_orm
from accsyn_orm.entities import UNSET, Attr, Entity, MetadataKey, ReadOnlyAttr, attr

__all__ = ["Gadget", "Queue", "Transfer"]


class Queue(accsyn_orm.Queue):
    """With what only this workspace has."""

    colour: Attr[str] = attr(default=UNSET)
    class_: Attr[str | None] = attr(default=UNSET, on="create", wire="class")
    save_: Attr[float] = attr(init=False, on="update", wire="save")
    cost_centre: ReadOnlyAttr[dict[str, Any] | None] = attr(init=False, wire="cost-centre")
    token: Attr[Any] = attr(default=UNSET, on="create", readable=False)
    attribute_4k: Attr[bool] = attr(default=UNSET, wire="4k")
    shot = MetadataKey(str)
    frame_no = MetadataKey(int, "frame-no")
    labels = MetadataKey(list[Any])


class Transfer(accsyn_orm.Transfer):
    """With what only this workspace has."""

    shot: MetadataKey[str] = MetadataKey(str)
    frame_no: MetadataKey[int] = MetadataKey(int, "frame-no")
    labels: MetadataKey[list[Any]] = MetadataKey(list[Any])


class Gadget(Entity):
    """A type that only this workspace has."""

    __entity_type__ = "gadget"

    id: ReadOnlyAttr[Any] = attr(init=False)
    name: Attr[Any] = attr(default=UNSET)
