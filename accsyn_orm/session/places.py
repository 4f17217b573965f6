"""Arguments of calls about files, as they are sent: places on a share, and names of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

from accsyn_orm.errors import EntityValidationError, shown
from accsyn_orm.paths import AccsynPath
from accsyn_orm.paths.given import why_refused

Path: TypeAlias = "str | AccsynPath | Mapping[str, Any]"
"""One place on a share: ``share=projects/plates``, as text or value, or the same in parts."""

Paths: TypeAlias = "list[str] | list[AccsynPath] | list[dict[str, Any]] | tuple[Path, ...]"
"""Several places. Text is one place, though it is a sequence."""

Filter: TypeAlias = "str | Sequence[str] | None"
"""Names of files: ``word``, ``*word``, ``word*``, ``*word*``, ``a*b``, ``re('…')``, or several."""


def check_path(argument: str, path: object) -> Any:
    """Return a path, or a list of paths, as it is sent."""
    given = path
    if isinstance(path, (list, tuple)):
        items = cast("Sequence[object]", path)
        if not items or any(isinstance(item, (list, tuple)) for item in items):
            raise problem_of(argument, "a list of paths holds at least one, and no lists")
        return [check_path(argument, item) for item in items]
    if isinstance(path, AccsynPath):
        return str(path)
    if isinstance(path, str) and path.strip():
        if reason := why_refused(path):
            raise problem_of(argument, reason)
        return path
    if isinstance(path, Mapping) and path:
        return dict(cast("Mapping[str, Any]", path))
    hint = "; AccsynPath.local() takes a path of pathlib" if hasattr(given, "__fspath__") else ""
    raise problem_of(argument, f"{shown(given)} is no path, such as 'share=projects/plates'{hint}")


def filters_of(include: object, exclude: object) -> dict[str, Any]:
    """Return the filters that are sent: those that name something."""
    given = {"include": _check_filter("include", include)}
    given["exclude"] = _check_filter("exclude", exclude)
    return {name: words for name, words in given.items() if words}


def _check_filter(argument: str, words: object) -> Any:
    if words is None or isinstance(words, str):
        return words
    items = list(cast("Sequence[object]", words)) if isinstance(words, (list, tuple)) else [None]
    if not all(isinstance(word, str) and word for word in items):
        raise problem_of(argument, "is text or a list of texts, such as '*.exr'")
    return items


def is_several(path: object) -> bool:
    """Tell whether these are several places, for which there are several answers."""
    return isinstance(path, (list, tuple))


def problem_of(argument: str, reason: str) -> EntityValidationError:
    """Return what is raised about an argument of a call about files."""
    return EntityValidationError("file", [(argument, reason)])
