"""What a session asks is counted: by operation and type, in bytes and seconds, for all threads."""

from __future__ import annotations

import threading
import time

import pytest

from accsyn_orm import BackendError, TransportError
from accsyn_orm.session.stats import Stats, Tally, Usage


def test_sign_in_is_counted_under_its_own_name(session):
    session.find("job WHERE status=failed")
    session.find("user")
    by_operation = session.stats.snapshot().by_operation
    assert {name: tally.requests for name, tally in by_operation.items()} == {
        "login": 1,
        "job/find": 1,
        "user/find": 1,
    }
    assert session.stats.requests == 3


def test_types_add_up_their_operations():
    stats = Stats()
    for operation in ("job/find", "job/edit", "job/task/find", "login"):
        stats.count(operation, "{}", up=10, down=100, seconds=0.5)
    by_type = stats.snapshot().by_type
    assert {name: tally.requests for name, tally in by_type.items()} == {
        "job": 2,
        "job/task": 1,
        "login": 1,
    }
    assert by_type["job"] == Tally(requests=2, bytes_up=20, bytes_down=200, seconds=1.0)
    assert stats.snapshot().total == Tally(requests=4, bytes_up=40, bytes_down=400, seconds=2.0)


def test_bytes_are_those_of_queries_bodies_and_answers(session, recorder):
    session.find("job")
    recorder.requests.clear()
    before = session.stats.snapshot()
    session.create("queue", {"name": "Pänic"})
    session.find("queue")
    usage = session.stats.snapshot() - before
    sent = sum(len(request.query) + len(request.body) for request in recorder.requests)
    assert usage.requests == 2
    assert usage.bytes_up == sent
    assert usage.bytes_down > 100
    assert 0 < usage.seconds < 10


def test_call_that_is_refused_or_never_answered_counts(make_session, recorder):
    session = make_session()
    session.login()
    recorder.will_answer({"message": "no"}, status=403)
    with pytest.raises(BackendError):
        session.find("job")
    recorder.will_answer(b"\xff")
    with pytest.raises(TransportError):
        session.find("user")
    by_operation = session.stats.snapshot().by_operation
    assert (by_operation["job/find"].requests, by_operation["user/find"].requests) == (1, 1)
    assert by_operation["job/find"].bytes_down > 0


def test_replay_after_an_expired_session_is_a_retry(session, recorder):
    session.login()
    recorder.will_answer({"message": "expired", "session_expired": True})
    with session.stats.measure() as measured:
        session.find("job")
    assert measured.sent == ["job/find", "login", "job/find"]
    assert measured.usage.retries == 1


def test_measurement_counts_its_block_only(session):
    session.find("job")
    with session.stats.measure() as outer:
        session.find("queue WHERE default=true")
        with session.stats.measure() as inner:
            session.find("user")
        assert outer.requests == 2
    session.find("job")
    assert (inner.requests, outer.requests) == (1, 2)
    assert inner.sent == ["user/find"]
    assert outer.sent == ["queue/find default=true", "user/find"]
    assert list(outer.usage.by_operation) == ["queue/find", "user/find"]


def test_what_was_sent_is_told_without_what_might_be_secret(session):
    with session.stats.measure() as measured:
        session.create("user", {"code": "lisa@example.com", "message": "s3cret"})
    assert measured.sent == ["login", "user/create"]
    assert "s3cret" not in f"{measured.usage} {session.stats!r}"


def test_usage_is_told_in_one_line():
    stats = Stats()
    stats.count("job/find", "{}", up=5, down=7, seconds=0.25)
    stats.count_retry("job/find")
    assert str(stats.snapshot()) == (
        "1 requests (1 job/find), 1 of them again; 5 bytes up, 7 down, 0.250 s"
    )
    assert "(none)" in repr(Stats())
    assert Usage().by_type == {}


def test_threads_lose_no_count():
    stats, threads = Stats(), []
    for _ in range(8):
        work = [stats.count] * 2000

        def run(work=work):
            for count in work:
                count("job/find", "{}", up=1, down=2, seconds=0.0)

        threads.append(threading.Thread(target=run))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert stats.snapshot().total == Tally(requests=16000, bytes_up=16000, bytes_down=32000)


def test_child_process_counts_although_its_parent_was_counting():
    stats = Stats()
    stats.count("job/find", "{}", up=1, down=2, seconds=0.0)
    stats._lock.acquire()
    stats.after_fork()  # as in a child
    stats.count("job/find", "{}", up=1, down=2, seconds=0.0)
    assert stats.requests == 2


def test_counting_costs_next_to_nothing():
    stats, best = Stats(), 1.0
    for _ in range(20):
        started = time.perf_counter()
        for _ in range(1000):
            stats.count("job/find", "{}", up=1, down=2, seconds=0.0)
        best = min(best, (time.perf_counter() - started) / 1000)
    assert best < 3e-6  # below one microsecond on a machine that does nothing else
