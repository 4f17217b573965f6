"""What deliveries, requests and streams have in common: files that are made ready for recipients.

They are jobs that move nothing themselves. Uploads to them and downloads from them are transfers
beneath them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, overload

from typing_extensions import Self

from accsyn_orm.entities.actions.recipients import HasRecipients, Recipients
from accsyn_orm.entities.attributes import UNSET, AttrFrom, ReadOnlyAttr, Settable, attr
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.dialects import ABSENT, Dialect
from accsyn_orm.entities.relations import Many
from accsyn_orm.entities.types.base_job import BaseJob
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.party import Party
from accsyn_orm.entities.values.references import Idents, Ref
from accsyn_orm.entities.values.statuses import DeliveryStatus
from accsyn_orm.errors import EntityStateError

if TYPE_CHECKING:
    from accsyn_orm.entities.types.job import Transfer
    from accsyn_orm.entities.types.queue import Queue

    class RecipientsAttr:
        """Given as a list of users, read as those who receive it."""

        @overload
        def __get__(self, instance: None, owner: type[Any]) -> Self: ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> Recipients: ...
        def __get__(self, instance: object | None, owner: type[Any]) -> Self | Recipients: ...
        def __set__(self, instance: object, value: Sequence[str | Entity]) -> None: ...

else:
    RecipientsAttr = Idents

_OVER = ("aborted", "done")


class Package(HasRecipients, BaseJob):
    """A delivery, a request or a stream (v3 only); the class of none."""

    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": ABSENT}
    __hints__: ClassVar[Mapping[str, str]] = {
        "init": "submit() it",
        "waiting": "its recipients have to act, or finish() it",
    }
    __stuck__: ClassVar[frozenset[str]] = frozenset({"init"})

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
    recipients: RecipientsAttr = attr(default=UNSET, on="create", readable=False)
    """Users, or their e-mail addresses or ids; with them it is submitted at once, if it has what it
    needs and is not held back. Afterwards read as those who receive it, asked for when iterated."""

    transfers: ClassVar[Many[Transfer]] = Many("Transfer", "parent")
    """The uploads to it and downloads from it; those that ended are found with ``.finished()``."""

    def submit(self) -> None:
        """Make it available to its recipients, who are told by mail: sends the status ``pending``.

        Raises:
            EntityStateError: it is new or deleted, or was submitted already.
            BackendError: the backend refused, as it does without recipients, without files (but for
                a request), and while files are uploaded.
        """
        self._refuse_status(("pending", "waiting", *_OVER), "it was submitted already")
        self._change(status="pending")

    def _refuse_tasks(self) -> None:
        self._refuse_status(("pending", "waiting", *_OVER), "files are added before submit()")

    def _refuse_ended(self) -> None:
        self._refuse_status(_OVER, "it is over, and gets no more recipients")

    def _missing(self) -> list[Problem]:
        given, found = vars(self), super()._missing()
        if not (given.get("name") or given.get("code") or given.get("tasks")):
            found.append(("name", "is required, because there are no files to name it after"))
        return found


class _RecipientsOfPackage:
    """Reads the recipients; a data descriptor, so that it goes before those given to create."""

    def __get__(self, instance: Package | None, owner: type[Package]) -> Recipients:
        if instance is None:
            reason = f"{owner.__name__}.recipients cannot be queried"
            raise AttributeError(reason, name="recipients", obj=owner)
        if instance.is_new:
            reason = "is new, nobody receives it yet: save() it first"
            raise EntityStateError(owner.__name__, reason)
        return Recipients(instance)

    def __set__(self, instance: Package, value: Sequence[str | Entity]) -> None:
        instance.recipients = value


# Set on the finished class, as ``tasks`` of jobs.
type.__setattr__(Package, "recipients", _RecipientsOfPackage())
