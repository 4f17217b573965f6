"""Typed entities: what is in a workspace, and how to find, change and save it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, ReadOnlyAttr, Settable, attr
from accsyn_orm.entities.backend import Backend, Record
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.changes import Change
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.generic import GenericEntity, entity_class
from accsyn_orm.entities.registry import CLASS_NAMES, ENTITY_CLASSES
from accsyn_orm.entities.results import Query
from accsyn_orm.entities.values.amounts import Duration, Size, Speed
from accsyn_orm.entities.values.references import Ref
from accsyn_orm.entities.values.statuses import (
    DeliveryStatus,
    JobStatus,
    OpenEnum,
    QueueStatus,
    TaskStatus,
    UserRole,
    UserStatus,
)

if TYPE_CHECKING:
    from accsyn_orm.entities.types.compute import Compute
    from accsyn_orm.entities.types.delivery import Delivery
    from accsyn_orm.entities.types.job import Job, Transfer
    from accsyn_orm.entities.types.queue import Queue
    from accsyn_orm.entities.types.request import Request
    from accsyn_orm.entities.types.stream import Stream
    from accsyn_orm.entities.types.task import Task
    from accsyn_orm.entities.types.user import User
    from accsyn_orm.entities.types.workspace import Workspace


def __getattr__(name: str) -> Any:
    """Load the class of a type when it is first used."""
    if name not in CLASS_NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(ENTITY_CLASSES.module_of(name)), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = [
    "ENTITY_CLASSES",
    "UNSET",
    "Attr",
    "AttrFrom",
    "Backend",
    "Change",
    "Compute",
    "Delivery",
    "DeliveryStatus",
    "Dialect",
    "Duration",
    "Entity",
    "GenericEntity",
    "Job",
    "JobStatus",
    "OpenEnum",
    "Query",
    "Queue",
    "QueueStatus",
    "ReadOnlyAttr",
    "Record",
    "Ref",
    "Request",
    "Settable",
    "Size",
    "Speed",
    "Stream",
    "Task",
    "TaskStatus",
    "Transfer",
    "User",
    "UserRole",
    "UserStatus",
    "Workspace",
    "attr",
    "entity_class",
]
