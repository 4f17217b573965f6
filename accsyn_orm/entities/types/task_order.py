"""The order of the tasks of a compute job: who waits for whom.

A task is named by the path of its keys from the outermost task, as ``A/B``. It may wait for tasks
with their uris under ``deps``; one that holds others is done when they are, and they wait for what
it waits for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeAlias, cast

from accsyn_orm.entities.validation import Problem, located, nearest

Tasks: TypeAlias = "list[Any] | dict[str, Any]"

DEEPEST = 16
"""How many levels of tasks there may be."""


@dataclass(frozen=True, slots=True)
class _Node:
    """A task in the tree.

    Attributes:
        uri: path of keys from the outermost task.
        holder: uri of the task that it is in, or nothing.
        place: where it stands in what was given.
        deps: uris of the tasks that it says it waits for.
    """

    uri: str
    holder: str
    place: str
    deps: tuple[str, ...]


def ordered(tasks: Tasks) -> Tasks:
    """Return tasks of a compute job, if they can be computed one after the other.

    Raises:
        PydanticCustomError: two have the same uri, or they wait for what is no task, or for each
            other.
    """
    nodes = list(_nodes(tasks, "", ""))
    if problems := [*_bad_uris(nodes), *_unknown_deps(nodes), *_circle(nodes)]:
        raise located(problems)
    return tasks


def _nodes(tasks: Tasks, holder: str, place: str) -> Iterator[_Node]:
    items: Iterable[tuple[object, Any]]
    items = tasks.items() if isinstance(tasks, dict) else enumerate(tasks)
    for key, task in items:
        given = cast("Mapping[str, Any]", task)
        name = str(given.get("uri", key))
        uri = f"{holder}/{name}" if holder else name
        here = f"{place}.{key}" if place else str(key)
        yield _Node(uri, holder, here, tuple(given.get("deps", ())))
        if "tasks" in given:
            yield from _nodes(given["tasks"], uri, f"{here}.tasks")


def _bad_uris(nodes: list[_Node]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for node in nodes:
        name = node.uri.removeprefix(f"{node.holder}/")
        if "/" in name:
            yield f"{node.place}.uri", f"{name!r} holds a slash, which stands between levels"
        elif node.uri.count("/") >= DEEPEST:
            yield node.place, f"is deeper than {DEEPEST} levels"
        elif first.setdefault(node.uri, node.place) != node.place:
            yield f"{node.place}.uri", f"{name!r} is the uri of {first[node.uri]} as well"


def _unknown_deps(nodes: list[_Node]) -> Iterator[Problem]:
    uris = {node.uri for node in nodes}
    for node in nodes:
        for dep in node.deps:
            if dep not in uris:
                meant = nearest(dep, uris)
                hint = f"; did you mean {meant!r}?" if meant else ""
                yield f"{node.place}.deps", f"{dep!r} is no task of the job{hint}"


def _circle(nodes: list[_Node]) -> Iterator[Problem]:
    """Say which tasks wait for each other: at most one circle, the others show when it is gone."""
    waits: dict[str, set[str]] = {}
    for node in nodes:
        inherited = waits.get(node.holder, set[str]()) if node.holder else set[str]()
        waits[node.uri] = {*node.deps, *inherited}
    for node in nodes:
        if node.holder:
            waits[node.holder].add(node.uri)
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        yield "", f"wait for each other: {' → '.join(reversed(circle))}"
