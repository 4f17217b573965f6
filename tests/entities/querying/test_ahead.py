from __future__ import annotations

import gc
import os
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context

import pytest

from accsyn_orm import Job, Queue, Session
from accsyn_orm.entities.querying import ahead as ahead_module
from accsyn_orm.entities.querying.ahead import Ahead
from accsyn_orm.errors import AccsynError, BackendError, SessionClosedError
from accsyn_orm.testing import EmbeddedWorkspace
from tests.entities.querying.rows import Rows, named


class Watched(Rows):
    """Knows which thread asked; can fail at a request, and hold threads back with its gate."""

    def __init__(self, count: int, **options) -> None:
        super().__init__(named(count), **options)
        self.threads: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.fails_at: int | None = None

    def page(self, limit, skip):
        self.threads.append(threading.current_thread().name)
        if threading.current_thread() is not threading.main_thread():
            self.gate.wait(10)
        if len(self.threads) - 1 == self.fails_at:
            raise BackendError("find", "no")
        return super().page(limit, skip)


def background() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name.startswith("accsyn_orm-")]


def assert_no_thread_stays() -> None:
    until = time.monotonic() + 5
    while background() and time.monotonic() < until:
        time.sleep(0.005)
    assert background() == []


def settled(condition) -> bool:
    until = time.monotonic() + 5
    while not condition() and time.monotonic() < until:
        time.sleep(0.002)
    return condition()


@pytest.fixture
def rows():
    backend = Watched(10)
    yield backend
    backend.gate.set()
    assert_no_thread_stays()


def test_from_the_second_page_on_the_next_one_is_loaded_meanwhile(rows) -> None:
    pages = Job.where().using(rows).pages(2)
    next(pages)
    time.sleep(0.02)
    assert len(rows.asked) == 1
    next(pages)
    assert settled(lambda: len(rows.asked) == 3)
    time.sleep(0.02)
    assert len(rows.asked) == 3  # one request ahead, not more
    main = threading.current_thread().name
    assert rows.threads == [main, main, "accsyn_orm-next-page"]
    assert [job.id for page in pages for job in page] == named(10)[4:]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 10])
def test_reading_ahead_makes_no_request_more(count) -> None:
    asked = []
    for ahead in (True, False):
        backend = Watched(count)
        found = [
            job.id for page in Job.where().using(backend).pages(2, ahead=ahead) for job in page
        ]
        assert found == named(count)
        asked.append(backend.asked)
    assert asked[0] == asked[1]
    assert_no_thread_stays()


def test_reading_ahead_can_be_switched_off(rows) -> None:
    assert len(list(Job.where().using(rows).pages(2, ahead=False))) == 5
    assert set(rows.threads) == {threading.current_thread().name}


def test_reading_ahead_stops_where_the_limit_is(rows) -> None:
    pages = Job.where().limit(4).using(rows).pages(2)
    assert [len(page) for page in pages] == [2, 2]
    assert rows.asked == [(3, 0), (2, 2)]


@pytest.mark.parametrize("end", ["close", "drop", "raise"])
def test_iteration_that_is_broken_off_leaves_no_thread(rows, end) -> None:
    pages = Job.where().using(rows).pages(2)
    next(pages)
    next(pages)
    if end == "close":
        pages.close()
    elif end == "raise":
        with pytest.raises(ZeroDivisionError):
            pages.throw(ZeroDivisionError())
    del pages
    gc.collect()
    assert_no_thread_stays()
    assert len(rows.asked) == 3


def test_closing_does_not_wait_for_a_request_that_is_under_way(rows) -> None:
    rows.gate.clear()
    pages = Job.where().using(rows).pages(2)
    next(pages)
    next(pages)
    assert len(background()) == 1
    started = time.monotonic()
    pages.close()
    assert time.monotonic() - started < 5


