"""The rules of the entity types, one module each; here is the list of them.

A type is added with a module of its own, a line here, and its row in the role matrix.
"""

from __future__ import annotations

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.acls import Acls
from accsyn_orm.server.rules.base import EntityRules
from accsyn_orm.server.rules.clients import (
    Apps,
    Browsers,
    ClientFamily,
    Lanes,
    Servers,
    UserServers,
)
from accsyn_orm.server.rules.collections import Collections
from accsyn_orm.server.rules.computes import Computes
from accsyn_orm.server.rules.engines import Engines
from accsyn_orm.server.rules.files import Files
from accsyn_orm.server.rules.folders import Folders
from accsyn_orm.server.rules.homes import Homes
from accsyn_orm.server.rules.jobs import JobFamily
from accsyn_orm.server.rules.packages import Deliveries, Requests, Streams
from accsyn_orm.server.rules.queues import Queues
from accsyn_orm.server.rules.shares import ShareFamily
from accsyn_orm.server.rules.sites import Sites
from accsyn_orm.server.rules.tasks import Tasks
from accsyn_orm.server.rules.transfers import Transfers
from accsyn_orm.server.rules.users import Users
from accsyn_orm.server.rules.volumes import Volumes
from accsyn_orm.server.rules.workspaces import Workspaces
from accsyn_orm.server.storage.tables import Generation

QUEUE_RULES = Queues()
_JOBS = (Transfers(), Computes(), Deliveries(), Requests(), Streams())
_SHARES = (Folders(), Volumes(), Homes(), Collections())
_CLIENTS = (Apps(), Servers(), UserServers(), Browsers(), Lanes())

RULES: tuple[EntityRules, ...] = (
    *_JOBS,
    JobFamily(_JOBS),
    QUEUE_RULES,
    Tasks(),
    Workspaces(),
    Users(),
    *_SHARES,
    ShareFamily(_SHARES),
    Files(),
    Acls(),
    Sites(),
    *_CLIENTS,
    ClientFamily(_CLIENTS),
    Engines(),
)


def entity_names(generation: Generation) -> list[str]:
    """List the entity types of a generation."""
    return sorted(filter(None, (rules.names.shown(generation) for rules in RULES)))


def rules_named(generation: Generation, name: str) -> EntityRules:
    """Find the rules of the entity type that a generation calls so.

    Raises:
        Refusal: there is none.
    """
    for rules in RULES:
        if rules.names.include(name, generation):
            return rules
    known = ", ".join(entity_names(generation))
    raise Refusal(f"this workspace has no entity type {name!r}; there are {known}")


__all__ = ["QUEUE_RULES", "RULES", "EntityRules", "entity_names", "rules_named"]
