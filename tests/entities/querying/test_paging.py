from __future__ import annotations

import random
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accsyn_orm.entities import Job
from accsyn_orm.entities.querying.paging import Pager, Place
from accsyn_orm.errors import BackendError, PagingError
from accsyn_orm.fields import status
from tests.entities.querying.rows import Rows, named


def read(rows, size, *, limit=None, skip=0, written=frozenset):
    """Return the ids of all pages."""
    pager = Pager(
        rows.page,
        size,
        written=written,
        lost=lambda given: PagingError("Job", "Job", given),
    )
    place = Place(skip, left=limit)
    pages = []
    while place is not None and place.left != 0:
        page, place = pager.page(place)
        pages.append([row["id"] for row in page])
    return pages


def flat(pages):
    return [ident for page in pages for ident in page]


# -- nothing happens meanwhile ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "size", "limit", "skip", "asked"),
    [
        (0, 3, None, 0, [(4, 0)]),
        (3, 3, None, 0, [(4, 0)]),
        (4, 3, None, 0, [(4, 0), (4, 3)]),
        (6, 3, None, 0, [(4, 0), (4, 3)]),
        (10, 3, 7, 0, [(4, 0), (4, 3), (1, 6)]),
        (10, 3, 6, 0, [(4, 0), (3, 3)]),
        (10, 3, 3, 0, [(3, 0)]),
        (10, 3, 1, 9, [(1, 9)]),
        (10, 3, None, 8, [(4, 8)]),
        (10, 3, 99, 4, [(4, 4), (4, 7)]),
        (10, 3, 0, 0, []),
        (5, 1, None, 0, [(2, 0), (2, 1), (2, 2), (2, 3), (2, 4)]),
    ],
)
def test_each_page_is_one_request_with_one_row_more(count, size, limit, skip, asked) -> None:
    rows = Rows(named(count))
    pages = read(rows, size, limit=limit, skip=skip)
    end = count if limit is None else min(count, skip + limit)
    assert flat(pages) == named(count)[skip:end]
    assert all(len(page) == size for page in pages[:-1])
    assert rows.asked == asked


def test_five_hundred_entities_are_one_request(v3) -> None:
    for number in range(500):
        v3.add("job", number)
    assert len(Job.where().all()) == 500
    assert len(v3.calls) == 1


@pytest.mark.parametrize("limit", [None, 7])
def test_backend_that_ignores_the_limit_is_asked_once(v3, monkeypatch, limit) -> None:
    for number in range(10):
        v3.add("job", number)
    find = v3.find
    monkeypatch.setattr(v3, "find", lambda query, **_: find(query))
    query = Job.where() if limit is None else Job.where().limit(limit)
    pages = list(query.pages(3))
    assert [len(page) for page in pages] == ([3, 3, 3, 1] if limit is None else [3, 3, 1])
    assert len(v3.calls) == 1


def test_backend_that_sends_less_at_once_works_with_pages_below_that() -> None:
    assert flat(read(Rows(named(20), cap=5), 4)) == named(20)
    assert flat(read(Rows(named(20), cap=5), 5)) == named(5)  # taken for the end, as documented


def test_backend_that_ignores_skip_is_noticed() -> None:
    rows = Rows(named(10))
    page = rows.page
    rows.page = lambda limit, _skip: page(limit, 0)
    with pytest.raises(PagingError):
        read(rows, 3)
    assert len(rows.asked) < 20


def test_rows_without_ids_are_taken_as_they_come() -> None:
    pages, place = [], Place(0)
    pager = Pager(
        lambda limit, skip: [{"code": n} for n in range(skip, min(10, skip + limit))],
        3,
        written=frozenset,
        lost=lambda given: PagingError("Job", "Job", given),
    )
    while place is not None:
        page, place = pager.page(place)
        pages += page
    assert [row["code"] for row in pages] == list(range(10))


# -- rows come and go ------------------------------------------------------------------------------


