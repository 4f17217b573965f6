"""Bars: one for a bulk change, on standard error, and one for each job that is watched."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text

from accsyn_orm.bulk import ProgressCallback, Tally

if TYPE_CHECKING:
    from accsyn_orm.cli.watch import Sight

_STYLES = {"done": "green", "running": "cyan", "failed": "red", "aborted": "red", "gone": "red"}


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


@contextmanager
def steps_bar(
    console: Console | None = None,
) -> Generator[Callable[[int, int], None] | None, None, None]:
    """Give a callback that takes steps done and all, or ``None`` when nobody looks.

    Args:
        console: where to draw; by default standard error.
    """
    terminal = console or Console(stderr=True)
    if not terminal.is_terminal:
        yield None
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal, transient=True) as progress:
        task = progress.add_task("", total=None)

        def show(done: int, steps: int) -> None:
            progress.update(task, completed=done, total=steps)

        yield show


def _said(tally: Tally) -> str:
    told = (
        (tally.failed, "failed"),
        (tally.not_sent, "not sent"),
        (tally.unknown, "unknown"),
    )
    return ", ".join(f"{count} {state}" for count, state in told if count)


class JobBars:
    """A bar for each job.

    Args:
        progress: what draws them.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, sights: Sequence[Sight]) -> None:
        """Move the bars to where the jobs are."""
        for sight in sights:
            if sight.id not in self._tasks:
                self._tasks[sight.id] = self._progress.add_task("", total=100, sight=sight)
            self._progress.update(self._tasks[sight.id], completed=sight.progress, sight=sight)


@contextmanager
def job_bars(console: Console | None = None) -> Generator[JobBars, None, None]:
    """Give bars that stay where they are when the block ends.

    Args:
        console: where to draw; by default standard output.
    """
    columns = (
        _SightColumn(lambda sight: sight.code),
        BarColumn(),
        *(_SightColumn(_told(place)) for place in range(4)),
        _SightColumn(lambda sight: sight.status),
    )
    with Progress(*columns, console=console or Console(), refresh_per_second=4) as progress:
        yield JobBars(progress)


def _told(place: int) -> Callable[[Sight], str]:
    return lambda sight: sight.told[place]


class _SightColumn(ProgressColumn):
    """A fact about a job, as text that is no markup."""

    def __init__(self, fact: Callable[[Sight], str]) -> None:
        super().__init__(Column(no_wrap=True, overflow="ellipsis"))
        self._fact = fact

    def render(self, task: Task) -> Text:
        """Return the text."""
        text = self._fact(task.fields["sight"])
        return Text(text, style=_STYLES.get(text, ""))
