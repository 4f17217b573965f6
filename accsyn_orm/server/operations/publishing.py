"""What is asked before files are published: which of them may be, and where they would go.

A studio answers that with a hook. Here the hook is a function that whoever runs the workspace hands
in; by default everything can be published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accsyn_orm.server.context import Call
from accsyn_orm.server.operations.work import answers
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, unknown_attribute
from accsyn_orm.server.rules.base import payload
from accsyn_orm.server.rules.schema import filled_text, json_object, whole_number
from accsyn_orm.server.rules.submission import a_list
from accsyn_orm.server.rules.task_rows import task_id
from accsyn_orm.server.storage.tables import V1, V3
from accsyn_orm.wire.events import Event

_KEYS = frozenset({"id", "filename", "size", "is_dir", "files"})
_DEEPEST = 24  # each takes two levels of JSON, of the 64 that a request may have
_size = whole_number(0, 2**63 - 1)


def _everything_can(files: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Let all files be published."""
    feedback = {
        "can_publish": True,
        "can_upload": True,
        "rejected": False,
        "warning": "",
        "info": "",
    }
    return {"files": [{**feedback, **file} for file in files]}


@behaviour(DOCUMENTED, "publish/preprocess", "each file comes back with feedback about it")
@behaviour(INFERRED, "publish/preprocess", "without a hook everything can be published")
@behaviour(DOCUMENTED, "publish/preprocess", "a hook of the studio decides")
@answers("PUT", "workspace/publish/preprocess", generations=V3)
@answers("PUT", "organization/publish/preprocess", generations=V1)
def preprocess(call: Call, event: Event, _variables: Mapping[str, str]) -> dict[str, Any]:
    """Say what of some files may be published."""
    data = payload(event.data)
    for name in data.keys() - {"files", "size"}:
        raise unknown_attribute(event.uri, name, ("files", "size"))
    files = [_file("file", one, 0) for one in a_list("files", data.get("files"))]
    if not files:
        raise Refusal("files: there is nothing to publish")
    return {
        "guidelines": None,
        "comment": None,
        "time_report": False,
        **(call.publish_hook or _everything_can)(files),
    }


def _file(name: str, value: Any, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        raise Refusal(f"files are at most {_DEEPEST} directories deep")
    given = json_object(name, value)
    for key in given.keys() - _KEYS:
        raise unknown_attribute("file", key, _KEYS)
    if depth == 0:
        task_id("file.id", given.get("id"))
    filled_text("file.filename", given.get("filename"))
    _size("file.size", given.get("size", 0))
    for inner in a_list("file.files", given.get("files", [])):
        _file(name, inner, depth + 1)
    return given