def removing(*ids):
    return lambda rows: [rows.remove(ident) for ident in ids]


def adding(index, *ids):
    return lambda rows: rows.__setitem__(slice(index, index), ids)


@pytest.mark.parametrize(
    ("meanwhile", "missing", "most_asked"),
    [
        (removing("r0"), [], 6),
        (removing("r0", "r1", "r2", "r3"), [], 5),
        (removing(*named(7)[1:]), ["r4", "r5", "r6"], 7),
        (removing("r4"), ["r4"], 6),
        (removing("r3", "r4"), ["r4"], 8),
        (removing("r4", "r5", "r6", "r7"), ["r4", "r5", "r6", "r7"], 6),
        (adding(0, "new"), [], 5),
        (adding(0, *named(9, "new")), [], 7),
        (adding(2, *named(3, "new")), [], 5),
        (adding(20, "new"), [], 5),
        (lambda rows: rows.clear(), named(16)[4:], 3),
    ],
    ids=[
        "first",
        "page",
        "overlap and page",
        "overlap",
        "last and overlap",
        "next page",
        "one in front",
        "page in front",
        "between",
        "behind",
        "all",
    ],
)
def test_rows_that_stay_are_given_once_and_in_order(meanwhile, missing, most_asked) -> None:
    rows = Rows(named(16), before={1: meanwhile})
    given = [ident for ident in flat(read(rows, 4)) if not ident.startswith("new")]
    assert given == [ident for ident in named(16) if ident not in missing]
    assert len(rows.asked) <= most_asked


def test_place_that_is_lost_is_an_error_that_says_how_far_it_came() -> None:
    rows = Rows(named(16), before={1: removing(*named(5))})
    with pytest.raises(PagingError, match=r"cannot go on after 4.*narrow the query") as caught:
        read(rows, 4)
    assert (caught.value.given, caught.value.entity, caught.value.sought) == (4, "Job", "Job")


def test_search_for_the_place_is_bounded() -> None:
    rows = Rows(named(1000), before={1: removing("r4")})
    rows.before[2] = lambda ids: ids.__setitem__(slice(0, 0), named(500, "new"))
    with pytest.raises(PagingError):
        read(rows, 4)
    assert len(rows.asked) <= 15


def test_order_that_the_backend_changed_is_no_proof_of_the_place() -> None:
    def shuffle(ids):
        ids.remove("r4")
        ids[:4] = ["r3", "r0", "r2", "r1"]

    with pytest.raises(PagingError):
        read(Rows(named(16), before={1: shuffle}), 4)


def test_rows_that_move_behind_the_place_are_not_given_twice() -> None:
    rows = Rows(named(16), before={1: lambda ids: ids.append(ids.pop(1))})
    assert flat(read(rows, 8)) == named(16)


def test_row_twice_in_one_answer_is_given_once() -> None:
    assert flat(read(Rows(["a", "b", "b", "c", "d"]), 3)) == ["a", "b", "c", "d"]


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 40),
    st.integers(1, 9),
    st.none() | st.integers(0, 40),
    st.integers(0, 5),
    st.randoms(use_true_random=False),
)
def test_whatever_comes_and_goes_nothing_is_skipped_or_repeated(
    count, size, limit, skip, chance: random.Random
) -> None:
    serial = iter(named(10_000, "new"))

    def meanwhile(ids):
        for _ in range(chance.randint(0, 3)):
            if ids and chance.random() < 0.5:
                ids.pop(chance.randrange(len(ids)))
            else:
                ids.insert(chance.randint(0, len(ids)), next(serial))

    rows = Rows(named(count), before=dict.fromkeys(range(1, 30), meanwhile))
    try:
        given = flat(read(rows, size, limit=limit, skip=skip))
    except PagingError:
        return
    assert len(given) == len(set(given))
    old = [int(ident[1:]) for ident in given if ident.startswith("r")]
    assert old == sorted(old)
    is_cut = limit is not None and len(given) == limit
    stayed = [ident for ident in named(count)[skip:] if ident in rows.ids]
    if is_cut:
        stayed = [ident for ident in stayed if int(ident[1:]) <= max(old, default=-1)]
    assert set(stayed) <= set(given)
    assert limit is None or len(given) <= limit


