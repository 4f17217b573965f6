"""Typed entities: what is in a workspace, and how to find, change and save it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from accsyn_orm.entities.actions.access import Access
from accsyn_orm.entities.actions.configuration import LogEntry
from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, ReadOnlyAttr, Settable, attr
from accsyn_orm.entities.backend import Backend, Record
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.changes import Change
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.generic import GenericEntity, entity_class
from accsyn_orm.entities.merging import ABSENT
from accsyn_orm.entities.metadata import MetadataKey
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.entities.querying.results import Results
from accsyn_orm.entities.registry import CLASS_NAMES, ENTITY_CLASSES
from accsyn_orm.entities.settings import Settings
from accsyn_orm.entities.values.amounts import Duration, Size, Speed
from accsyn_orm.entities.values.listing import FileInfo
from accsyn_orm.entities.values.machines import (
    ClientStatus,
    ClientType,
    EngineStatus,
    SiteStatus,
)
from accsyn_orm.entities.values.party import Party, TaskParty
from accsyn_orm.entities.values.reference_lists import Refs
from accsyn_orm.entities.values.references import Ref
from accsyn_orm.entities.values.shares import ShareStatus, ShareType
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
    from accsyn_orm.entities.types.acl import Acl
    from accsyn_orm.entities.types.app import App
    from accsyn_orm.entities.types.browser import Browser
    from accsyn_orm.entities.types.client import Client
    from accsyn_orm.entities.types.collection import Collection
    from accsyn_orm.entities.types.compute import Compute
    from accsyn_orm.entities.types.delivery import Delivery
    from accsyn_orm.entities.types.engine import Engine
    from accsyn_orm.entities.types.file import File
    from accsyn_orm.entities.types.folder import Folder
    from accsyn_orm.entities.types.home import Home
    from accsyn_orm.entities.types.job import Job, Transfer
    from accsyn_orm.entities.types.lane import Lane
    from accsyn_orm.entities.types.queue import Queue
    from accsyn_orm.entities.types.request import Request
    from accsyn_orm.entities.types.server import Server
    from accsyn_orm.entities.types.share import Share
    from accsyn_orm.entities.types.site import Site
    from accsyn_orm.entities.types.stream import Stream
    from accsyn_orm.entities.types.task import Task
    from accsyn_orm.entities.types.user import User
    from accsyn_orm.entities.types.user_server import UserServer
    from accsyn_orm.entities.types.volume import Volume
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
    "ABSENT",
    "ENTITY_CLASSES",
    "UNSET",
    "Access",
    "Acl",
    "App",
    "Attr",
    "AttrFrom",
    "Backend",
    "Browser",
    "Change",
    "Client",
    "ClientStatus",
    "ClientType",
    "Collection",
    "Compute",
    "Delivery",
    "DeliveryStatus",
    "Dialect",
    "Duration",
    "Engine",
    "EngineStatus",
    "Entity",
    "File",
    "FileInfo",
    "Folder",
    "GenericEntity",
    "Home",
    "Job",
    "JobStatus",
    "Lane",
    "LogEntry",
    "MetadataKey",
    "OpenEnum",
    "Party",
    "Query",
    "Queue",
    "QueueStatus",
    "ReadOnlyAttr",
    "Record",
    "Ref",
    "Refs",
    "Request",
    "Results",
    "Server",
    "Settable",
    "Settings",
    "Share",
    "ShareStatus",
    "ShareType",
    "Site",
    "SiteStatus",
    "Size",
    "Speed",
    "Stream",
    "Task",
    "TaskParty",
    "TaskStatus",
    "Transfer",
    "User",
    "UserRole",
    "UserServer",
    "UserStatus",
    "Volume",
    "Workspace",
    "attr",
    "entity_class",
]
