"""The enumerations of the entities: one vocabulary for both generations, open to new values.

Writing is strict: ``JobStatus("faild")`` is an error. Reading is tolerant: a status that a newer
backend invented is kept as a value of the enumeration that ``is_known`` tells apart.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from typing_extensions import Self


class OpenEnum(str, Enum):
    """Known texts, equal to their plain text and written as it."""

    def __str__(self) -> str:
        return str(self.value)

    def __repr__(self) -> str:
        kind = type(self).__name__
        return f"{kind}.{self.name}" if self.is_known else f"{kind}.unknown({self.value!r})"

    # Python 3.12 changed what format() gives for enums that mix in str.
    def __format__(self, specification: str) -> str:
        return str.__format__(str(self.value), specification)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return restore, (type(self), self.value)

    @classmethod
    def unknown(cls, text: str) -> Self:
        """Return a value that is no member: what a backend sent that this version does not know."""
        value = str.__new__(cls, text)
        value._name_ = text
        value._value_ = text
        return value

    @property
    def is_known(self) -> bool:
        """Whether this version knows the value; only known values can be written."""
        return self.value in type(self)._value2member_map_

    def can_become(self, wanted: OpenEnum) -> bool:  # noqa: ARG002  # for subclasses
        """Whether the backend would set the wanted value in place of this one, as far as known."""
        return True

    def fulfils(self, wanted: OpenEnum) -> bool:
        """Whether somebody who set the wanted value may find this one, and has what he wanted."""
        return self == wanted


def restore(cls: type[OpenEnum], text: str) -> OpenEnum:
    """Return the member, or the unknown value, that was pickled."""
    try:
        return cls(text)
    except ValueError:
        return cls.unknown(text)


class UserRole(OpenEnum):
    """What a user may do in the workspace."""

    ADMIN = "admin"
    EMPLOYEE = "employee"
    STANDARD = "standard"
    """An external user; the v1 generation calls it ``user``."""

    @classmethod
    def _missing_(cls, value: object) -> UserRole | None:
        return cls.STANDARD if value == "user" else None


class UserStatus(OpenEnum):
    """Whether a user can log in and transfer."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    """Cannot log in; all jobs of the user are on hold."""


class QueueStatus(OpenEnum):
    """Whether a queue hands out its jobs."""

    WAITING = "waiting"
    """Enabled."""
    PAUSED = "paused"
    """Disabled, its jobs are on hold; the v1 generation calls it ``disabled``."""

    @classmethod
    def _missing_(cls, value: object) -> QueueStatus | None:
        return cls.PAUSED if value == "disabled" else None


class JobStatus(OpenEnum):
    """Where a job is in its life."""

    INIT = "init"
    """Created, its size is being measured."""
    PENDING = "pending"
    """Waiting for the receiver to choose a destination."""
    WAITING = "waiting"
    """Queued or blocked; setting it resumes or retries the job."""
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    """Failed; may be retried by itself."""
    ABORTED = "aborted"
    DONE = "done"

    def can_become(self, wanted: OpenEnum) -> bool:
        """Whether the backend would: what has ended can only be retried (or re-sent, in v1)."""
        has_ended = self in {JobStatus.ABORTED, JobStatus.DONE}
        return not has_ended or wanted in {self, JobStatus.WAITING, JobStatus.PENDING}

    def fulfils(self, wanted: OpenEnum) -> bool:
        """Whether it is the wanted status, or what that turns into by itself."""
        return self == wanted or (self, wanted) == (JobStatus.RUNNING, JobStatus.WAITING)


class DeliveryStatus(OpenEnum):
    """Where a delivery, a request or a stream is in its life."""

    INIT = "init"
    """It is composed; the recipients do not know of it."""
    PENDING = "pending"
    """Submitted: it is measured, and mails are sent; setting it submits."""
    WAITING = "waiting"
    """Live, and waiting for its recipients."""
    ABORTED = "aborted"
    DONE = "done"

    def can_become(self, wanted: OpenEnum) -> bool:
        """Whether the backend would: it is submitted once, and what has ended stays so."""
        if self in {DeliveryStatus.ABORTED, DeliveryStatus.DONE}:
            return wanted == self
        return wanted != DeliveryStatus.PENDING or self in {DeliveryStatus.INIT, wanted}

    def fulfils(self, wanted: OpenEnum) -> bool:
        """Whether it is the wanted status, or what that turns into by itself."""
        return self == wanted or (self, wanted) == (DeliveryStatus.WAITING, DeliveryStatus.PENDING)


class TaskStatus(OpenEnum):
    """Where a task is in its life."""

    PENDING = "pending"
    """Waiting for the receiver to choose a path."""
    QUEUED = "queued"
    """Waiting to be dispatched; setting it retries or includes the task again."""
    BOOTING = "booting"
    EXECUTING = "executing"
    FAILED = "failed"
    ONHOLD = "onhold"
    EXCLUDED = "excluded"
    """Ignored: what takes the place of deleting a task."""
    DONE = "done"

    def fulfils(self, wanted: OpenEnum) -> bool:
        """Whether it is the wanted status, or what that turns into by itself."""
        is_on_its_way = self in {TaskStatus.BOOTING, TaskStatus.EXECUTING}
        return self == wanted or (is_on_its_way and wanted == TaskStatus.QUEUED)
