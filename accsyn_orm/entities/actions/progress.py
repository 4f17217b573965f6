"""How far a job is, for who waits for it: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from accsyn_orm.entities.base import Entity

Show = Callable[[Entity], None]


@contextmanager
def shown_progress() -> Generator[Show, None, None]:
    """Give a function that shows a job each time it was looked at, on standard error."""
    if sys.stderr.isatty() and find_spec("rich") is not None:
        with _bar() as show:
            yield show
    else:
        yield _lines()


@contextmanager
def _bar() -> Generator[Show, None, None]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[told]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=100, told="")

        def show(job: Entity) -> None:
            done, told = _percent(job), _told(job)
            progress.update(bar, description=_name(job), completed=done, told=told)

        yield show


def _lines() -> Show:
    last: list[str] = []

    def show(job: Entity) -> None:
        line = f"{_name(job)}  {_told(job)}"
        if last != [line]:
            last[:] = [line]
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    return show


def _told(job: Entity) -> str:
    """Return status, percent, speed and time remaining, as far as they are known."""
    values = vars(job)
    parts = [_harmless(values.get("status")), f"{_percent(job)}%"]
    if isinstance(speed := _viewed(job, "speed"), float) and speed >= 0:
        parts.append(f"{speed:.1f} MB/s")
    if (etr := _viewed(job, "etr")) is not None:
        parts.append(_harmless(etr))
    return "  ".join(part for part in parts if part)


def _percent(job: Entity) -> int:
    values = vars(job)
    progress = values.get("progress")
    return 100 if str(values.get("status")) == "done" else int(progress or 0)


def _viewed(job: Entity, name: str) -> Any:
    return getattr(job, name) if vars(job).get(name) not in {None, ""} else None


def _name(job: Entity) -> str:
    values = vars(job)
    return _harmless(values.get("code") or values.get("name") or values.get("id"))


def _harmless(value: object) -> str:
    """Return text from elsewhere without what a terminal would obey."""
    text = str(value or "")
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
