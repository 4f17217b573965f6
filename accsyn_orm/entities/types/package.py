"""What deliveries, requests and streams have in common: files that are made ready for recipients.

They are jobs that move nothing themselves. Uploads to them and downloads from them are transfers
beneath them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from accsyn_orm.entities.attributes import UNSET, AttrFrom, ReadOnlyAttr, Settable, attr
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.dialects import ABSENT, Dialect
from accsyn_orm.entities.relations import Many
from accsyn_orm.entities.types.base_job import BaseJob
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.party import Party
from accsyn_orm.entities.values.references import Idents, Ref
from accsyn_orm.entities.values.statuses import DeliveryStatus

if TYPE_CHECKING:
    from accsyn_orm.entities.types.job import Transfer
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
    source: ReadOnlyAttr[Party] = attr(init=False)
    """Whose the files are: ``workspace:<id>``."""
    public: ReadOnlyAttr[bool] = attr(init=False)
    """Whether who is no recipient can use it by its link."""
    recipients: AttrFrom[Idents, Sequence[str | Entity]] = attr(
        default=UNSET, on="create", readable=False
    )
    """Users, or their e-mail addresses or ids; with them it is submitted at once, if it has what it
    needs and is not held back."""

    transfers: ClassVar[Many[Transfer]] = Many("Transfer", "parent")
    """The uploads to it and downloads from it; those that ended are found with ``.finished()``."""

    def _missing(self) -> list[Problem]:
        given, found = vars(self), super()._missing()
        if not (given.get("name") or given.get("code") or given.get("tasks")):
            found.append(("name", "is required, because there are no files to name it after"))
        return found
