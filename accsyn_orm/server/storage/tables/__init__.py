"""The storage schema: which entities the workspace keeps, under which attributes, in which columns.

One declarative description per entity type serves every layer: `search.compile` takes the attribute
names a query may use from it, `records` what to store and to send. Attributes are the union of both
protocol generations; `Attribute.shown_in` says who sees what.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from accsyn_orm.server.storage.tables.attributes import (
    BOTH,
    STORED_ONLY,
    V1,
    V3,
    Attribute,
    Generation,
    Kind,
)
from accsyn_orm.server.storage.tables.bookkeeping import LOGS, SETTINGS
from accsyn_orm.server.storage.tables.calls import calls
from accsyn_orm.server.storage.tables.entity import EntityTable, Scope, metadata
from accsyn_orm.server.storage.tables.jobs import (
    COMPUTES,
    DEFAULT_PRIORITY,
    DELIVERIES,
    JOB_TYPES,
    JOBS,
    QUEUES,
    RECIPIENTS,
    REQUESTS,
    STREAMS,
    TASKS,
    TRANSFERS,
)
from accsyn_orm.server.storage.tables.machines import (
    APPS,
    BROWSERS,
    CLIENT_TYPES,
    CLIENTS,
    ENGINES,
    LANES,
    SERVERS,
    SITES,
    USER_SERVERS,
)
from accsyn_orm.server.storage.tables.people import (
    USERS,
    WORKSPACES,
    api_keys,
    passwords,
    sessions,
)
from accsyn_orm.server.storage.tables.shares import (
    ACLS,
    COLLECTIONS,
    FILES,
    FOLDERS,
    HOMES,
    SHARES,
    VOLUMES,
)

ENTITIES: Mapping[str, EntityTable] = MappingProxyType(
    {
        described.name: described
        for described in (
            WORKSPACES, USERS, QUEUES, JOBS, TASKS, RECIPIENTS, SHARES, ACLS, FILES, SITES,
            CLIENTS, ENGINES, SETTINGS, LOGS,
        )
    }
)  # fmt: skip
"""Every table of entities, by name: all kinds of job share one, and so do shares and clients."""

__all__ = [
    "ACLS", "APPS", "BOTH", "BROWSERS", "CLIENTS", "CLIENT_TYPES", "COLLECTIONS", "COMPUTES",
    "DEFAULT_PRIORITY", "DELIVERIES", "ENGINES", "ENTITIES", "FILES", "FOLDERS", "HOMES", "JOBS",
    "JOB_TYPES", "LANES", "LOGS", "QUEUES", "RECIPIENTS", "REQUESTS", "SERVERS", "SETTINGS",
    "SHARES", "SITES", "STORED_ONLY", "STREAMS", "TASKS", "TRANSFERS", "USERS", "USER_SERVERS",
    "V1", "V3", "VOLUMES", "WORKSPACES", "Attribute", "EntityTable", "Generation", "Kind", "Scope",
    "api_keys", "calls", "metadata", "passwords", "sessions",
]  # fmt: skip
