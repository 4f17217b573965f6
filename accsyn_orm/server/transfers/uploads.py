"""What uploads bring to deliveries, requests and streams: their files, once they have arrived."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import INFERRED, behaviour
from accsyn_orm.server.storage.store import insert_rows, rows_where, update_rows
from accsyn_orm.server.storage.tables import DEFAULT_PRIORITY, JOBS, TASKS
from accsyn_orm.server.transfers.ends import End

_FILE_STATUS: Mapping[str, tuple[frozenset[str], str]] = {
    # A file that was there may have been replaced by another one, of another size.
    "done": (frozenset({"pending", "queued"}), "queued"),
    "aborted": (frozenset({"pending"}), "excluded"),
    "waiting": (frozenset({"excluded"}), "pending"),
}
"""What files become when the job that uploads them gets a status: from which statuses to which."""


@behaviour(INFERRED, "packages/files", "a file is there when the job that uploads it is done")
@behaviour(INFERRED, "packages/files", "a file whose upload is aborted is left out")
@behaviour(INFERRED, "packages/files", "a file that is uploaded again has its new size")
def follow_upload(call: Call, job: str, status: str) -> None:
    """Bring the files of a package in line with a job that may be uploading them."""
    if status not in _FILE_STATUS:
        return
    tasks, jobs = TASKS.table.c, JOBS.table.c
    (row,) = rows_where(call, JOBS, jobs.id == job)
    if row["parent"] == row["queue"]:
        return
    before, after = _FILE_STATUS[status]
    uploaded = {task["id"]: task["size"] for task in rows_where(call, TASKS, tasks.job == job)}
    for file in rows_where(call, TASKS, tasks.job == row["parent"], tasks.status.in_(before)):
        if file["upload"] in uploaded:
            size = uploaded[file["upload"]]
            # It is not known of an upload that somebody ended.
            values = {"status": after, "size": file["size"] if size is None else size}
            update_rows(call, TASKS, tasks.sequence == file["sequence"], values)


def enlist(call: Call, package: str, uploads: Mapping[str, End]) -> None:
    """Note the files that are being uploaded to a package.

    Args:
        call: the operation.
        package: its id.
        uploads: where each file goes, by the id of the task that uploads it.
    """
    tasks = TASKS.table.c
    present = rows_where(call, TASKS, tasks.job == package)
    by_place = {_place(file["source"]): file for file in present}
    new: dict[str, End] = {}
    for ident, end in uploads.items():
        file = by_place.get(_place(end))
        if file is None:
            new[ident] = end
            continue
        is_file = tasks.sequence == file["sequence"]
        # One that is there stays, until the other one has arrived in its place.
        status = "queued" if file["status"] == "queued" else "pending"
        update_rows(call, TASKS, is_file, {"upload": ident, "status": status})
    _insert(call, package, list(new.values()), list(new), start=len(present))


def add_files(call: Call, package: str, sources: Sequence[End]) -> list[str]:
    """Add files to a package that are there already; return the ids of these tasks."""
    present = rows_where(call, TASKS, TASKS.table.c.job == package)
    by_place = {_place(file["source"]): str(file["id"]) for file in present}
    new = [end for end in sources if _place(end) not in by_place]
    idents = _insert(call, package, new, [None] * len(new), start=len(present))
    by_place |= {_place(end): ident for end, ident in zip(new, idents, strict=True)}
    return [by_place[_place(end)] for end in sources]


def _insert(
    call: Call, package: str, sources: Sequence[End], uploads: Sequence[str | None], *, start: int
) -> list[str]:
    rows = {
        str(uuid.uuid4()): {
            "job": package,
            "uri": str(start + number),
            "status": "queued" if upload is None else "pending",
            "priority": DEFAULT_PRIORITY,
            "metadata": {},
            "settings": {},
            "source": dict(source),
            "destination": {},
            "upload": upload,
            "size": None,
            "time": None,
            "created": call.timestamp,
            "finished": None,
        }
        for number, (source, upload) in enumerate(zip(sources, uploads, strict=True))
    }
    if rows:
        insert_rows(call, TASKS, rows)
    return list(rows)


def _place(end: Mapping[str, Any]) -> str:
    return json.dumps(end, sort_keys=True)
