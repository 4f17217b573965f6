"""Paths of calls about files: one or several, as text or in parts, and an answer for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.schema import filled_text
from accsyn_orm.server.transfers.specs import SHARE_KINDS

MAX_PATHS = 10_000
"""Paths of one call."""

T = TypeVar("T")
Step = Callable[[], object]
"""A change that was checked, and only needs to be made."""


@behaviour(DOCUMENTED, "files", "a list of paths is answered by a list of path and result")
def each(path: Any, answer: Callable[[str], Any]) -> Any:
    """Answer for one path, or for each of several.

    Raises:
        Refusal: one is no path.
    """
    answers = [answer(text) for text in texts_of("path", path)]
    return _results(path, answers)


@behaviour(INFERRED, "files", "all paths of a list are checked before the first change")
def change(path: Any, items: Sequence[T], prepare: Callable[[T], Step]) -> Any:
    """Change something at one path, or at each of several.

    Args:
        path: as it came with the call.
        items: what is to be changed: one, or as many as there are paths.
        prepare: checks one change; it is made when all are checked.

    Raises:
        Refusal: a change cannot be made; says how many were made before it.
    """
    steps = [prepare(item) for item in items]
    done = 0
    try:
        for step in steps:
            step()
            done += 1
    except Refusal as refusal:
        if not done:
            raise
        raise Refusal(f"{refusal.message}; done before it: {done}") from refusal
    return _results(path, [True] * done)


def texts_of(name: str, path: Any) -> list[str]:
    """Return the paths of a call as text, one or several.

    Raises:
        Refusal: one is no path, or they are too many.
    """
    items = cast("list[object]", path if isinstance(path, list) else [path])
    if len(items) > MAX_PATHS:
        raise Refusal(f"{name} has at most {MAX_PATHS} paths, these are {len(items)}")
    return [_text(name, item) for item in items]


def pairs(path: Any, path_to: Any) -> list[tuple[str, str]]:
    """Return from where to where: one pair of paths, or two lists side by side.

    Raises:
        Refusal: one is no path, or the lists do not fit together.
    """
    here, there = texts_of("path", path), texts_of("path_to", path_to)
    if isinstance(path, list) is not isinstance(path_to, list) or len(here) != len(there):
        raise Refusal("path and path_to are one path each, or two lists of the same length")
    return list(zip(here, there, strict=True))


def _results(path: Any, answers: Sequence[Any]) -> Any:
    if not isinstance(path, list):
        return answers[0]
    given = cast("list[object]", path)
    return [{"path": one, "result": it} for one, it in zip(given, answers, strict=True)]


@behaviour(INFERRED, "files", "a dictionary names the kind of share, and the path in it")
def _text(name: str, path: object) -> str:
    if isinstance(path, dict):
        return _from_parts(name, cast("dict[str, Any]", path))
    return filled_text(name, path)


def _from_parts(name: str, parts: Mapping[str, Any]) -> str:
    kinds = [key for key in parts if key in SHARE_KINDS]
    if not parts or len(kinds) > 1 or set(parts) - {*kinds, "path"}:
        raise Refusal(
            f"{name}: write a text such as 'share=projects/plates', or the same in parts: "
            "{'share': 'projects', 'path': 'plates'}"
        )
    named = [f"{kind}={filled_text(name, parts[kind])}" for kind in kinds]
    if "path" in parts:
        named.append(filled_text(name, parts["path"]))
    return "/".join(named)
