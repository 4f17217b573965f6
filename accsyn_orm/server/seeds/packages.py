"""The delivery and the request of the demo: both live, and both without an end of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accsyn_orm.server.context import Call
from accsyn_orm.server.rules.jobs import insert_job
from accsyn_orm.server.seeds.identity import stable_id, stable_uuid
from accsyn_orm.server.storage.store import insert_row, insert_rows
from accsyn_orm.server.storage.tables import DEFAULT_PRIORITY, JOB_TYPES, RECIPIENTS, TASKS


@dataclass(frozen=True, slots=True)
class PackageSeed:
    """One delivery or request.

    Attributes:
        kind: which of them.
        name: what it is called.
        user: e-mail of whoever made it.
        recipients: e-mails, and whether they have acted.
        files: paths in the default volume.
        folder: path in the default volume that a request is for.
    """

    kind: str
    name: str
    user: str
    recipients: Mapping[str, bool]
    files: Sequence[str] = ()
    folder: str = ""


PACKAGES = (
    PackageSeed(
        "delivery",
        "Project references",
        "anna@acmefilm.com",
        {"lisa@example.com": True, "pete@vendor.com": False},
        files=("show/reference/logo.jpeg", "show/reference/lut.cube"),
    ),
    PackageSeed(
        "request",
        "Scans of reel 2",
        "lars@acmefilm.com",
        {"pete@vendor.com": False},
        folder="show/in",
    ),
)


def plant_packages(
    call_of: Callable[[str, datetime], Call],
    users: Mapping[str, str],
    queue: str,
    began: datetime,
) -> None:
    """Put the delivery and the request into a workspace.

    Args:
        call_of: makes an operation of a user at a time.
        users: id of each user, by e-mail.
        queue: id of the queue that they are in.
        began: when they were made.
    """
    for seed in PACKAGES:
        call = call_of(seed.user, began)
        ident = stable_id(seed.kind, seed.name)
        insert_job(call, {**_attributes(call, seed), "queue": queue, "parent": queue}, ident=ident)
        for code, actioned in seed.recipients.items():
            values = {"job": ident, "user": users[code], "actioned": actioned}
            insert_row(call, RECIPIENTS, values, ident=stable_id("recipient", f"{ident}/{code}"))
        if seed.files:
            insert_rows(call, TASKS, _files(call, ident, seed))


def _attributes(call: Call, seed: PackageSeed) -> dict[str, Any]:
    here = f"workspace:{call.caller.workspace}"
    values: dict[str, Any] = {
        "type": JOB_TYPES[seed.kind],
        "name": seed.name,
        "status": "waiting",
        "destination" if seed.folder else "source": here,
    }
    if seed.folder:
        values["package"] = {"destination": _end(seed.folder)}
    return values


def _files(call: Call, package: str, seed: PackageSeed) -> dict[str, dict[str, Any]]:
    return {
        stable_uuid(package, str(number)): {
            "job": package,
            "uri": str(number),
            "status": "queued",
            "priority": DEFAULT_PRIORITY,
            "metadata": {},
            "settings": {},
            "source": _end(path),
            "destination": {},
            "size": None,
            "time": None,
            "created": call.timestamp,
            "finished": None,
        }
        for number, path in enumerate(seed.files)
    }


def _end(path: str) -> dict[str, str]:
    return {"v": stable_id("share", "projects"), "path": path}
