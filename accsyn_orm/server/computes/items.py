"""The items of a compute job: its tasks, which may have tasks of their own.

A task that has some only holds them: those that are innermost are computed. What it says about
parameters, metadata, settings, priority and what to wait for holds for all beneath it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, cast

from accsyn_orm.server.computes.parameters import merged, parameters
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, unknown_attribute
from accsyn_orm.server.rules.schema import filled_text, json_object
from accsyn_orm.server.rules.submission import names
from accsyn_orm.server.transfers.shapes import task_uri

DEEPEST = 16
"""How many levels of tasks there may be."""

ITEM_KEYS = frozenset(
    {
        "id", "uri", "priority", "metadata", "settings", "status", "description", "compute",
        "deps", "tasks",
    }
)  # fmt: skip
_INHERITED = ("priority", "status")


@dataclass(frozen=True, slots=True)
class Item:
    """One task that is computed.

    Attributes:
        uri: path of keys from the outermost task, as ``A/B``.
        values: what it says about itself, with what the tasks around it say.
        deps: uris of the tasks that have to be done first.
    """

    uri: str
    values: Mapping[str, Any]
    deps: Sequence[str]


@behaviour(DOCUMENTED, "compute/create", "tasks hold tasks, which are computed instead of them")
@behaviour(DOCUMENTED, "compute/create", "parameters and metadata add up from outer to inner tasks")
@behaviour(DOCUMENTED, "compute/create", "deps name tasks that are done first, with all in them")
@behaviour(INFERRED, "compute/create", "deps name tasks, and never wait for each other")
@behaviour(INFERRED, "compute/create", "a task that only holds others is no task itself")
def read_items(tasks: object) -> list[Item]:
    """List the tasks of a compute job that are computed.

    Raises:
        Refusal: one is malformed, or they wait for what is not there, or for each other.
    """
    waits: dict[str, set[str]] = {}
    items = list(_items("", tasks, {}, (), waits))
    if not items:
        raise Refusal("a job needs at least one task")
    _require_order(waits)
    return items


def _items(
    prefix: str,
    tasks: object,
    outer: Mapping[str, Any],
    deps: Sequence[str],
    waits: dict[str, set[str]],
) -> Iterator[Item]:
    if prefix.count("/") >= DEEPEST:
        raise Refusal(f"tasks are at most {DEEPEST} levels deep")
    for key, task in _keyed(tasks):
        uri = task_uri("task.uri", f"{prefix}{key}")
        if uri in waits:
            raise Refusal(f"two tasks have the same uri {uri!r}")
        given = _checked(task)
        own = [*deps, *names("task.deps", given.pop("deps", []))]
        inner = given.pop("tasks", None)
        values = _added(outer, given)
        waits[uri] = set(own)
        if prefix:
            # What holds tasks is done when they are.
            waits[prefix[:-1]].add(uri)
        if inner is None:
            yield Item(uri, values, tuple(dict.fromkeys(own)))
        else:
            yield from _items(f"{uri}/", inner, values, own, waits)


def _keyed(tasks: object) -> Iterator[tuple[str, object]]:
    if isinstance(tasks, Mapping):
        yield from ((_key(key), task) for key, task in cast("Mapping[str, object]", tasks).items())
    elif isinstance(tasks, Sequence) and not isinstance(tasks, str):
        for number, task in enumerate(cast("Sequence[object]", tasks)):
            named = cast("Mapping[str, object]", task).get("uri") if _is_task(task) else None
            yield _key(str(number) if named is None else named), task
    else:
        raise Refusal("tasks: write a list of tasks, or a dictionary of tasks by uri")


def _is_task(task: object) -> bool:
    return isinstance(task, Mapping)


def _key(value: object) -> str:
    key = filled_text("task.uri", value)
    if "/" in key:
        raise Refusal(f"task.uri: {key!r} holds a slash, which stands between levels")
    return key


def _checked(task: object) -> dict[str, Any]:
    if not isinstance(task, Mapping):
        raise Refusal("tasks: each task of a compute job is a dictionary")
    given = dict(cast("Mapping[str, Any]", task))
    for name in given:
        if name not in ITEM_KEYS:
            raise unknown_attribute("task", name, ITEM_KEYS)
    given.pop("uri", None)
    return given


def _added(outer: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Combine what a task says with what those around it say."""
    values = {name: outer[name] for name in _INHERITED if name in outer}
    values |= given
    values["metadata"] = merged(outer.get("metadata", {}), given.get("metadata"), "task.metadata")
    own_settings = json_object("task.settings", given.get("settings", {}))
    values["settings"] = {**outer.get("settings", {}), **own_settings}
    compute = json_object("task.compute", given.get("compute", {}))
    for name in compute.keys() - {"parameters"}:
        raise unknown_attribute("task.compute", name, {"parameters"})
    own = parameters("task.compute.parameters", compute.get("parameters", {}))
    around: Mapping[str, Any] = outer.get("compute", {"parameters": {}})
    values["compute"] = {"parameters": {**around["parameters"], **own}}
    return values


def _require_order(waits: Mapping[str, set[str]]) -> None:
    for uri, deps in waits.items():
        for missing in deps - waits.keys():
            raise Refusal(f"task {uri!r} waits for {missing!r}, which is no task of the job")
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        circle = " to ".join(repr(uri) for uri in reversed(error.args[1]))
        raise Refusal(f"tasks wait for each other: {circle}") from error