def test_error_appears_where_its_page_is_due_and_ends_the_iteration(rows) -> None:
    rows.fails_at = 2
    pages = Job.where().using(rows).pages(2)
    assert [[job.id for job in page] for page in (next(pages), next(pages))] == [
        ["r0", "r1"],
        ["r2", "r3"],
    ]
    with pytest.raises(BackendError):
        next(pages)
    assert list(pages) == []


def test_error_of_a_page_that_nobody_wants_is_nobodys_business(rows, capsys) -> None:
    rows.fails_at = 2
    pages = Job.where().using(rows).pages(2)
    next(pages)
    next(pages)
    pages.close()
    assert_no_thread_stays()
    assert capsys.readouterr().err == ""


def test_thread_sees_the_context_of_who_iterates() -> None:
    variable: ContextVar[str] = ContextVar("variable", default="unset")
    seen = []

    class Noting(Watched):
        def page(self, limit, skip):
            seen.append(variable.get())
            return super().page(limit, skip)

    def iterate():
        variable.set("set")
        list(Job.where().using(Noting(8)).pages(2))

    copy_context().run(iterate)
    assert seen == ["set"] * 4


def test_process_that_can_start_no_thread_loads_by_itself(rows, monkeypatch) -> None:
    def refuse(_self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(ahead_module.threading.Thread, "start", refuse)
    assert len(list(Job.where().using(rows).pages(2))) == 5
    assert len(rows.asked) == 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_forked_process_goes_on_by_itself(rows) -> None:
    rows.gate.clear()  # the third page stays under way in a thread that the child will not have
    pages = Job.where().using(rows).pages(2)
    next(pages)
    next(pages)
    child = os.fork()
    if child == 0:
        ended = 1
        try:
            rows.gate = threading.Event()
            rows.gate.set()
            ended = [job.id for page in pages for job in page] != named(10)[4:]
        finally:
            os._exit(ended)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    rows.gate.set()
    assert [job.id for page in pages for job in page] == named(10)[4:]


def test_result_may_be_asked_for_again() -> None:
    calls = []
    call = Ahead(lambda: calls.append(1) or len(calls))
    assert (call.result(), call.result(), calls) == (1, 1, [1])


# -- sessions and threads --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def workspace():
    with EmbeddedWorkspace() as running, running.session("admin"):
        for number in range(12):
            Queue(name=f"Lane {number:02}", priority=77).save()
        yield running


def test_session_closed_meanwhile_is_a_typed_error(workspace) -> None:
    session = workspace.session("admin")
    pages = session.query(Queue).pages(2)
    for _ in range(2):
        next(pages)
    session.close()
    with pytest.raises(SessionClosedError):
        list(pages)
    assert_no_thread_stays()


def test_session_closed_under_a_request_is_a_typed_error_or_none(workspace) -> None:
    for pause in (0, 0.001, 0.003):
        session = workspace.session("admin")
        pages = session.query(Queue).pages(2)
        for _ in range(2):
            next(pages)
        time.sleep(pause)
        session.close()
        with pytest.raises(AccsynError):
            list(pages)
    assert_no_thread_stays()


def test_one_query_serves_many_threads_and_sessions(workspace) -> None:
    query = Queue.where(Queue.priority == 77)

    def read(protocol: str) -> list[str]:
        session: Session = workspace.session("admin", protocol=protocol)
        with session:
            alone = pickle.loads(pickle.dumps(query))
            found = [queue.id for page in query.pages(5) for queue in page]
            assert found == [queue.id for queue in session.query(Queue) & alone]
            return found

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(read, ["v3", "v1"] * 4))
    assert len(set(found[0])) == 12
    assert found == found[:1] * 8
    assert_no_thread_stays()


def test_threads_share_one_session_while_it_reads_ahead(workspace) -> None:
    with workspace.session("admin") as session, ThreadPoolExecutor(4) as pool:
        query = session.query(Queue).where(Queue.priority == 77)
        found = list(pool.map(lambda _: [q.id for p in query.pages(3) for q in p], range(8)))
    assert len(set(found[0])) == 12
    assert found == found[:1] * 8
