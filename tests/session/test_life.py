"""The life of a session: many threads, children, an expiry they all meet, clocks that jump."""

from __future__ import annotations

import os
import shutil
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from accsyn_orm.errors import (
    BackendError,
    SessionClosedError,
    SessionExpiredError,
    TransportTimeoutError,
)
from accsyn_orm.pacing import forking
from accsyn_orm.pacing.hurry import no_waiting
from accsyn_orm.testing import EmbeddedWorkspace, ManualClock

THREADS = 32
EXPIRED = {"message": "expired", "message_hr": "Your session has expired", "session_expired": True}
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")


def together(work: Callable[[int], Any], count: int = THREADS) -> list[Any]:
    """Do something in many threads at the same moment; return what came of it."""
    results: list[Any] = [None] * count
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        gate.wait(20)
        try:
            results[number] = work(number)
        except Exception as error:  # noqa: BLE001  # it is what came of it
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


# -- expiry ---------------------------------------------------------------------------------------


@pytest.fixture
def expiring(recorder):
    """Let every call of a sign-in that is over meet the expiry."""
    answer = recorder.answer

    def expire(valid: str) -> None:
        recorder.login_session = valid

        def by_session(request):
            status, payload = answer(request)
            authorised = request.path.endswith("/event") and valid not in decoded(request)
            return (200, EXPIRED) if authorised else (status, payload)

        recorder.answer = by_session

    yield expire
    del recorder.answer


def decoded(request) -> str:
    from base64 import b64decode

    scheme, _, rest = dict(request.headers)["Authorization"].partition(" ")
    return b64decode(rest).decode() if scheme == "ASSession" else rest


def test_expiry_met_by_all_threads_is_one_renewal(recorder, v1_session, expiring):
    v1_session.login()
    expiring("session-2")
    results = together(lambda number: v1_session.find(f"Job WHERE code=j{number}"))
    assert not [result for result in results if isinstance(result, Exception)]
    assert len(recorder.logins) == 2
    eids = [request.json["eid"] for request in recorder.events]
    # Those that met the expiry came twice, under the same id; nobody came more often.
    assert len(set(eids)) == THREADS
    assert max(eids.count(eid) for eid in eids) <= 2


@pytest.mark.parametrize("secret", ["pwd", "session_key"])
def test_session_that_cannot_renew_itself_says_so_to_all_threads(
    recorder, make_session, expiring, secret
):
    session = make_session(protocol="v1", api_key=None, **{secret: "secret-1"})
    session.login()
    expiring("session-2")
    results = together(lambda _: session.find("Job"))
    assert {type(result) for result in results} == {SessionExpiredError}
    assert len(recorder.logins) == 1
    assert "make a new Session" in str(results[0])


def test_renewal_that_fails_is_tried_again_by_the_next_call(recorder, v1_session, expiring):
    v1_session.login()
    expiring("session-2")
    recorder.will_answer_login(b"<html>", status=503)
    with pytest.raises(Exception, match="503"):
        v1_session.find("Job")
    assert v1_session.find("Job")
    assert len(recorder.logins) == 3


@pytest.mark.parametrize("protocol", ["v3", "v1"])
def test_answer_401_is_one_sign_in_and_one_repetition(recorder, make_session, protocol):
    session = make_session(protocol=protocol)
    session.login()
    recorder.will_answer({"message": "who are you?"}, status=401)
    assert session.find("Job")
    assert (len(recorder.logins), len(recorder.events)) == (2, 2)
    assert recorder.events[0].json["eid"] == recorder.events[1].json["eid"]
    recorder.will_answer({"message": "not you"}, {"message": "not you"}, status=401)
    with pytest.raises(BackendError, match="not you"):
        session.find("Job")
    assert (len(recorder.logins), len(recorder.events)) == (3, 4)


def test_sign_in_by_all_threads_is_one(recorder, make_session):
    session = make_session()
    together(lambda _: session.find("Job"))
    assert len(recorder.logins) == 1


def test_thread_that_waits_for_a_sign_in_does_not_wait_longer_than_its_call(recorder, make_session):
    session = make_session(timeout=0.5)
    recorder.gate.clear()
    started = time.monotonic()
    results = together(lambda _: session.find("Job"), 4)
    assert time.monotonic() - started < 0.5 + 0.25
    assert all(isinstance(result, TransportTimeoutError) for result in results)
    recorder.gate.set()


def test_real_expiry_under_many_threads_is_one_renewal():
    clock = ManualClock()
    running = EmbeddedWorkspace(clock=clock, session_idle=60)
    with running as workspace, workspace.session(protocol="v1") as session:
        before = session.get_session_key()
        clock.advance(seconds=61)
        results = together(lambda _: session.find("Queue"))
        assert all(len(result) == len(results[0]) for result in results)
        assert session.get_session_key() != before
        assert session.stats.snapshot().by_operation["login"].requests == 2


