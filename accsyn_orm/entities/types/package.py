"""What deliveries, requests and streams have in common: files that are made ready for recipients.

They are jobs that move nothing themselves. Uploads to them and downloads from them are transfers
beneath them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, ReadOnlyAttr, Settable, attr
from accsyn_orm.entities.dialects import ABSENT, Dialect
from accsyn_orm.entities.types.base_job import BaseJob
from accsyn_orm.entities.values.references import Ref
from accsyn_orm.entities.values.statuses import DeliveryStatus

if TYPE_CHECKING:
    from accsyn_orm.entities.types.queue import Queue


class Package(BaseJob):
    """A delivery, a request or a stream (v3 only); the class of none."""

    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": ABSENT}

    status: AttrFrom[DeliveryStatus, DeliveryStatus | str] = attr(
        default=UNSET,
        settable=Settable(create=("init",), update=("pending", "aborted", "done")),
    )
    """``init`` holds it back; ``pending`` submits it, ``aborted`` and ``done`` end it."""
    parent: ReadOnlyAttr[Ref["Queue"]] = attr(init=False)
    """Id of the queue."""
    source: ReadOnlyAttr[str] = attr(init=False)
    """Whose the files are: ``workspace:<id>``."""
    public: ReadOnlyAttr[bool] = attr(init=False)
    """Whether who is no recipient can use it by its link."""
    recipients: Attr[list[str]] = attr(default=UNSET, on="create", readable=False)
    """E-mail addresses or ids of users; with them it is submitted at once unless held back."""
