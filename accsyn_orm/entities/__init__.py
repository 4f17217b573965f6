"""Typed entities: what is in a workspace, and how to find, change and save it."""

from __future__ import annotations

from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, ReadOnlyAttr, Settable, attr
from accsyn_orm.entities.backend import Backend, Record
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.changes import Change
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.job import Job, Transfer
from accsyn_orm.entities.queue import Queue
from accsyn_orm.entities.registry import ENTITY_CLASSES
from accsyn_orm.entities.results import Query
from accsyn_orm.entities.statuses import (
    JobStatus,
    OpenEnum,
    QueueStatus,
    TaskStatus,
    UserRole,
    UserStatus,
)
from accsyn_orm.entities.task import Task
from accsyn_orm.entities.user import User

__all__ = [
    "ENTITY_CLASSES",
    "UNSET",
    "Attr",
    "AttrFrom",
    "Backend",
    "Change",
    "Dialect",
    "Entity",
    "Job",
    "JobStatus",
    "OpenEnum",
    "Query",
    "Queue",
    "QueueStatus",
    "ReadOnlyAttr",
    "Record",
    "Settable",
    "Task",
    "TaskStatus",
    "Transfer",
    "User",
    "UserRole",
    "UserStatus",
    "attr",
]
