"""The workspace and the typed entities agree about what can be written.

Both were written after the same documentation. Where they differ on purpose stands in one table,
with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.dialects import NEUTRAL
from accsyn_orm.entities.registry import ENTITY_CLASSES
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

CASES = [
    ("v1", User),
    ("v3", User),
    ("v1", Queue),
    ("v3", Queue),
    ("v1", Job),
    ("v3", Transfer),
    ("v1", Task),
    ("v3", Task),
    ("v3", Compute),
    ("v3", Delivery),
    ("v3", Request),
    ("v3", Stream),
    ("v1", Workspace),
    ("v3", Workspace),
    *(("v3", cls) for cls in (Volume, Folder, Home, Collection, File)),
    *(("v3", cls) for cls in (Client, App, Server, UserServer, Browser, Lane)),
    *(("v1", cls) for cls in (Client, App, Server, UserServer, Browser, Lane)),
    *((generation, cls) for generation in ("v1", "v3") for cls in (Acl, Engine, Site)),
]

# They come by themselves.
_NEVER_CREATED = (Workspace, Client)
# They are removed and added again.
_NEVER_CHANGED = (Acl, File)

# Older spellings that scripts still send; entities send "destination" and "mirror_paths".
_OLDER = {"dest", "mirror"}
# Clients that know no job types of their own say it; the typed classes are the type.
_KIND = {"type"}

# Only jobs that publish bring ids, from a call that entities do not have.
_PUBLISHED = {"id"}
# Compute jobs are jobs in v1, see below.
_OF_COMPUTE_JOBS = {
    "app", "dependencies", "envs", "filters", "input", "output", "parameters", "range"
}  # fmt: skip

ACCEPTED_ONLY: Mapping[type[Entity], Mapping[tuple[str, str], set[str]]] = {
    # An older spelling of "role", which entities send.
    User: {("v1", "create"): {"clearance"}},
    Job: {("v1", "create"): _OLDER | _KIND | _OF_COMPUTE_JOBS},
    Transfer: {("v3", "create"): _OLDER | _KIND},
    Task: dict.fromkeys((("v1", "create"), ("v3", "create")), _PUBLISHED),
    **{cls: {("v3", "create"): _KIND} for cls in (Compute, Delivery, Request, Stream)},
    # In v1 servers are assigned so, which is a call of its own for entities.
    Volume: {("v1", "update"): {"server", "siteserver", "server_clear", "siteserver_clear"}},
}
"""What the workspace takes and the entities do not send."""


def declared(cls: type[Entity], generation: str, moment: str) -> set[str]:
    """List what an entity class sends, as the generation spells it."""
    dialect = cls.__dialects__.get(generation, NEUTRAL)
    names = {**dialect.names, **({"path": "files"} if cls is File else {})}
    is_told = moment == "create" and issubclass(cls, Share) and dialect.condition is not None
    kind = {"type"} if is_told else set()
    return kind | {
        names.get(name, spec.wire or name)
        for name, spec in cls.__entity_attributes__.items()
        if spec.moment in {moment, "save"} and spec.only in {None, generation}
    }


@pytest.mark.parametrize("moment", ["create", "update"])
@pytest.mark.parametrize("generation", ["v1", "v3"])
def test_what_can_be_written_is_what_the_entities_send(studio, generation, moment):
    admin = studio.client("admin", generation)
    for cls in [cls for spoken, cls in CASES if spoken == generation]:
        kind = cls.__dialects__.get(generation, NEUTRAL).entitytype or cls.__entity_type__
        listed = set(admin.call("GET", "attributes", {"entitytype": kind, moment: True}))
        sent = declared(cls, generation, moment)
        accepted_only = ACCEPTED_ONLY.get(cls, {}).get((generation, moment), set())
        assert sent or issubclass(cls, _NEVER_CREATED if moment == "create" else _NEVER_CHANGED)
        assert (cls.__name__, sent - listed) == (cls.__name__, set())
        assert (cls.__name__, listed - sent) == (cls.__name__, accepted_only)


@pytest.mark.parametrize("moment", ["create", "update"])
def test_what_a_compute_job_sends_in_v1_is_part_of_what_jobs_take(studio, moment):
    listed = set(
        studio.client("admin", "v1").call("GET", "attributes", {"entitytype": "job", moment: True})
    )
    sent = declared(Compute, "v1", moment)
    assert sent - listed == set()
    if moment == "create":
        assert sent >= _OF_COMPUTE_JOBS


@pytest.mark.parametrize("moment", ["create", "update"])
def test_what_the_kinds_of_shares_send_in_v1_is_together_what_shares_take(studio, moment):
    listed = set(
        studio.client("admin", "v1").call(
            "GET", "attributes", {"entitytype": "share", moment: True}
        )
    )
    sent = set().union(*(declared(cls, "v1", moment) for cls in (Volume, Folder, Home)))
    assert sent - listed == set()
    assert listed - sent == ACCEPTED_ONLY[Volume].get(("v1", moment), set())


# Records of v1 hold what any kind of share has, whether it means something there or not.
_OF_ANY_SHARE = {"default", "parent", "path", "paths"}
# In v3 the name stands for jobs of all kinds.
_OF_ANY_JOB = {"engine", "engine_hr", "public"}


@pytest.mark.parametrize("generation", ["v1", "v3"])
def test_entities_know_every_attribute_that_the_workspace_shows(studio, generation):
    admin = studio.client("admin", generation)
    for cls in ENTITY_CLASSES.values():
        dialect = cls.__dialects__.get(generation, NEUTRAL)
        if not dialect.exists:
            continue
        wire = dialect.entitytype or cls.__entity_type__
        listed = set(admin.call("GET", "attributes", {"entitytype": wire}))
        specs = cls.__entity_attributes__
        known = {spelling for name, spec in specs.items() for spelling in (name, *spec.aliases)}
        known |= {dialect.name(name) for name in specs}
        unknown = listed - known
        unknown -= {"share": _OF_ANY_SHARE, "job": _OF_ANY_JOB}.get(wire, set())
        assert (cls.__name__, unknown) == (cls.__name__, set())
