"""A bar for bulk changes: on a terminal, on standard error; silence in a pipe."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from accsyn_orm.bulk import ProgressCallback, Tally


@contextmanager
def progress_bar(
    total: int, console: Console | None = None
) -> Generator[ProgressCallback | None, None, None]:
    """Give a callback that draws a bar while the block runs, or ``None`` when nobody looks.

    Args:
        total: how many rows there are.
        console: where to draw; by default standard error.
    """
    terminal = console or Console(stderr=True)
    if not terminal.is_terminal:
        yield None
        return
    said = TextColumn("{task.fields[said]}")
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), said)
    with Progress(*columns, console=terminal, transient=True) as progress:
        task = progress.add_task("", total=total, said="")

        def show(tally: Tally) -> None:
            progress.update(task, completed=tally.ended, said=_said(tally))

        yield show


def _said(tally: Tally) -> str:
    told = (
        (tally.failed, "failed"),
        (tally.not_sent, "not sent"),
        (tally.unknown, "unknown"),
    )
    return ", ".join(f"{count} {state}" for count, state in told if count)