# -- the loop itself writes ------------------------------------------------------------------------


def paused_jobs(v3, count):
    for number in range(count):
        v3.add("job", number, status="paused", code=f"j{number}")
    return Job.where(status == "paused")


def resume(job):
    job.status = "waiting"
    job.save()


@pytest.mark.parametrize("ahead", [True, False])
@pytest.mark.parametrize("write", [resume, Job.delete])
@pytest.mark.parametrize("every", [1, 2, 7])
def test_loop_that_takes_entities_out_of_the_query_sees_each_once(v3, write, every, ahead) -> None:
    seen = []
    for page in paused_jobs(v3, 120).pages(25, ahead=ahead):
        for job in page:
            seen.append(job.code)
            if len(seen) % every == 0:
                write(job)
        page.clear()
    assert seen == [f"j{number}" for number in range(120)]


def test_loop_over_everything_in_one_page_size_works(v3) -> None:
    query = paused_jobs(v3, 1100)
    for job in query:
        resume(job)
    assert not query.exists()
    assert Job.where(status == "waiting").count() == 1100


class Moving(Rows):
    """Puts what was changed to the end, as a list in the order of changes would."""

    def update(self, _type, ident, data, *, before=None):
        self.ids.append(self.ids.pop(self.ids.index(ident)))
        return {"id": ident, **data}


@pytest.mark.parametrize("ahead", [True, False])
def test_entities_that_a_write_moves_are_not_given_again(ahead) -> None:
    backend = Moving(named(40))
    seen = []
    for page in Job.where().using(backend).pages(5, ahead=ahead):
        for job in page:
            assert len(seen) < 40
            seen.append(job.id)
            job.metadata = {"seen": True}
            job.save()
    assert seen == named(40)


def test_a_save_that_failed_may_have_moved_its_entity(v3) -> None:
    pages = paused_jobs(v3, 4).pages(2)
    (job, _) = next(pages)
    v3.refusal = "busy"
    with pytest.raises(BackendError):
        resume(job)
    v3.refusal = None
    v3.records["job"][job.id] = v3.records["job"].pop(job.id)
    assert [other.code for page in pages for other in page] == ["j2", "j3"]


# -- memory ----------------------------------------------------------------------------------------


class Generated:
    """Makes its rows when they are asked for."""

    protocol = "v3"

    def __init__(self, count: int) -> None:
        self.count = count
        self.requests = 0

    def find(self, _query, *, limit, skip, **_):
        self.requests += 1
        end = min(self.count, (skip or 0) + limit)
        return [
            {"id": f"{number:024x}", "code": f"job {number}", "status": "waiting", "size": number}
            for number in range(skip or 0, end)
        ]


def grown(count: int) -> tuple[int, int]:
    """Return how many bytes iterating takes more than its first page, and its requests."""
    backend = Generated(count)
    tracemalloc.start()
    try:
        pages = Job.where().using(backend).pages()
        next(pages)
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        previous = 499
        for page in pages:
            numbers = [int(job.id, 16) for job in page]
            assert numbers[0] == previous + 1
            assert all(b == a + 1 for a, b in pairwise(numbers))
            previous = numbers[-1]
        assert previous == count - 1
        return tracemalloc.get_traced_memory()[1] - before, backend.requests
    finally:
        tracemalloc.stop()


def test_iterating_takes_the_memory_of_a_few_pages() -> None:
    more, requests = grown(20_000)
    assert more < 8 * 1024**2
    assert requests == 40


@pytest.mark.deep
def test_iterating_a_million_entities_takes_at_most_40_mib_more_than_a_page() -> None:
    more, requests = grown(1_000_000)
    assert more <= 40 * 1024**2
    assert requests == 2000
