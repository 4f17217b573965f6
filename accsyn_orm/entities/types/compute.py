"""Compute jobs: an engine that works on files, such as a renderer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from accsyn_orm.entities.actions.jobs import Pausable
from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, ReadOnlyAttr, Settable, attr
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.types.base_job import BaseJob, TasksAttr
from accsyn_orm.entities.types.submission import ComputeTasks
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.engine import EngineParameters, Environments, Hook
from accsyn_orm.entities.values.frames import FrameRange
from accsyn_orm.entities.values.machine_filters import MachineFilters
from accsyn_orm.entities.values.party import Party
from accsyn_orm.entities.values.path import FilledGivenPathText, GivenPathText
from accsyn_orm.entities.values.references import Ref
from accsyn_orm.entities.values.statuses import JobStatus
from accsyn_orm.errors import EntityStateError
from accsyn_orm.paths import AccsynPath
from accsyn_orm.query.nodes import Comparison, Operator

if TYPE_CHECKING:
    from accsyn_orm.entities.types.engine import Engine
    from accsyn_orm.entities.types.queue import Queue
else:
    TasksAttr = ComputeTasks

COMPUTE_JOB = 3
"""The number that the v1 generation gives to compute jobs."""


class Compute(Pausable, BaseJob):
    """A job that runs an engine: over a range of frames, or task by task.

    In the v1 generation it is a job, its engine is an app, and which one it was is not returned.

    Example:
        >>> render = Compute(
        ...     engine="nuke-13",
        ...     input="volume=projects/sh010/comp.nk",
        ...     output="volume=projects/sh010/out",
        ...     range="1001-1100x10",
        ... )
        >>> render.save()  # doctest: +SKIP
        Compute(id='6971e16fceadd67b955b1995', code='comp.nk', status='waiting')
    """

    __entity_type__ = "compute"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {
        "v1": Dialect(
            entitytype="job",
            names={"name": "code", "engine": "app"},
            condition=Comparison("type", Operator.EQUAL, str(COMPUTE_JOB), is_checked=True),
        )
    }

    engine: AttrFrom[Ref["Engine"], str | Entity] = attr(on="create", returned="v3")
    """The engine, or its code or id; read as its id (v3)."""
    engine_hr: ReadOnlyAttr[str] = attr(init=False, only="v3")
    """The engine, readable (v3 only)."""
    status: AttrFrom[JobStatus, JobStatus | str] = attr(
        default=UNSET,
        settable=Settable(
            create=("waiting", "paused"), update=("waiting", "paused", "aborted", "done")
        ),
    )
    """``waiting`` resumes or retries, ``paused`` holds, ``aborted`` and ``done`` end the job."""
    source: ReadOnlyAttr[Party] = attr(init=False)
    """Whose the input is: ``user:<id>`` or ``workspace:<id>``."""
    destination: ReadOnlyAttr[Party] = attr(init=False)
    """Whose the output is, like ``source``."""
    parent: ReadOnlyAttr[Ref["Queue"]] = attr(init=False)
    """Id of the queue."""

    input: AttrFrom[FilledGivenPathText, str | AccsynPath] = attr(
        default=UNSET, on="create", readable=False
    )
    """The file to work on: a local path, or one in the workspace."""
    output: AttrFrom[FilledGivenPathText, str | AccsynPath] = attr(
        default=UNSET, on="create", readable=False
    )
    """The folder for what is made."""
    range: Attr[FrameRange] = attr(default=UNSET, on="create", readable=False)
    """Frames: ``1-10``, ``4``, ``5-250x5``, several with blanks or commas between them."""
    dependencies: AttrFrom[list[GivenPathText], Sequence[str | AccsynPath]] = attr(
        default=UNSET, on="create", readable=False
    )
    """Paths of further files that the engine needs."""
    filters: Attr[MachineFilters] = attr(default=UNSET, on="create", readable=False)
    """Which machines may compute, by ram, cores, site, hostname and pool: ``ram:>64g,site:a+b``."""
    parameters: AttrFrom[EngineParameters, EngineParameters | Mapping[str, Any]] = attr(
        default=UNSET, on="create", readable=False
    )
    """What the engine is told; the documented parameters are checked, others sent as they are."""
    envs: AttrFrom[Environments, Mapping[str, str] | Mapping[str, Mapping[str, str]]] = attr(
        default=UNSET, on="create", readable=False
    )
    """Environment variables: flat, or for ``common``, ``linux``, ``mac`` and ``windows``."""
    tasks: TasksAttr = attr(default=UNSET, on="create", readable=False)
    """What to compute, instead of a range. Tasks may hold tasks, which are computed instead of
    them, and wait for others under ``deps``; afterwards the query for the job's tasks."""
    hooks: Attr[list[Hook]] = attr(default=UNSET, on="create", readable=False)
    """Data for hooks."""

    def _missing(self) -> list[Problem]:
        given, found = vars(self), super()._missing()
        if not given["engine"]:
            found.append(("engine", "is empty: name one by its code or id"))
        if {"tasks", "range"} <= given.keys():
            found.append(("tasks", "or range, not both: the tasks are what is computed"))
        return found

    def _refuse_tasks(self) -> None:
        reason = "its tasks are given when it is made: save() another Compute(tasks=[…])"
        raise EntityStateError(type(self).__name__, f"{self!r}: {reason}")
