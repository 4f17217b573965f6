"""Calls over loopback TLS: ours, the official client and naive pooled requests.

All of them talk to a server that replays what a workspace answered, so that only clients differ.
Finding many is measured by processor time: the rest of it is waiting for the same bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from measure import Result
from replay import replayed
from workspace import settings, workspace

from accsyn_orm import Job, Session
from accsyn_orm.transport.base import Request
from accsyn_orm.transport.http import HttpTransport

QUERY = 'Job WHERE code="my_transfer"'
JOBS = 10_000

# Each official call loads the certificates of the system: the ratio tells how fast the machine is
# at that as well. See docs/explanation/performance.md.
_CERTIFICATES = 1 / 30

OFFICIAL = """
import json, sys, time, accsyn_api
url, user, key, query, size = json.loads(sys.argv[1])
host, port = url.split("//")[1].split(":")
session = accsyn_api.Session("acmefilm", user, key, hostname=host, port=int(port))
jobs = session.find("Job", limit=101)[:100]
def timed(work, clock=time.perf_counter):
    start = clock()
    work()
    return clock() - start
def saved(job, number):
    return timed(lambda: session.update("Job", job["id"], {"metadata": {"n": number}}))
works = {
    "find_one": lambda: timed(lambda: session.find_one(query)),
    "find": lambda: timed(lambda: session.find("Job", limit=size + 1), time.process_time),
    "save 0": lambda: [saved(job, 0) for job in jobs],
    "save 1": lambda: [saved(job, 1) for job in jobs],
}
for line in sys.stdin:
    print("@@" + json.dumps(works[line.strip()]()), flush=True)
"""


class Official:
    """The official client in a process of its own, which does one thing at a time when it is told.

    So it can be measured in turns with ours.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def seconds(self, work: str) -> Any:
        """Return how long one of its works takes now."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{work}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:  # it prints much else
            if line.startswith("@@"):
                return json.loads(line[2:])
        raise RuntimeError("the official client has ended")


@contextmanager
def _running(official: Path, facts: dict[str, str], url: str) -> Iterator[Official]:
    given = [url, facts["ACCSYN_API_USER"], facts["ACCSYN_API_KEY"], QUERY, JOBS]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", OFFICIAL, json.dumps(given)],
        env={"PYTHONPATH": str(official)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Official(process)
    finally:
        process.terminate()
        process.wait(10)


def _naive(session: Session, ca_bundle: str) -> Any:
    """Return a call that sends what ``find_one()`` sends, by ``requests`` and nothing else."""
    sent: list[Request] = []
    original = HttpTransport.send

    def noted(self: HttpTransport, request: Request) -> Any:
        sent.append(request)
        return original(self, request)

    HttpTransport.send = noted
    try:
        session.find_one(QUERY)
    finally:
        HttpTransport.send = original
    pool = requests.Session()
    pool.verify, pool.trust_env = ca_bundle, False
    url = f"{sent[-1].url}?{sent[-1].query}"
    return lambda: pool.get(url, headers=sent[-1].headers).json()["result"][0]


def results(official: Path, *, is_quick: bool) -> Iterator[Result]:
    """Measure single calls against the official client and naive pooled requests."""
    with workspace(jobs=JOBS) as folder:
        facts = settings(folder)
        ca_bundle = facts["ACCSYN_CA_BUNDLE"]
        with replayed(facts["ACCSYN_URL"], ca_bundle) as url:
            turns = 4 if is_quick else 15
            with (
                _running(official, facts, url) as theirs,
                Session(path_envfile=folder / ".env.admin", url=url) as session,
            ):
                yield from _single(session, theirs, ca_bundle)
                yield from _many(session, theirs, turns=turns)


# All in turns: what else the machine does meets everybody.


def _single(session: Session, official: Official, ca_bundle: str) -> Iterator[Result]:
    naive = _naive(session, ca_bundle)
    naive()
    ours, theirs, official_ones = [], [], []
    for turn in range(500):
        ours.append(_seconds(lambda: session.find_one(QUERY), time.perf_counter))
        theirs.append(_seconds(naive, time.perf_counter))
        if turn % 10 == 0:  # it takes as long as all the others
            official_ones.append(official.seconds("find_one"))
    yield Result(
        *("find_one", "official 3.4.0", min(ours), min(official_ones)),
        bound=1 / 40,
        documented=_CERTIFICATES,
    )
    yield Result("find_one", "naive pooled requests", min(ours), min(theirs), bound=1.3)


def _many(session: Session, official: Official, *, turns: int) -> Iterator[Result]:
    query = Job.where()

    def found() -> list[Job]:
        return next(query.pages(JOBS, ahead=False))

    with session:
        pairs = [
            (_seconds(found, time.process_time), official.seconds("find")) for _ in range(turns)
        ]
        ours, theirs = (min(column) for column in zip(*pairs, strict=True))
        yield Result(
            *("typed find of 10,000 jobs", "official dicts", ours, theirs),
            bound=1 / 6,
            documented=1 / 5,
        )
        jobs = next(query.pages(100, ahead=False))
        rounds = [
            ([_saved(job, turn % 2) for job in jobs], official.seconds(f"save {turn % 2}"))
            for turn in range(8)
        ]
        ours, theirs = (
            # Of each job the fastest of its turns.
            sum(map(min, zip(*column, strict=True)))
            for column in zip(*rounds, strict=True)
        )
        yield Result(
            *("change and save 100 jobs", "official loop", ours, theirs),
            bound=1 / 40,
            documented=_CERTIFICATES,
        )


def _saved(job: Job, number: int) -> float:
    start = time.perf_counter()
    job.metadata = {"n": number}
    job.save()
    return time.perf_counter() - start


def _seconds(work: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return clock() - start
