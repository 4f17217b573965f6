from __future__ import annotations

import pytest

from accsyn_orm.errors import QueryError
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.search import searches
from accsyn_orm.server.search.searches import MAX_PAGE

MISSION = (
    '((user=5bfeb0381da7ee4095fa217e AND source!=hq) OR status<>failed) AND code="Daily backup"'
)


@pytest.fixture
def john(demo):
    return demo.client("john@user.com")


def test_the_documented_query_selects_some_and_leaves_some_out(john):
    every = john.find("job", 'code="daily backup"')
    chosen = john.find("job", MISSION)
    assert [(job["user_hr"].partition("[")[0], job["status"]) for job in chosen] == [
        ("user:anna@acmefilm.com", "failed"),
        ("user:john@user.com", "waiting"),
        ("user:anna@acmefilm.com", "running"),
    ]
    assert len(every) == 6
    assert chosen[0]["source_hr"].startswith("user:lisa@example.com")


@pytest.mark.parametrize(
    ("query", "options", "count"),
    [
        ("id=614d660de50d45bb027c9bdd", {}, 1),
        ('code="my_transfer"', {}, 1),
        ('code="* backup"', {}, 7),
        ("status=aborted", {"finished": True}, 4),
        ("status=done", {"archived": True}, 2),
        ("status=done", {"finished": True, "archived": True}, 10),
        ("destination=lisa@example.com and status in failed,paused", {}, 2),
        ('code matches "^comp v00[1-8]$"', {}, 4),
        ("metadata.shot=010", {}, 1),
        ("queue=overnight", {}, 3),
        ("dest='lars@acmefilm.com' OR id=614d660de50d45bb027c9bdd", {}, 6),
        ("code='götterdämmerung plates'", {}, 1),
        ("created>=2026-02-10", {}, 3),
    ],
)
def test_the_demo_has_something_for_the_documented_queries(john, query, options, count):
    assert len(john.find("job", query, **options)) == count


@pytest.mark.behaviour("find: entities come in order of creation")
@pytest.mark.behaviour("find: one answer has at most 50,000 entities")
def test_one_answer_has_a_limit(john, monkeypatch):
    with pytest.raises(Refusal, match="limit is between 0 and 50000, not 50001"):
        john.find("transfer", limit=MAX_PAGE + 1)
    every = john.find("transfer")
    monkeypatch.setattr(searches, "MAX_PAGE", len(every))
    assert john.find("transfer") == every
    monkeypatch.setattr(searches, "MAX_PAGE", len(every) - 1)
    with pytest.raises(Refusal, match="ask for pages, with limit and skip"):
        john.find("transfer")
    assert john.find("transfer", limit=len(every) - 1) == every[:-1]


def test_pages_are_stable_and_complete(john):
    every = john.find("transfer")
    paged = [job for skip in range(0, 40, 7) for job in john.find("transfer", skip=skip, limit=7)]
    assert paged == every
    assert [job["created"] for job in every] == sorted(job["created"] for job in every)
    assert john.find("transfer", skip=1)[0] == every[1]
    assert john.find("transfer", limit=0, skip=0) == every


def test_attributes_are_chosen_by_name(john):
    (job,) = john.find("transfer", 'name="my_transfer"', attributes=["status", "source_hr"])
    assert job.keys() == {"id", "status", "source_hr"}
    with pytest.raises(QueryError, match=r"'stauts'.*did you mean 'status'"):
        john.find("transfer", attributes=["stauts"])
    for wrong in ("status", [], [5], [" "], ["metadata.zzz"], ["user.id"]):
        with pytest.raises(Refusal, match="find: attributes"):
            john.find("transfer", attributes=wrong)


@pytest.mark.behaviour("find: options that a generation does not have are refused")
@pytest.mark.parametrize(
    ("protocol", "option", "value"),
    [
        ("v1", "inactive", True),
        ("v1", "parent", "x"),
        ("v1", "single_entity_query", True),
        ("v3", "offline", True),
        ("v3", "type", 1),
    ],
)
def test_each_generation_has_options_of_its_own(demo, protocol, option, value):
    with pytest.raises(Refusal, match=f"find has no attribute '{option}'"):
        demo.client("john@user.com", protocol).find("user", **{option: value})


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"limit": "5"}, "find: limit is a whole number"),
        ({"limit": -1}, "find: limit is between"),
        ({"finished": "yes"}, "find: finished is true or false"),
        ({"order": "name"}, "find has no attribute 'order'"),
        ({"parent": ""}, "find: parent is empty"),
    ],
)
def test_wrong_options_are_refused(john, options, problem):
    with pytest.raises(Refusal, match=problem):
        john.find("transfer", **options)


