"""What the embedded workspace takes: requests a second and how long they take, with many jobs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from measure import Point
from workspace import workspace

from accsyn_orm import Session

_CLIENTS = 8
_LAST = 0.99


def points(*, is_quick: bool) -> Iterator[Point]:
    """Measure calls from eight threads, each kind by itself, among 100,000 jobs."""
    jobs = 10_000 if is_quick else 100_000
    seconds = 1.0 if is_quick else 8.0
    with workspace(jobs=jobs) as folder:
        sessions = [Session(path_envfile=folder / ".env.admin") for _ in range(_CLIENTS)]
        for name, call in _calls(jobs).items():
            figures = _driven(sessions, call, seconds)
            yield Point(f"workspace: {name}", jobs, figures)
        for session in sessions:
            session.close()


def _calls(jobs: int) -> dict[str, Callable[[Session, int], object]]:
    """Return what is asked, by its name; the number is a different one each time."""
    return {
        "find by id": lambda s, n: s.get_entity("job", f"{n % jobs + 1:024x}"),
        "find by code": lambda s, n: s.find_one(f'Job WHERE code="job {n % jobs + 1}"'),
        "page of 100": lambda s, n: s.find("Job", limit=100, skip=n % jobs),
        "update": lambda s, n: s.update("job", f"{n % jobs + 1:024x}", {"metadata": {"n": n}}),
    }


def _driven(
    sessions: list[Session], call: Callable[[Session, int], object], seconds: float
) -> dict[str, float]:
    taken: list[float] = []
    end = time.perf_counter() + seconds

    def drive(session: Session, first: int) -> None:
        number = first
        while (start := time.perf_counter()) < end:
            call(session, number)
            taken.append(time.perf_counter() - start)
            number += 7919  # a prime: over all of them, in no order that helps

    threads = [
        threading.Thread(target=drive, args=(session, number))
        for number, session in enumerate(sessions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.sort()
    return {
        "requests/s": len(taken) / seconds,
        "p50, ms": taken[len(taken) // 2] * 1e3,
        "p99, ms": taken[int(len(taken) * _LAST)] * 1e3,
    }
