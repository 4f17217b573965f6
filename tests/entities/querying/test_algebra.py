"""Laws that hold for every query: what & | where() mean, and that queries are values."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accsyn_orm import Job, Query, QueryValueError, User
from accsyn_orm.errors import EntityNotFoundError
from accsyn_orm.query.nodes import all_of

CODES, STATUSES = ("a", "b", "c"), ("done", "failed", "waiting")
RECORDS = [
    {"code": code, "status": status, "progress": progress}
    for code in CODES
    for status in STATUSES
    for progress in (0, 50)
]

comparisons = st.one_of(
    st.sampled_from(CODES).map(lambda code: Job.code == code),
    st.sampled_from(STATUSES).map(lambda status: Job.status != status),
    st.sampled_from([0, 25, 50]).map(lambda progress: Job.progress > progress),
)
expressions = st.recursive(
    comparisons,
    lambda inner: st.tuples(inner, inner, st.booleans()).map(
        lambda pair: pair[0] & pair[1] if pair[2] else pair[0] | pair[1]
    ),
    max_leaves=6,
)
conditions = st.none() | expressions
queries = conditions.map(lambda where: Job.where() if where is None else Job.where(where))


def meaning(query: Query[Job]) -> list[int]:
    """Return which of the records a query means."""
    where = query.selection.where
    return [n for n, record in enumerate(RECORDS) if where is None or where.evaluate(record)]


def unchanged(query: Query[Job]) -> tuple[object, ...]:
    return query, hash(query), str(query), repr(query), pickle.dumps(query)


laws = settings(max_examples=60, deadline=None)


@laws
@given(queries, queries, queries)
def test_and_and_or_mean_the_same_however_they_are_grouped(a, b, c) -> None:
    assert meaning((a & b) & c) == meaning(a & (b & c))
    assert meaning((a | b) | c) == meaning(a | (b | c))
    assert meaning(a & b) == meaning(b & a) == sorted(set(meaning(a)) & set(meaning(b)))
    assert meaning(a | b) == meaning(b | a) == sorted(set(meaning(a)) | set(meaning(b)))
    assert meaning(a & (b | c)) == meaning((a & b) | (a & c))
    assert meaning(a & a) == meaning(a | a) == meaning(a)


@laws
@given(st.lists(expressions, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_order_and_number_of_where_calls_do_not_change_the_meaning(terms, chance) -> None:
    at_once = Job.where(*terms)
    one_by_one = Job.where()
    for term in terms:
        one_by_one = one_by_one.where(term)
    shuffled = Job.where(*chance.sample(terms, len(terms)))
    assert one_by_one == at_once == Job.where(all_of(terms))
    assert meaning(shuffled) == meaning(at_once)


@laws
@given(queries, expressions)
def test_nothing_changes_a_query(query, expression) -> None:
    before = unchanged(query)
    for change in (
        lambda: query.where(expression),
        lambda: query & expression,
        lambda: query | expression,
        lambda: query.limit(3).skip(2).only("code").finished().inactive().archived(),
        lambda: query.using(None),
        query.explain,
    ):
        change()
        assert unchanged(query) == before


@laws
@given(queries, queries)
def test_equal_queries_have_equal_hashes_and_meanings(a, b) -> None:
    if a == b:
        assert (hash(a), meaning(a)) == (hash(b), meaning(b))
    if meaning(a) != meaning(b):
        assert a != b


@laws
@given(queries, st.none() | st.integers(0, 9), st.booleans())
def test_queries_survive_pickling_copying_and_printing(query, limit, is_finished) -> None:
    query = query if limit is None else query.limit(limit)
    query = query.finished() if is_finished else query
    for twin in (pickle.loads(pickle.dumps(query)), copy.copy(query), copy.deepcopy(query)):
        assert (twin, hash(twin), type(twin)) == (query, hash(query), Query)
    assert meaning(Job.parse(str(query))) == meaning(query)


# -- sessions --------------------------------------------------------------------------------------


def test_session_of_a_query_does_not_make_it_another_one(v3) -> None:
    bound = Job.where(Job.code == "a").using(v3)
    assert bound == Job.where(Job.code == "a")
    assert bound.using(None).backend is None
    assert pickle.loads(pickle.dumps(bound)).backend is None


@pytest.mark.parametrize("combine", [lambda a, b: a & b, lambda a, b: a | b])
def test_combined_queries_keep_the_session_of_either(v3, v1, combine) -> None:
    free, bound = Job.where(Job.code == "a"), Job.where(Job.code == "b").using(v3)
    assert combine(free, bound).backend is v3
    assert combine(bound, free).backend is v3
    assert combine(bound, bound).backend is v3
    with pytest.raises(QueryValueError, match="bound to two sessions") as caught:
        combine(bound, free.using(v1))
    assert "using()" in caught.value.hint


def test_truth_of_a_query_is_refused_because_it_would_always_be_true() -> None:
    with pytest.raises(TypeError, match=r"exists\(\)"):
        bool(Job.where())


# -- many by id ------------------------------------------------------------------------------------


def test_many_are_found_by_id_in_the_order_of_the_ids(v3) -> None:
    ids = [v3.add("job", number, status="done")["id"] for number in range(250)]
    wanted = [*reversed(ids), "0" * 23 + "x", ids[3]]
    found = Job.where().by_id(iter(wanted))
    assert list(found) == ids[::-1]
    assert all(found[ident].id == ident for ident in ids)
    assert len(v3.calls) == 3
    assert Job.where(Job.status == "failed").by_id(ids) == {}


def test_no_ids_need_no_request(v3) -> None:
    assert Job.where().by_id([]) == {}
    assert v3.calls == []


def test_references_are_ids(v3) -> None:
    v3.add("job", 1, user=v3.add("user", 2)["id"])
    users = User.where().by_id(job.user for job in Job.where())
    assert [(type(ident), user.id) for ident, user in users.items()] == [(str, f"{2:024x}")]


@pytest.mark.parametrize("ids", ["6971e16fceadd67b955b1995", b"x", [5], [""], [None]])
def test_what_is_no_list_of_ids_is_refused(v3, ids) -> None:
    with pytest.raises(QueryValueError):
        Job.where().by_id(ids)
    assert v3.calls == []


@pytest.mark.parametrize("query", [Job.where().limit(3), Job.where().skip(3)])
def test_ids_and_a_part_of_the_query_do_not_go_together(query) -> None:
    with pytest.raises(QueryValueError, match="which ids do not go with"):
        query.by_id(["x"])


def test_one_still_tells_none_from_several(v3) -> None:
    with pytest.raises(EntityNotFoundError):
        Job.where().one()
