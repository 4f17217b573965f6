# ruff: noqa: A001  # the attributes of the backend are called id, type …
"""The names of all attributes that can be queried: ``Job.where(status != "failed")``.

A bare name belongs to no entity. It is bound when the condition meets one: only then is it known
whether the entity has the attribute, and whether the attribute can have the value.

Attributes that a studio declares on a class of its own can be imported by their names as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accsyn_orm.query.fields import UnboundField

code = UnboundField("code")
compute_default = UnboundField("compute_default")
created = UnboundField("created")
creator = UnboundField("creator")
default = UnboundField("default")
description = UnboundField("description")
destination = UnboundField("destination")
destination_hr = UnboundField("destination_hr")
engine = UnboundField("engine")
engine_hr = UnboundField("engine_hr")
etr = UnboundField("etr")
finished = UnboundField("finished")
id = UnboundField("id")
inactive = UnboundField("inactive")
job = UnboundField("job")
job_hr = UnboundField("job_hr")
logged_in = UnboundField("logged_in")
metadata = UnboundField("metadata")
modified = UnboundField("modified")
modifier = UnboundField("modifier")
name = UnboundField("name")
parent = UnboundField("parent")
parent_hr = UnboundField("parent_hr")
phase = UnboundField("phase")
priority = UnboundField("priority")
progress = UnboundField("progress")
public = UnboundField("public")
queue = UnboundField("queue")
role = UnboundField("role")
size = UnboundField("size")
source = UnboundField("source")
source_hr = UnboundField("source_hr")
speed = UnboundField("speed")
status = UnboundField("status")
time = UnboundField("time")
type = UnboundField("type")
uri = UnboundField("uri")
user = UnboundField("user")
user_hr = UnboundField("user_hr")

if not TYPE_CHECKING:  # checkers report misspelt names

    def __getattr__(name: str) -> UnboundField:
        if name.startswith("_") or name != name.lower():
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return UnboundField(name)


__all__ = [
    "code",
    "compute_default",
    "created",
    "creator",
    "default",
    "description",
    "destination",
    "destination_hr",
    "engine",
    "engine_hr",
    "etr",
    "finished",
    "id",
    "inactive",
    "job",
    "job_hr",
    "logged_in",
    "metadata",
    "modified",
    "modifier",
    "name",
    "parent",
    "parent_hr",
    "phase",
    "priority",
    "progress",
    "public",
    "queue",
    "role",
    "size",
    "source",
    "source_hr",
    "speed",
    "status",
    "time",
    "type",
    "uri",
    "user",
    "user_hr",
]
