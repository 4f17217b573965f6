"""Python, the program around it, the versions of what is needed, and copies in the way."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from accsyn_orm.doctor.findings import Finding, fail, ok, warn

_HOSTS: Mapping[str, str] = {
    "maya": "Maya",
    "nuke": "Nuke",
    "hou": "Houdini",
    "bpy": "Blender",
    "unreal": "Unreal Engine",
    "c4d": "Cinema 4D",
}
_OURS = "accsyn_orm"
_OFFICIAL = "accsyn_api"
_LEAST_PYTHON = (3, 10)
# Distribution → module that is imported. What is needed stands in our own metadata.
_MODULES: Mapping[str, str] = {"pysocks": "socks", "typing-extensions": "typing_extensions"}
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)\s*(?P<bounds>[^;]*)(?P<marker>;.*)?")
_BOUND = re.compile(r"(?P<sign>>=|<)\s*(?P<version>[0-9.]+)")
# Without metadata: a checkout that was put on the path.
_NEEDED = ("lark", "pydantic", "PySocks", "requests", "typing-extensions")


@dataclass(frozen=True, slots=True)
class Copy:
    """A package that can be imported.

    Attributes:
        path: directory or file it is in.
        is_loaded: this one is imported already.
    """

    path: Path
    is_loaded: bool = False


def examine_interpreter() -> Iterator[Finding]:
    """Say which Python this is, and what it runs in."""
    host = next((name for module, name in _HOSTS.items() if module in sys.modules), None)
    inside = f", inside {host}" if host else ""
    where = sys.executable or "no executable"
    number = platform.python_version()
    text = f"Python {number} on {platform.system()} {platform.machine()}{inside} ({where})"
    if sys.version_info[:2] < _LEAST_PYTHON:
        yield fail("python", text, "accsyn_orm needs Python 3.10 or newer")
    else:
        yield ok("python", text)


def examine_packages(path: Sequence[str] | None = None) -> Iterator[Finding]:
    """Say which versions there are, and which of several copies wins.

    Args:
        path: where modules are looked for; by default where Python does.
    """
    search = list(sys.path if path is None else path)
    yield _own(search)
    bounds = dict(_requirements())
    problems = [_problem(name, bound, search) for name, bound in bounds.items()]
    yield from [problem for problem in problems if problem] or [_all_there(bounds)]
    yield _official(search)
    shadowed = [_shadowed(_module(name), search) for name in bounds]
    found = [finding for finding in shadowed if finding]
    yield from found or [ok("shadows", "nothing is there twice")]


def copies(module: str, path: Sequence[str]) -> list[Copy]:
    """Return all copies of a package on a path, the one that wins first."""
    found: list[Path] = []
    loaded = getattr(sys.modules.get(module), "__file__", None)
    if loaded:
        found.append(_location(loaded))
    for entry in path:
        spec = PathFinder.find_spec(module, [entry])
        if spec is not None and spec.origin:
            found.append(_location(spec.origin))
    return [Copy(place, bool(loaded) and index == 0) for index, place in enumerate(_unique(found))]


def _unique(paths: Sequence[Path]) -> list[Path]:
    return list(dict.fromkeys(path.resolve() for path in paths))


def _location(file: str) -> Path:
    path = Path(file)
    return path.parent if path.stem == "__init__" else path


def _own(path: Sequence[str]) -> Finding:
    found = [str(copy.path) for copy in copies(_OURS, path)]
    text = f"accsyn_orm {_version(_OURS) or 'from a checkout'} in {found[0]}"
    if len(found) == 1:
        return ok("accsyn_orm", text)
    others = ", ".join(found[1:])
    advice = "remove one, or put the one you mean first in PYTHONPATH"
    return warn("accsyn_orm", f"{text} shadows {others}", advice)


def _official(path: Sequence[str]) -> Finding:
    # Scripts may have put our own drop-in there under the official name.
    own = Path(__file__).parents[1]
    found = [copy for copy in copies(_OFFICIAL, path) if own not in copy.path.parents]
    if not found:
        return ok("accsyn_api", "no official client on the path")
    number = _version("accsyn-python-api") or "unknown version"
    text = f"official client ({number}) in {found[0].path}"
    return ok("accsyn_api", f"{text}: lives beside accsyn_orm, neither touches the other")


def _shadowed(module: str, path: Sequence[str]) -> Finding | None:
    found = copies(module, path)
    if len(found) < 2:  # noqa: PLR2004  # a pair
        return None
    how = "was loaded before" if found[0].is_loaded else "comes first"
    others = ", ".join(str(copy.path) for copy in found[1:])
    advice = "see whose PYTHONPATH or start-up script brings it, if anything about it fails"
    return warn("shadows", f"{module} from {found[0].path} {how}, not {others}", advice)


def _requirements() -> Iterator[tuple[str, str]]:
    """Give the distributions that the core needs, and within which bounds."""
    try:
        lines = requires(_OURS) or []
    except PackageNotFoundError:
        lines = list(_NEEDED)
    for line in lines:
        found = _REQUIREMENT.match(line)
        if found and "extra ==" not in (found["marker"] or ""):
            yield found["name"], found["bounds"]


def _problem(name: str, bounds: str, path: Sequence[str]) -> Finding | None:
    number = _version(name)
    install = f"pip install '{name}{bounds.strip()}' for {sys.executable or 'this Python'}"
    found = copies(_module(name), path)
    if number is None and found:
        # Copied there, as programs do with what they bring along.
        text = f"{name} in {found[0].path} does not say which version it is"
        return warn("packages", text, f"if anything about it fails: {install}")
    if number is None:
        return fail("packages", f"{name} is not installed", install)
    if not is_within(number, bounds):
        return fail("packages", f"{name} {number} is not {bounds.strip()}", install)
    return None


def _all_there(names: Iterable[str]) -> Finding:
    return ok("packages", ", ".join(f"{name} {_version(name)}" for name in names))


def is_within(number: str, bounds: str) -> bool:
    """Tell whether a version is within bounds such as ``>=2.11,<3``."""
    mine = _numbers(number)
    for bound in _BOUND.finditer(bounds):
        theirs = _numbers(bound["version"])
        if (mine < theirs) if bound["sign"] == ">=" else (mine >= theirs):
            return False
    return True


def _numbers(text: str) -> tuple[int, ...]:
    found = re.match(r"[0-9]+(?:\.[0-9]+)*", text)
    return tuple(map(int, found[0].split("."))) if found else ()


def _module(distribution: str) -> str:
    name = distribution.lower()
    return _MODULES.get(name, name.replace("-", "_"))


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
