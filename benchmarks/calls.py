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

OFFICIAL = """
import json, sys, time, accsyn_api
url, user, key, query, size, calls = json.loads(sys.argv[1])
host, port = url.split("//")[1].split(":")
session = accsyn_api.Session("acmefilm", user, key, hostname=host, port=int(port))
def timed(work, clock):
    start = clock()
    work()
    return clock() - start
def best(work, calls, clock=time.perf_counter):
    work()
    return min(timed(work, clock) for _ in range(calls))
jobs = session.find("Job", limit=101)[:100]
def save(job, turn):
    session.update("Job", job["id"], {"metadata": {"n": turn % 2}})
def saved(job, turn):
    return timed(lambda: save(job, turn), time.perf_counter)
turns = [[saved(job, turn) for job in jobs] for turn in range(4)]
print("@@" + json.dumps([
    best(lambda: session.find_one(query), calls * 3),
    best(lambda: session.find("Job", limit=size + 1), calls, time.process_time),
    sum(map(min, zip(*turns))),
]))
"""


def _official(official: Path, facts: dict[str, str], url: str, *, calls: int) -> list[float]:
    given = [url, facts["ACCSYN_API_USER"], facts["ACCSYN_API_KEY"], QUERY, JOBS, calls]
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", OFFICIAL, json.dumps(given)],
        env={"PYTHONPATH": str(official)},
        capture_output=True,
        text=True,
        check=True,
    )
    answer = next(line for line in run.stdout.splitlines() if line.startswith("@@"))
    return [float(seconds) for seconds in json.loads(answer[2:])]


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
            calls = 3 if is_quick else 10
            find_one, find, save = _official(official, facts, url, calls=calls)
            with Session(path_envfile=folder / ".env.admin", url=url) as session:
                yield from _single(session, find_one, ca_bundle)
                yield from _many(session, find, save, calls=calls)


def _single(session: Session, official: float, ca_bundle: str) -> Iterator[Result]:
    naive = _naive(session, ca_bundle)
    naive()
    # In turns: what else the machine does meets both.
    works: list[Callable[[], object]] = [lambda: session.find_one(QUERY), naive]
    turns = [[_seconds(work, time.perf_counter) for work in works] for _ in range(500)]
    ours, theirs = (min(column) for column in zip(*turns, strict=True))
    yield Result("find_one", "official 3.4.0", ours, official, bound=1 / 40)
    yield Result("find_one", "naive pooled requests", ours, theirs, bound=1.3)


def _many(session: Session, find: float, save: float, *, calls: int) -> Iterator[Result]:
    query = Job.where()

    def found() -> list[Job]:
        return next(query.pages(JOBS, ahead=False))

    with session:
        ours = min(_seconds(found, time.process_time) for _ in range(calls))
        yield Result("typed find of 10,000 jobs", "official dicts", ours, find, bound=1 / 6)
        jobs = next(query.pages(100, ahead=False))
        # Of each job the fastest of its turns, as of the official client's.
        turns = [[_saved(job, turn % 2) for job in jobs] for turn in range(6)]
        ours = sum(map(min, zip(*turns, strict=True)))
        yield Result("change and save 100 jobs", "official loop", ours, save, bound=1 / 40)


def _saved(job: Job, turn: int) -> float:
    start = time.perf_counter()
    job.metadata = {"n": turn}
    job.save()
    return time.perf_counter() - start


def _seconds(work: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return clock() - start
