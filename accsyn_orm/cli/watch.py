"""``accsyn-orm watch``: jobs followed until they end, as bars on a terminal, as lines elsewhere.

The jobs are those that the query selects at the start. They are asked for by id afterwards: a job
that goes on leaves the condition, and one that ends leaves ordinary queries.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Protocol

import typer

from accsyn_orm import Entity, Query
from accsyn_orm.cli.exits import DONE, FAILED, PARTIAL, UsageError
from accsyn_orm.cli.options import Access, Form, is_data
from accsyn_orm.cli.output import harmless
from accsyn_orm.cli.records import plain, write_rows
from accsyn_orm.entities import Size, Speed
from accsyn_orm.errors import TransportError
from accsyn_orm.query.nodes import Comparison, Operator

_ATTRIBUTES = ("code", "status", "progress", "size", "speed", "etr")
_ENDED = frozenset({"done", "failed", "aborted"})
_AT_ONCE = 100
_MOST_FAILURES = 5
GONE = "gone"
"""Status of a job that cannot be found any more."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to look, and how often.

    Attributes:
        interval: seconds between two looks.
        timeout: seconds after which to stop; ``None`` for never.
    """

    interval: float
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """A job as it was seen.

    Attributes:
        id: its id.
        code: its name.
        status: its status, or `GONE`.
        progress: percent.
        size: bytes, or ``None``.
        speed: megabytes per second, or ``None`` when nothing moves.
        etr: estimated time remaining, or empty.
    """

    id: str
    code: str = ""
    status: str = GONE
    progress: int = 0
    size: int | None = None
    speed: float | None = None
    etr: str = ""

    @property
    def told(self) -> tuple[str, str, str, str]:
        """Progress, size, speed and time remaining as people read them, or empty."""
        size = "" if self.size is None else Size(self.size).human
        speed = "" if self.speed is None else Speed(self.speed).human
        return f"{self.progress}%", size, speed, self.etr

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.status in _ENDED or self.status == GONE


class Display(Protocol):
    """Something that shows jobs each time they were looked at."""

    def show(self, sights: Sequence[Sight]) -> None:
        """Show what changed."""
        ...


def watch(query: Query[Entity], access: Access, patience: Patience, form: Form | None) -> None:
    """Follow jobs until they end, and leave with the exit code that fits their end.

    Raises:
        UsageError: the query is about entities that do not progress.
    """
    if "progress" not in query.entity.__entity_attributes__:
        reason = f"{query.entity.__name__} has no progress: watch jobs, transfers or deliveries"
        raise UsageError("type", reason)
    with access.session():
        sights = [_sight(entity) for entity in query.only(*_ATTRIBUTES)]
        if not sights:
            typer.echo("nothing to watch: the query selects no job", err=True)
            return
        with _display(form) as display:
            display.show(sights)
            for seen in _looks(query.entity, sights, patience):
                sights = seen
                display.show(sights)
    code = _code_of(sights)
    if left := sum(not sight.has_ended for sight in sights):
        typer.echo(f"error: {left} of {len(sights)} are still under way (--timeout)", err=True)
    raise typer.Exit(code)


def _looks(cls: type[Entity], sights: list[Sight], patience: Patience) -> Iterator[list[Sight]]:
    """Give the jobs again and again, until all have ended or the time is over."""
    deadline = None if patience.timeout is None else time.monotonic() + patience.timeout
    failures = 0
    while not all(sight.has_ended for sight in sights):
        left = patience.interval if deadline is None else deadline - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(left, patience.interval))
        try:
            sights = _look(cls, sights)
        except TransportError as error:
            failures += 1
            if failures == _MOST_FAILURES:
                raise
            typer.echo(f"looking again: {error}", err=True)
            continue
        failures = 0
        yield sights


def _look(cls: type[Entity], sights: Sequence[Sight]) -> list[Sight]:
    """Return the jobs as they are now, in the same order; those that ended are not asked for."""
    wanted = [sight.id for sight in sights if not sight.has_ended]
    found = _found(Query(cls), wanted)
    # In this order: what ends between the two requests is in the first answer.
    found |= _found(Query(cls).finished(), [ident for ident in wanted if ident not in found])
    return [
        sight if sight.has_ended else found.get(sight.id, Sight(sight.id, sight.code))
        for sight in sights
    ]


def _found(query: Query[Entity], idents: Sequence[str]) -> dict[str, Sight]:
    found: dict[str, Sight] = {}
    for start in range(0, len(idents), _AT_ONCE):
        these = tuple(idents[start : start + _AT_ONCE])
        condition = Comparison("id", Operator.IN, these)
        for entity in query.where(condition).only(*_ATTRIBUTES):
            sight = _sight(entity)
            found[sight.id] = sight
    return found


def _sight(entity: Entity) -> Sight:
    values = vars(entity)
    status = harmless(str(plain(values.get("status"))))
    size, speed = (values.get(name) for name in ("size", "speed"))
    return Sight(
        id=str(values["id"]),
        code=harmless(str(values.get("code") or values.get("name") or "")),
        status=status,
        progress=100 if status == "done" else int(values.get("progress") or 0),
        size=None if size is None or size < 0 else int(size),
        speed=None if speed is None or speed < 0 else float(speed),
        etr=harmless(str(values.get("etr") or "")),
    )


def _code_of(sights: Sequence[Sight]) -> int:
    done = sum(sight.status == "done" for sight in sights)
    if done == len(sights):
        return DONE
    return PARTIAL if done and all(sight.has_ended for sight in sights) else FAILED


# -- showing --------------------------------------------------------------------------------------


class Lines:
    """One line of text for each job that changed."""

    def __init__(self) -> None:
        self._shown: dict[str, Sight] = {}

    def show(self, sights: Sequence[Sight]) -> None:
        """Print the jobs that changed since they were printed last."""
        changed = [sight for sight in sights if self._shown.get(sight.id) != sight]
        if changed:
            self._shown |= {sight.id: sight for sight in changed}
            self._write(changed)
            sys.stdout.flush()

    def _write(self, sights: Sequence[Sight]) -> None:
        for sight in sights:
            parts = [sight.id, sight.status, *filter(None, sight.told), sight.code]
            sys.stdout.write(f"{'  '.join(parts)}\n")


class Rows(Lines):
    """One row of data for each job that changed; in JSON a line, as nothing ends before the jobs.

    Args:
        form: of the data.
    """

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = Form.JSONL if form is Form.JSON else form
        self._is_headed = False

    def _write(self, sights: Sequence[Sight]) -> None:
        rows = [asdict(sight) for sight in sights]
        write_rows(rows, tuple(rows[0]), self._form, sys.stdout, is_headed=self._is_headed)
        self._is_headed = True


@contextmanager
def _display(form: Form | None) -> Generator[Display, None, None]:
    if is_data(form):
        yield Rows(form)
    elif not sys.stdout.isatty():
        yield Lines()
    else:
        from accsyn_orm.cli.progress import job_bars

        with job_bars() as bars:
            yield bars