@pytest.mark.parametrize(
    "query", ["status", "status==x", "job where status=x", "colour=red", "a=1 or"]
)
def test_wrong_queries_are_refused(john, query):
    with pytest.raises(QueryError):
        john.find("transfer", query)


@pytest.mark.behaviour("find: a search for one user without condition is for the own profile")
def test_find_one_without_condition_is_the_own_profile(john):
    assert [u["code"] for u in john.find("user", single_entity_query=True)] == ["john@user.com"]
    named = john.find("user", "code=lisa@example.com", single_entity_query=True)
    assert [user["code"] for user in named] == ["lisa@example.com"]


@pytest.mark.behaviour("find: one entity is looked for among the finished as well")
def test_find_one_looks_among_the_finished_when_nothing_is_active(john):
    name = "name='x and y.png'"
    assert john.find("transfer", name) == []
    (found,) = john.find("transfer", name, single_entity_query=True)
    assert found["status"] == "done"
    assert john.find("transfer", name, single_entity_query=True, archived=True) == []
    (active,) = john.find("transfer", "name='Daily backup'", single_entity_query=True)
    assert active["status"] == "failed"


@pytest.mark.behaviour("find: an id finds an entity in every state")
def test_an_id_finds_in_every_scope(john):
    for scope in ("finished", "archived"):
        job = john.find("transfer", limit=1, **{scope: True})[0]
        assert john.get("Transfer", job["id"]) == job
    olga = john.find("user", inactive=True)[0]
    assert john.get("user", olga["id"]) == olga


def test_children_are_found_beneath_their_parent(john):
    low = john.find("queue", "code=low")[0]["id"]
    jobs = john.find("transfer", parent=low)
    assert jobs
    assert {job["uri"] for job in jobs} == {"acmefilm/low"}
    assert john.find("transfer", 'name="Daily backup"', parent=low) == john.find(
        "transfer", 'name="Daily backup"'
    )
    with pytest.raises(Refusal, match="a user has no parent"):
        john.find("user", parent=low)


@pytest.mark.parametrize("parent", ['x" OR id!="', "*", "null", "low", "(", "0" * 24, "x' or ''='"])
def test_a_parent_is_an_id_and_nothing_else(john, parent):
    assert john.find("task", parent=parent) == []
    assert john.find("transfer", parent=parent) == []


def test_a_parent_is_compared_exactly(john):
    job = john.find("transfer", 'name="my_transfer"')[0]
    assert len(john.find("task", parent=job["id"])) == 2
    assert john.find("task", parent=job["id"].upper()) == []


@pytest.mark.behaviour("find: tasks are found beneath one job only")
@pytest.mark.parametrize(
    "query",
    [
        "id!=null",
        "id!=null or status=queued",
        "job.id=614d660de50d45bb027c9bdd or status=queued",
        "job=*",
        "id=null",
        "job.id!=614d660de50d45bb027c9bdd",
        "job contains 6",
        "job matches .*",
        "(job=614d660de50d45bb027c9bdd or id!=null) and status!=failed",
    ],
)
def test_a_search_for_tasks_is_confined_to_one_job(john, query):
    with pytest.raises(Refusal, match="say of which job"):
        john.find("task", query)


@pytest.mark.parametrize("name", ["job", "job.id", "parent"])
def test_a_search_for_tasks_names_the_job_beside_other_conditions(john, name):
    job = john.find("transfer", 'name="my_transfer"')[0]
    found = john.find("task", f"(status=queued or status=done) and {name}={job['id']}")
    assert len(found) == 2


def test_only_v1_tells_jobs_apart_by_type(demo, john):
    for uri in ("transfer", "job"):
        with pytest.raises(Refusal, match="find has no attribute 'type'"):
            john.find(uri, type=2)
    john_v1 = demo.client("john@user.com", "v1")
    assert {queue["code"] for queue in john_v1.find("job", type=2)} >= {"high", "overnight"}
    assert len(john_v1.find("job", type=1)) == len(john.find("transfer"))
    assert john_v1.find("job", type=3) == []
