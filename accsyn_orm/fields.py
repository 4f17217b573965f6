# ruff: noqa: A001  # the attributes of the backend are called id, type …
"""The names of all attributes that can be queried: ``Job.where(status != "failed")``.

A bare name belongs to no entity. It is bound when the condition meets one: only then is it known
whether the entity has the attribute, and whether the attribute can have the value.

Attributes that a studio declares on a class of its own can be imported by their names as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accsyn_orm.query.fields import UnboundField

accsyn = UnboundField("accsyn")
acknowledged = UnboundField("acknowledged")
benchmark = UnboundField("benchmark")
code = UnboundField("code")
collection = UnboundField("collection")
compute_default = UnboundField("compute_default")
created = UnboundField("created")
creator = UnboundField("creator")
default = UnboundField("default")
description = UnboundField("description")
destination = UnboundField("destination")
destination_hr = UnboundField("destination_hr")
email = UnboundField("email")
engine = UnboundField("engine")
engine_hr = UnboundField("engine_hr")
entity = UnboundField("entity")
entity_hr = UnboundField("entity_hr")
etr = UnboundField("etr")
finished = UnboundField("finished")
host_ident = UnboundField("host_ident")
id = UnboundField("id")
inactive = UnboundField("inactive")
job = UnboundField("job")
job_hr = UnboundField("job_hr")
last_checkin = UnboundField("last_checkin")
licensed = UnboundField("licensed")
logged_in = UnboundField("logged_in")
main = UnboundField("main")
metadata = UnboundField("metadata")
metrics = UnboundField("metrics")
modified = UnboundField("modified")
modifier = UnboundField("modifier")
name = UnboundField("name")
os = UnboundField("os")
parent = UnboundField("parent")
parent_hr = UnboundField("parent_hr")
path = UnboundField("path")
paths = UnboundField("paths")
phase = UnboundField("phase")
priority = UnboundField("priority")
progress = UnboundField("progress")
public = UnboundField("public")
queue = UnboundField("queue")
read = UnboundField("read")
role = UnboundField("role")
roles = UnboundField("roles")
server = UnboundField("server")
share = UnboundField("share")
site = UnboundField("site")
site_hr = UnboundField("site_hr")
siteservers = UnboundField("siteservers")
size = UnboundField("size")
source = UnboundField("source")
source_hr = UnboundField("source_hr")
speed = UnboundField("speed")
status = UnboundField("status")
status_hr = UnboundField("status_hr")
target = UnboundField("target")
target_hr = UnboundField("target_hr")
time = UnboundField("time")
token = UnboundField("token")
type = UnboundField("type")
type_hr = UnboundField("type_hr")
uri = UnboundField("uri")
user = UnboundField("user")
user_hr = UnboundField("user_hr")
username = UnboundField("username")
vendor = UnboundField("vendor")
version = UnboundField("version")
wan_ip = UnboundField("wan_ip")
write = UnboundField("write")

if not TYPE_CHECKING:  # checkers report misspelt names

    def __getattr__(name: str) -> UnboundField:
        if name.startswith("_") or name != name.lower():
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return UnboundField(name)


__all__ = [
    "accsyn",
    "acknowledged",
    "benchmark",
    "code",
    "collection",
    "compute_default",
    "created",
    "creator",
    "default",
    "description",
    "destination",
    "destination_hr",
    "email",
    "engine",
    "engine_hr",
    "entity",
    "entity_hr",
    "etr",
    "finished",
    "host_ident",
    "id",
    "inactive",
    "job",
    "job_hr",
    "last_checkin",
    "licensed",
    "logged_in",
    "main",
    "metadata",
    "metrics",
    "modified",
    "modifier",
    "name",
    "os",
    "parent",
    "parent_hr",
    "path",
    "paths",
    "phase",
    "priority",
    "progress",
    "public",
    "queue",
    "read",
    "role",
    "roles",
    "server",
    "share",
    "site",
    "site_hr",
    "siteservers",
    "size",
    "source",
    "source_hr",
    "speed",
    "status",
    "status_hr",
    "target",
    "target_hr",
    "time",
    "token",
    "type",
    "type_hr",
    "uri",
    "user",
    "user_hr",
    "username",
    "vendor",
    "version",
    "wan_ip",
    "write",
]
