"""Whether what is needed can be loaded: a program's own copy may be there, and be of no use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from traceback import walk_tb

from accsyn_orm.doctor.findings import Finding, fail, ok
from accsyn_orm.errors.base import on_one_line

_LIBRARIES = ("typing_extensions", "lark", "pydantic", "socks", "urllib3", "requests")
"""What is imported by name, those first that others of them need."""
_OURS = ("accsyn_orm.session", "accsyn_orm.transport.http", "accsyn_orm.entities.types.job")
_LONGEST_SAID = 120
_ADVICE = "remove that copy, or let the one you mean come first in PYTHONPATH"


def examine_loading() -> Iterator[Finding]:
    """Load all that a session needs; say what cannot be loaded, and from which file."""
    # With a library that is broken, ours would say the same once more.
    found = _problems(_LIBRARIES) or _problems(_OURS)
    yield from found or [ok("imports", "all that is needed can be loaded")]


def _problems(names: Sequence[str]) -> list[Finding]:
    """Return one finding for each file or module that is to blame, whoever needs it."""
    found: dict[str, Finding] = {}
    for name in names:
        problem = _problem(name)
        if problem is not None:
            found.setdefault(*problem)
    return list(found.values())


def _problem(name: str) -> tuple[str, Finding] | None:
    """Load a module; return what is to blame if that fails, and the finding."""
    try:
        import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or name
        by = "" if missing == name else f", which {name} needs,"
        advice = (
            f"install it for this Python, such as with: pip install {missing.partition('.')[0]}"
        )
        return missing, fail("imports", f"{missing}{by} cannot be found", advice)
    except Exception as error:  # noqa: BLE001  # whatever somebody's copy does
        said = on_one_line(str(error))[:_LONGEST_SAID]
        where = _where(error)
        text = f"{name} cannot be loaded: {type(error).__name__}: {said} (in {where})"
        return str(where), fail("imports", text, _ADVICE)
    return None


def _where(error: Exception) -> Path | str:
    """Return the file in which it went wrong, leaving out Python's own import machinery."""
    files = [frame.f_code.co_filename for frame, _ in walk_tb(error.__traceback__)]
    outside = [file for file in files if not file.startswith("<") and file != __file__]
    named = getattr(error, "path", None) or getattr(error, "filename", None)
    return named or (outside[-1] if outside else "no file")
