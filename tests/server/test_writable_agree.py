"""The workspace and the typed entities agree about what can be written.

Both were written after the same documentation. Where they differ on purpose stands in one table,
with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.types.compute import Compute
from accsyn_orm.entities.types.delivery import Delivery
from accsyn_orm.entities.types.job import Job, Transfer
from accsyn_orm.entities.types.queue import Queue
from accsyn_orm.entities.types.request import Request
from accsyn_orm.entities.types.stream import Stream
from accsyn_orm.entities.types.task import Task
from accsyn_orm.entities.types.user import User
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
]

# Options of the call, which the official clients put beside the attributes.
_OPTIONS = {"allow_duplicates", "replace_duplicates"}
# Older spellings that scripts still send; entities send "destination" and "mirror_paths".
_OLDER = {"dest", "mirror"}
# Clients that know no job types of their own say it; the typed classes are the type.
_KIND = {"type"}

# Only jobs that publish bring ids, from a call that entities do not have.
_PUBLISHED = {"id"}
# Tasks of compute jobs are submitted with the job, which checks them.
_COMPUTED = {"compute", "deps", "description"}
# Compute jobs are jobs in v1, see below.
_OF_COMPUTE_JOBS = {
    "app", "dependencies", "envs", "filters", "input", "output", "parameters", "range"
}  # fmt: skip

ACCEPTED_ONLY: Mapping[type[Entity], Mapping[tuple[str, str], set[str]]] = {
    # An older spelling of "role", which entities send.
    User: {("v1", "create"): {"clearance"}},
    Queue: {},
    Job: {("v1", "create"): _OPTIONS | _OLDER | _KIND | _OF_COMPUTE_JOBS},
    Transfer: {("v3", "create"): _OPTIONS | _OLDER | _KIND},
    Task: dict.fromkeys((("v1", "create"), ("v3", "create")), _PUBLISHED | _COMPUTED),
    **{cls: {("v3", "create"): _OPTIONS | _KIND} for cls in (Compute, Delivery, Request, Stream)},
    Workspace: {},
}
"""What the workspace takes and the entities do not send. There is nothing the other way round."""


def declared(cls: type[Entity], generation: str, moment: str) -> set[str]:
    """List what an entity class sends, as the generation spells it."""
    names = cls.__dialects__[generation].names if generation in cls.__dialects__ else {}
    return {
        names.get(name, spec.wire or name)
        for name, spec in cls.__entity_attributes__.items()
        if spec.moment in {moment, "save"} and spec.only in {None, generation}
    }


@pytest.mark.parametrize("moment", ["create", "update"])
@pytest.mark.parametrize(("generation", "cls"), CASES)
def test_what_can_be_written_is_what_the_entities_send(studio, generation, cls, moment):
    admin = studio.client("admin", generation)
    kind = cls.__dialects__[generation].entitytype if generation in cls.__dialects__ else None
    kind = kind or cls.__entity_type__
    listed = set(admin.call("GET", "attributes", {"entitytype": kind, moment: True}))
    sent = declared(cls, generation, moment)
    accepted_only = ACCEPTED_ONLY[cls].get((generation, moment), frozenset())
    assert sent or cls is Workspace  # is not created
    assert sent - listed == set()
    assert listed - sent == accepted_only


@pytest.mark.parametrize("moment", ["create", "update"])
def test_what_a_compute_job_sends_in_v1_is_part_of_what_jobs_take(studio, moment):
    listed = set(
        studio.client("admin", "v1").call("GET", "attributes", {"entitytype": "job", moment: True})
    )
    sent = declared(Compute, "v1", moment)
    assert sent - listed == set()
    if moment == "create":
        assert sent >= _OF_COMPUTE_JOBS