# -- clocks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [-86_400, 86_400])
def test_clock_that_jumps_while_a_call_is_repeated_is_of_no_account(
    recorder, make_session, monkeypatch, jump
):
    session = make_session(retries=None, timeout=5)
    session.login()
    now = time.time()
    moments = iter([now, *[now + jump] * 10_000])
    monkeypatch.setattr(time, "time", lambda: next(moments))
    recorder.answers.extend([(503, b""), (503, b"")])
    started = time.monotonic()
    assert session.find("Job")
    assert time.monotonic() - started < 5


# -- threads and children -------------------------------------------------------------------------


def test_threads_get_their_own_answers():
    with EmbeddedWorkspace() as workspace, workspace.session() as session:
        codes = [queue["code"] for queue in session.find("Queue")]

        def ask(number: int) -> bool:
            code = codes[number % len(codes)]
            return all(
                [q["code"] for q in session.find(f"Queue WHERE code={code}")] == [code]
                for _ in range(5)
            )

        assert together(ask) == [True] * THREADS


@forks
def test_child_uses_connections_of_its_own(recorder, session):
    session.find("Job")
    assert recorder.connections == 1
    assert in_child(lambda: session.find("Job")[0]["code"]) == "first"
    session.find("Job")
    assert recorder.connections == 2
    assert len(recorder.logins) == 1


@forks
def test_child_uses_connections_of_its_own_when_the_lock_file_is_gone(
    recorder, make_session, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    session = make_session(rate_limit=1234)
    session.find("Job")
    shutil.rmtree(tmp_path / "accsyn_orm")
    assert in_child(lambda: session.find("Job")[0]["code"]) == "first"
    assert recorder.connections == 2


@forks
def test_one_that_cannot_be_renewed_in_a_child_keeps_no_other_from_it(monkeypatch):
    class Broken:
        def after_fork(self):
            raise OSError(24, "too many open files")

    class Sound:
        is_renewed = False

        def after_fork(self):
            self.is_renewed = True

    things = [Broken(), Sound(), Broken(), Sound()]
    monkeypatch.setattr(forking, "_forkables", things)
    with pytest.raises(OSError, match="too many"):
        forking._renew_all()
    assert [thing.is_renewed for thing in things if isinstance(thing, Sound)] == [True, True]


@forks
def test_child_is_not_held_up_by_a_thread_of_its_parent(recorder, make_session):
    session = make_session(timeout=5)
    recorder.gate.clear()
    signing_in = threading.Thread(target=lambda: together(lambda _: session.find("Job"), 1))
    signing_in.start()
    while not recorder.requests:
        time.sleep(0.01)
    # Now the parent holds the lock of the sign-in, and will hold it for ever in the child.
    threading.Timer(0.2, recorder.gate.set).start()
    assert in_child(lambda: session.find("Job")[0]["code"]) == "first"
    signing_in.join(10)


def crossed(count: int, calls: int) -> int:
    """Let children of one session ask for one thing each; return how many answers were others."""
    with EmbeddedWorkspace() as workspace, workspace.session() as session:
        codes = [queue["code"] for queue in session.find("Queue")]

        def ask(code: str) -> str:
            found = [session.find(f"Queue WHERE code={code}") for _ in range(calls)]
            return str(sum([q["code"] for q in rows] != [code] for rows in found))

        chosen = [codes[number % len(codes)] for number in range(count)]
        children = [start_child(lambda code=code: ask(code)) for code in chosen]
        return sum(int(end_child(child)) for child in children)


@forks
def test_many_children_do_not_read_each_others_answers(figure):
    figure("R9 answers of 8 children to each other's calls, 80 calls", crossed(8, 10), "= 0")


@forks
@pytest.mark.deep
def test_many_children_with_many_calls_do_not_read_each_others_answers(figure):
    figure("R9 answers of 8 children to each other's calls, 800 calls", crossed(8, 100), "= 0")


@forks
def test_closing_in_a_child_leaves_the_session_of_the_parent_open(recorder, session):
    session.find("Job")
    assert in_child(lambda: str(session.close())) == "None"
    assert session.find("Job")
    session.close()
    with pytest.raises(SessionClosedError):
        session.find("Job")


def start_child(work: Callable[[], str]) -> tuple[int, int]:
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # That threads and children do not go together is what newer Pythons warn of.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        text = "failed"
        try:
            with no_waiting():
                text = work()
        finally:
            os.write(writing, text.encode())
            os._exit(0)
    os.close(writing)
    return pid, reading


def end_child(child: tuple[int, int]) -> str:
    pid, reading = child
    with os.fdopen(reading) as told:
        text = told.read()
    os.waitpid(pid, 0)
    return text


def in_child(work: Callable[[], str]) -> str:
    return end_child(start_child(work))
