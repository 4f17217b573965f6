"""Sessions on a bad day, in figures: nothing twice, nothing lost, nothing left open."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from accsyn_orm import Session
from accsyn_orm.errors import AccsynError, AmbiguousOutcomeError
from accsyn_orm.outcome import Outcome
from accsyn_orm.pacing.bucket import TokenBucket
from accsyn_orm.pacing.hurry import no_waiting
from accsyn_orm.server import service
from accsyn_orm.testing import EmbeddedWorkspace, Faults

MEBIBYTE = 1 << 20
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def session_of(workspace: EmbeddedWorkspace, **arguments: Any) -> Session:
    given = workspace.credentials()
    return Session(given.workspace, given.username, given.api_key, url=workspace.url, **arguments)


# -- R4: nothing twice, nothing lost --------------------------------------------------------------


@dataclass
class Ledger:
    """What a client was told of each operation, by its name."""

    done: set[str] = field(default_factory=set)
    unresolved: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)

    def note(self, name: str, act: Callable[[], object]) -> None:
        try:
            act()
        except AmbiguousOutcomeError as error:
            (self.unresolved if error.eid else self.silent).add(name)
        except AccsynError as error:
            if error.outcome not in {Outcome.NOT_SENT, Outcome.REJECTED}:
                self.silent.add(name)
        else:
            self.done.add(name)


def kind_of(number: int) -> str:
    return ("queue", "stream", "update", "delete")[number % 4]


def priority_of(number: int) -> int:
    return 100 + number % 700


def operate(session: Session, ledger: Ledger, queues: dict[str, str], number: int) -> None:
    """Create with or without a unique code, change, or delete."""
    name, kind = f"w{number}", kind_of(number)
    acts: dict[str, Callable[[], object]] = {
        "queue": lambda: session.create("queue", {"code": name}),
        "stream": lambda: session.create(
            "stream", {"name": name, "recipients": ["lisa@example.com"]}
        ),
        "update": lambda: session.update("queue", queues[name], {"priority": priority_of(number)}),
        "delete": lambda: session.delete_one("queue", queues[name]),
    }
    ledger.note(name, acts[kind])


@contextmanager
def calls_are_forgotten() -> Iterator[None]:
    """Let workspaces of this process do every call again, as a host that knows no ids does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "answer_once", lambda call, event, verb, work: work.run(call))
        yield


def test_host_that_forgets_calls_does_them_twice():
    """Otherwise nothing could be seen of what is done twice."""
    with calls_are_forgotten(), EmbeddedWorkspace() as workspace, workspace.session() as session:
        for _ in range(2):
            with session.attempt("the-same-id"):
                session.create("stream", {"name": "again", "recipients": ["lisa@example.com"]})
        assert len(session.find("Stream WHERE name=again")) == 2


def run_with_faults(count: int, *, deduplicates: bool) -> dict[str, int]:
    """Do so many operations by eight threads with faults in 30 % of the calls, and compare."""
    ledger, numbers = Ledger(), list(range(count))
    Random(20261124).shuffle(numbers)
    retries = 40 if deduplicates else None
    with (
        nullcontext() if deduplicates else calls_are_forgotten(),
        EmbeddedWorkspace() as workspace,
        workspace.session() as witness,
        session_of(workspace, deduplicates=deduplicates, retries=retries) as session,
    ):
        given = [f"w{number}" for number in numbers if kind_of(number) in {"update", "delete"}]
        queues: dict[str, Any] = {
            code: witness.create("queue", {"code": code})["id"] for code in given
        }
        session.login()
        workspace.faults = Faults(0.3, seed=20261124, retry_after=0)
        with no_waiting(), ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: operate(session, ledger, queues, number), numbers))
        workspace.faults = None
        return compared(witness, ledger, count)


def compared(witness: Session, ledger: Ledger, count: int) -> dict[str, int]:
    """Compare what the client was told with what there is."""
    queues = {queue["code"]: queue["priority"] for queue in witness.find("Queue")}
    streams = Counter(stream["name"] for stream in witness.find("Stream"))
    is_there = {
        "queue": lambda number: f"w{number}" in queues,
        "stream": lambda number: streams[f"w{number}"] > 0,
        "update": lambda number: queues[f"w{number}"] == priority_of(number),
        "delete": lambda number: f"w{number}" not in queues,
    }
    done = [number for number in range(count) if f"w{number}" in ledger.done]
    return {
        "done": len(done),
        "twice": sum(times > 1 for times in streams.values()),
        "lost": sum(not is_there[kind_of(number)](number) for number in done),
        "unresolved": len(ledger.unresolved),
        "silent": len(ledger.silent),
    }


def report_faults(figure, count: int, *, deduplicates: bool) -> None:
    counted = run_with_faults(count, deduplicates=deduplicates)
    mode = "remembers ids" if deduplicates else "remembers nothing"
    name = f"R4 of {count:,} operations, host {mode}:"
    figure(f"{name} done twice", counted["twice"], "= 0")
    figure(f"{name} acknowledged and lost", counted["lost"], "= 0")
    figure(f"{name} failed without saying that nobody knows", counted["silent"], "= 0")
    if deduplicates:
        figure(f"{name} unresolved", counted["unresolved"], "= 0")
        assert counted["done"] == count
    assert counted["done"] > count / 2


