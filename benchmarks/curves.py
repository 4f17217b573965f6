"""Cost curves: how processor time grows with entities, with terms of a query, and with threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from generated import Generated
from measure import Point, best
from workspace import workspace

from accsyn_orm import Job, Session
from accsyn_orm.query import parse

_ENTITIES = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
_TERMS = (1, 10, 100, 1_000, 5_000)
_THREADS = (1, 2, 4, 8, 16, 32, 64)
_CALLS = 256
_SMALL = 10_000  # entities that take less than a second, so that one round proves little


def points(*, is_quick: bool) -> Iterator[Point]:
    """Measure all curves."""
    yield from _entities(_ENTITIES[:4] if is_quick else _ENTITIES)
    yield from _terms(_TERMS)
    yield from _threads(_THREADS[::3] if is_quick else _THREADS)


def _entities(sizes: tuple[int, ...]) -> Iterator[Point]:
    for size in sizes:
        query = Job.where().using(Generated(size=size))
        spent = best(
            lambda query=query: sum(1 for _ in query),
            rounds=3 if size <= _SMALL else 1,
            seconds=0.1,
            clock=time.process_time,
        )
        yield Point("iterate over entities", size, {"µs each": spent / size * 1e6})


def _terms(sizes: tuple[int, ...]) -> Iterator[Point]:
    for size in sizes:
        text = "Job WHERE " + " OR ".join(f'code="shot {number}"' for number in range(size))
        # Each time another text: the last ones are remembered.
        turns = iter(range(1_000_000))
        parsed = _seconds(lambda text=text, turns=turns: parse(f"{text} OR size>{next(turns)}"))
        statement = parse(text)
        rendered = _seconds(lambda statement=statement: str(statement))
        figures = {"parse, µs a term": parsed / size, "render, µs a term": rendered / size}
        yield Point("terms of a query", size, {k: v * 1e6 for k, v in figures.items()})


def _seconds(work: Callable[[], object]) -> float:
    return best(work, rounds=3, seconds=0.1, clock=time.process_time)


def _threads(sizes: tuple[int, ...]) -> Iterator[Point]:
    """Share one session among threads: the connections are pooled, the interpreter is one."""
    with workspace(jobs=0) as folder, Session(path_envfile=folder / ".env.admin") as session:
        session.find_one('Job WHERE code="my_transfer"')
        for size in sizes:
            yield Point("threads on one session", size, _together(session, size))


def _together(session: Session, size: int) -> dict[str, float]:
    def call() -> None:
        for _ in range(_CALLS // size):
            session.find_one('Job WHERE code="my_transfer"')

    threads = [threading.Thread(target=call) for _ in range(size)]
    wall, spent = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    return {"calls/s": _CALLS / wall, "client's processor, ms a call": spent / _CALLS * 1e3}
