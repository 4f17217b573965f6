"""Records to entities: against plain Pydantic, by processor time; and the memory of a long loop."""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from generated import Generated, record
from measure import Result
from pydantic import BaseModel, TypeAdapter

from accsyn_orm import Job
from accsyn_orm.entities.querying.query import PAGE_SIZE
from accsyn_orm.wire.codec import decode_records, loads_shallow

SIZE = 10_000
TEXT = json.dumps([record(number) for number in range(SIZE)])
MEBIBYTE = 2**20


class PlainJob(BaseModel):
    """What a job is without any of what this library is for: the floor."""

    id: str
    code: str
    name: str
    status: str
    source: str
    source_hr: str
    destination: str
    destination_hr: str
    progress: int
    size: int | None
    speed: float
    etr: float | None
    uri: str
    parent: str
    parent_hr: str
    queue: str
    user: str
    user_hr: str
    created: datetime
    finished: datetime | None
    modified: datetime
    modifier: str
    metadata: dict[str, Any]
    description: str


_PLAIN = TypeAdapter(list[PlainJob])


def _floor() -> list[PlainJob]:
    return _PLAIN.validate_python(json.loads(TEXT))


def _ours() -> list[Job]:
    records = loads_shallow(TEXT)
    decode_records(records)
    return next(Job.where().using(Generated(records)).pages(SIZE, ahead=False))


def results(*, is_quick: bool) -> Iterator[Result]:
    """Measure reading 10,000 jobs from JSON, and what iterating over many of them keeps."""
    rounds = 5 if is_quick else 15
    # In turns: what else the machine does meets both.
    pairs = [(_spent(_ours), _spent(_floor)) for _ in range(rounds)]
    ours, floor = (min(column) for column in zip(*pairs, strict=True))
    yield Result("10,000 records to jobs", "pydantic floor", ours, floor, bound=1.4)
    many = 50_000 if is_quick else 1_000_000
    kept = _grown(many)
    yield Result(f"memory of {many:,} jobs", "40 MiB", kept, 40 * MEBIBYTE, bound=1)


def _spent(work: Callable[[], object]) -> float:
    gc.collect()  # else it is luck which of the two pays for the garbage of both
    start = time.process_time()
    kept = work()
    spent = time.process_time() - start
    del kept
    return spent


def _grown(size: int) -> float:
    """Return how many bytes a loop over many jobs takes beyond its first page."""
    code = f"import hydration; hydration.iterate({size})"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
    )
    return float(run.stdout)


def iterate(size: int) -> None:
    """Iterate over generated jobs; print by how many bytes the process has grown."""
    first = 0
    for number, _ in enumerate(Job.where().using(Generated(size=size))):
        if number == PAGE_SIZE:
            first = _peak()
    print(max(1, _peak() - first))


def _peak() -> int:
    status = Path("/proc/self/status")
    if status.exists():  # getrusage() would count what the parent had before it started this
        line = next(line for line in status.read_text().splitlines() if "VmHWM" in line)
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