@pytest.mark.parametrize("deduplicates", [True, False])
def test_nothing_is_done_twice_or_lost_among_faults(figure, deduplicates):
    report_faults(figure, 160, deduplicates=deduplicates)


@pytest.mark.deep
@pytest.mark.parametrize("deduplicates", [True, False])
def test_nothing_is_done_twice_or_lost_in_a_long_run_of_faults(figure, deduplicates):
    report_faults(figure, 2_000, deduplicates=deduplicates)


# -- R5: a backend in trouble is not overrun ------------------------------------------------------


def amplification(recorder, session: Session, count: int) -> int:
    session.login()
    recorder.answers.extend([(503, b"<html>")] * 10_000)

    def ask(_: int) -> None:
        with pytest.raises(AccsynError):
            session.find("Job")

    with no_waiting(), ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(count)))
    sent = len(recorder.events)
    recorder.answers.clear()
    started = time.monotonic()
    session.find("Job")
    assert time.monotonic() - started < 2
    return sent


def test_backend_in_trouble_gets_few_requests_more(recorder, make_session, figure):
    sent = amplification(recorder, make_session(retries=None), 200)
    figure("R5 requests for 200 calls that fail", sent, "<= 310")


@pytest.mark.deep
def test_backend_in_long_trouble_gets_few_requests_more(recorder, make_session, figure):
    sent = amplification(recorder, make_session(retries=None), 1_000)
    figure("R5 requests for 1,000 calls that fail", sent, "<= 1_110")


# -- R6: the rate limit ---------------------------------------------------------------------------


class Limiter:
    """Refuses what is more than 30 requests per second and 60 at once, as accsyn does."""

    def __init__(self, recorder) -> None:
        self._bucket, self._lock = TokenBucket(30, 60), threading.Lock()
        self._answer = recorder.answer
        self.refused = 0

    def __call__(self, request) -> tuple[int, Any]:
        if request.path.endswith("/event") and self._bucket.reserve(0) is None:
            with self._lock:
                self.refused += 1
            return 429, {"message": "slow down"}
        return self._answer(request)


@pytest.fixture
def limiter(recorder):
    recorder.answer = Limiter(recorder)
    yield recorder.answer
    del recorder.answer


def asked(sessions: list[Session], count: int) -> tuple[float, int]:
    """Let eight threads of each session ask so often; return seconds, and how many failed."""
    failed = []

    def ask(number: int) -> None:
        try:
            sessions[number % len(sessions)].find("Job")
        except AccsynError as error:
            failed.append(error)

    started = time.monotonic()
    with ThreadPoolExecutor(8 * len(sessions)) as pool:
        list(pool.map(ask, range(count * len(sessions))))
    return time.monotonic() - started, len(failed)


@pytest.mark.deep
def test_one_client_keeps_to_the_rate_limit(make_session, limiter, figure):
    session = make_session(retries=None, rate_limit=30)
    session.login()
    seconds, failed = asked([session], 600)
    figure("R6 one client, 600 calls: failed", failed, "= 0")
    figure("R6 one client, 600 calls: refused with 429", limiter.refused, "<= 6")
    figure("R6 one client, 600 calls", seconds, "<= 19.8 s")


@pytest.mark.deep
def test_two_clients_that_do_not_know_each_other_come_to_terms(
    make_session, limiter, figure, monkeypatch
):
    sessions = [make_session(retries=None, rate_limit=rate) for rate in (30, 30.001)]
    for session in sessions:
        session.login()
    seconds, failed = asked(sessions, 450)
    figure("R6 two clients, 900 calls: failed", failed, "= 0")
    figure("R6 two clients, 900 calls: refused with 429", limiter.refused, "<= 45")
    figure("R6 two clients, 900 calls", seconds, "<= 32.2 s")


# -- R9: nothing is left open ---------------------------------------------------------------------


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def left_open(before: int) -> int:
    """Return how many descriptors there are more; those of the server may take a moment to go."""
    deadline = time.monotonic() + 5
    while descriptors() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    return descriptors() - before


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_calls_one_after_the_other_share_a_connection(recorder, session, figure):
    for _ in range(200):
        session.find("Job")
    figure("R9 connections of 200 calls", recorder.connections, "= 1")


def test_threads_take_no_more_connections_than_the_pool_has(recorder, session, figure):
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda _: session.find("Job"), range(32 * 10)))
    figure("R9 connections of 32 threads", recorder.connections, "<= 16")


@linux
def test_sessions_leave_nothing_open(recorder, make_session, figure):
    def use(count: int) -> None:
        for _ in range(count):
            with make_session() as session:
                session.find("Job")
        gc.collect()

    use(5)
    before = descriptors()
    use(30)
    figure("R9 descriptors left by 30 sessions", left_open(before), "<= 0")


@linux
@pytest.mark.deep
def test_many_sessions_leave_nothing(recorder, make_session, figure):
    def use(count: int) -> None:
        for _ in range(count):
            with make_session() as session:
                session.find("Job")
            recorder.requests.clear()
        gc.collect()

    use(50)
    before, memory = descriptors(), resident()
    use(200)
    figure("R9 descriptors left by 200 sessions", left_open(before), "<= 0")
    figure("R9 memory left by 200 sessions", (resident() - memory) / MEBIBYTE, "<= 4 MiB")
    with make_session() as session:
        recorder.connections = 0
        for _ in range(1_000):
            session.find("Job")
        figure("R9 connections of 1,000 calls", recorder.connections, "= 1")
