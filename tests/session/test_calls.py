"""The calls of a session: what is sent for which arguments, what comes back, what is refused."""

from __future__ import annotations

import collections
import copy
from datetime import datetime, timezone

import pytest

from accsyn_orm.errors import (
    BackendCrashError,
    BackendError,
    EntityNotFoundError,
    EntityValidationError,
    PayloadError,
    ProtocolError,
    QuerySyntaxError,
    QueryValueError,
)
from accsyn_orm.query import Comparison, Operator, Statement

ID = "614d660de50d45bb027c9bdd"
OWN = "5bfeb0381da7ee4095fa217e"
TASK = "1f0c2f7e-5f3a-4f0e-9a0e-0d6a1f1d0c11"


def sent(recorder) -> dict:
    return recorder.events[-1].json


# -- find -----------------------------------------------------------------------------------------


def test_find_decodes_documented_dates_only(recorder, session):
    record = {
        "id": ID,
        "created": "2026-11-03T08:00:00",
        "modified": "2026-02-09T09:17:45+01:00",
        "finished": None,
        "name": "2026-11-03T08:00:00",
        "metadata": {"created": "2026-11-03T08:00:00"},
        "tasks": [{"created": "2026-11-03T08:00:00.123456"}],
    }
    recorder.will_answer({"result": [record]})
    found = session.find("Job")[0]
    assert found["created"] == datetime(2026, 11, 3, 8, tzinfo=timezone.utc)
    assert found["modified"] == datetime(2026, 2, 9, 8, 17, 45, tzinfo=timezone.utc)
    assert found["tasks"][0]["created"].microsecond == 123456
    assert found["finished"] is None
    assert found["name"] == found["metadata"]["created"] == "2026-11-03T08:00:00"


def test_find_sends_a_statement_as_its_text(recorder, session):
    session.find(Statement("job", Comparison("code", Operator.EQUAL, "Daily Backup")))
    assert sent(recorder)["query"] == 'code="Daily Backup"'
    session.find(Statement("job"))
    assert "query" not in sent(recorder)


def test_find_keeps_the_case_of_values_unless_asked_otherwise(recorder, make_session):
    query = r'Job WHERE Path="Projects/A" AND name MATCHES "\D+[A-Z]"'
    make_session().find(query)
    assert sent(recorder)["query"] == r'Path="Projects/A" AND name MATCHES "\D+[A-Z]"'
    make_session(lowercase_queries=True).find(query)
    assert sent(recorder)["query"] == r'path="projects/a" and name matches "\D+[A-Z]"'


def test_find_user_is_all_users(recorder, session, v1_session):
    for any_session in (session, v1_session):
        any_session.find("User")
        assert "query" not in sent(recorder)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Task", f"job.id={ID}"),
        (
            "Task WHERE status=done OR status=failed",
            f"job.id={ID} AND (status=done OR status=failed)",
        ),
        (Statement("task", Comparison("uri", Operator.EQUAL, "0")), f"job.id={ID} AND (uri=0)"),
    ],
)
def test_find_names_the_job_of_tasks_in_the_condition_in_v1(recorder, v1_session, query, expected):
    v1_session.find(query, entityid=ID)
    assert sent(recorder)["query"] == expected
    assert "parent" not in sent(recorder)["data"]


def test_find_in_v1_knows_parents_of_tasks_only(v1_session):
    with pytest.raises(QueryValueError, match="only tasks"):
        v1_session.find("User", entityid=ID)


def test_find_sends_inactive_under_the_name_of_the_generation(recorder, session, v1_session):
    for name in ("inactive", "offline"):
        session.find("User", **{name: True})
        assert sent(recorder)["data"] == {"inactive": True}
        v1_session.find("User", **{name: True})
        assert sent(recorder)["data"] == {"offline": True}


def test_find_with_limit_zero_returns_nothing_and_asks_nothing(recorder, session):
    assert session.find("Job", limit=0) == []
    assert not recorder.requests


@pytest.mark.parametrize(
    "options",
    [
        {"limit": -1},
        {"limit": True},
        {"skip": "3"},
        {"finished": 1},
        {"inactive": "yes"},
        {"archived": 0},
        {"attributes": "id"},
        {"attributes": [" "]},
        {"attributes": [1]},
        {"attributes": {"id"}},
    ],
)
def test_find_refuses_options_of_the_wrong_type(recorder, session, options):
    with pytest.raises(QueryValueError):
        session.find("Job", **options)
    assert not recorder.requests


@pytest.mark.parametrize("query", ["Job code=x", "Job WHERE (code=x", "", "Job/../user", b"Job", 5])
def test_find_refuses_what_is_no_query(recorder, session, query):
    with pytest.raises(QuerySyntaxError):
        session.find(query)
    assert not recorder.requests


@pytest.mark.parametrize("answer", [{"result": None}, {"result": []}])
def test_find_returns_a_list_when_nothing_is_found(recorder, session, answer):
    recorder.will_answer(answer, answer)
    assert session.find("Job") == []
    assert session.find_one("Job") is None


@pytest.mark.parametrize("answer", [{"result": {}}, {"result": "x"}, {}, []])
def test_find_refuses_an_answer_that_is_none(recorder, session, answer):
    recorder.will_answer(answer)
    with pytest.raises(ProtocolError):
        session.find("Job")
    assert session.get_last_message()


@pytest.mark.parametrize(
    ("query", "options", "expected"),
    [
        ("attributes WHERE entitytype=job", {}, ("job", False, False)),
        ("Attributes where entitytype='Job'", {"create": True}, ("job", True, False)),
        ("attributes WHERE entitytype=job AND create=true", {}, ("job", True, False)),
        ("attributes WHERE update=TRUE AND entitytype=job", {}, ("job", False, True)),
        (
            "attributes WHERE entitytype=job AND create=false",
            {"create": True},
            ("job", True, False),
        ),
    ],
)
def test_find_attributes_of_an_entity_type(recorder, session, query, options, expected):
    assert session.find(query, **options) == ["id", "code"]
    assert tuple(sent(recorder)["data"].values()) == expected


@pytest.mark.parametrize(
    "query",
    [
        "attributes",
        "attributes WHERE create=true",
        "attributes WHERE entitytype!=job",
        "attributes WHERE entitytype=job OR create=true",
        "attributes WHERE entitytype=job AND create=maybe",
        "attributes WHERE entitytype=job AND code=x",
        "attributes WHERE (entitytype=job OR entitytype=user) AND create=true",
        "entitytypes WHERE code=x",
    ],
)
def test_find_refuses_other_questions_about_attributes(recorder, session, query):
    with pytest.raises(QueryValueError):
        session.find(query)
    assert not recorder.requests


def test_find_attributes_takes_booleans_only(session):
    with pytest.raises(QueryValueError, match="create"):
        session.find("attributes WHERE entitytype=job", create=1)


def test_find_entity_types_as_a_statement(recorder, session):
    assert session.find(Statement("entitytypes")) == ["id", "code"]
    assert session.find(
        Statement("attributes", Comparison("entitytype", Operator.EQUAL, "Job"))
    ) == ["id", "code"]


# -- one entity -----------------------------------------------------------------------------------


def test_find_one_returns_the_first(recorder, session, v1_session):
    for any_session in (session, v1_session):
        recorder.will_answer({"result": [{"id": "a"}, {"id": "b"}]})
        assert any_session.find_one("Job WHERE code=x") == {"id": "a"}
    assert sent(recorder)["data"] == {"type": 1, "limit": 1}


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_find_one_user_is_the_own_profile_even_if_another_is_answered(
    recorder, make_session, protocol
):
    session = make_session(protocol=protocol)
    recorder.will_answer({"result": [{"id": ID, "code": "somebody@else"}]})
    assert session.find_one("User")["id"] == OWN
    last = sent(recorder)
    assert OWN in (last.get("id", ""), last.get("query", "").removeprefix("id="))


def test_find_one_user_trusts_a_profile_without_id(recorder, session):
    recorder.will_answer({"result": [{"code": "john@user.com"}]})
    assert session.find_one("User", attributes=["code"]) == {"code": "john@user.com"}
    assert len(recorder.events) == 1


def test_find_one_user_in_v1_asks_as_1_4_1_does(recorder, make_session, official_client):
    official_client("1.4.1.post1").run(f"""
        session = accsyn_api.Session('acmefilm', 'john@user.com', 'k', hostname='127.0.0.1',
                                     port={recorder.port})
        session.find_one('User')
    """)
    theirs = sent(recorder)["query"]
    make_session(protocol="v1").find_one("user")
    assert sent(recorder)["query"] == theirs


def test_find_one_user_quotes_the_name_if_needed(recorder, make_session):
    make_session(protocol="v1", username="john (ext)").find_one("User")
    assert sent(recorder)["query"] == 'code="john (ext)"'


def test_me_is_the_typed_own_profile(session):
    me = session.me()
    assert (type(me).__name__, me.id, me.code) == ("User", OWN, "first")


def test_me_fails_when_the_backend_shows_no_profile(recorder, session):
    recorder.will_answer({"result": []})
    with pytest.raises(EntityNotFoundError, match=r"john@user\.com"):
        session.me()


def test_query_is_bound_to_the_session(recorder, session):
    from accsyn_orm.entities.types.queue import Queue

    assert session.query(Queue).first().code == "first"
    assert sent(recorder)["uri"] == "queue/find"


@pytest.mark.parametrize("entity", [None, int, object()])
def test_query_takes_an_entity_class_only(session, entity):
    with pytest.raises(TypeError, match="pass the class itself"):
        session.query(entity)


def test_get_entity_asks_by_id(recorder, session):
    assert session.get_entity(" Job ", ID)["code"] == "first"
    assert (sent(recorder)["uri"], sent(recorder)["id"]) == ("job/find", ID)
    recorder.will_answer({"result": []})
    assert session.get_entity("task", TASK) is None


@pytest.mark.parametrize(
    ("entitytype", "scopes"),
    [
        ("job", [{"type": 1}, {"type": 1, "finished": True}, {"type": 1, "archived": True}]),
        ("user", [{}, {"offline": True}, {"archived": True}]),
        ("queue", [{"type": 2}, {"type": 2, "offline": True}, {"type": 2, "archived": True}]),
        ("task", [{}]),
    ],
)
def test_get_entity_in_v1_looks_in_every_scope(recorder, v1_session, entitytype, scopes):
    recorder.will_answer(*[{"result": []}] * len(scopes))
    assert v1_session.get_entity(entitytype, ID) is None
    assert [event.json["data"] for event in recorder.events] == scopes
    assert {event.json["query"] for event in recorder.events} == {f"id={ID}"}
    recorder.will_answer({"result": [{"id": ID}]})
    assert v1_session.get_entity(entitytype, ID) == {"id": ID}


@pytest.mark.parametrize("entityid", ["", None, "code", ID + "\n", ID.replace("6", "z"), 5])
def test_get_entity_refuses_what_is_no_id(recorder, session, entityid):
    with pytest.raises(EntityValidationError, match="is no id"):
        session.get_entity("job", entityid)
    assert not recorder.requests


# -- writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ([{"id": "a"}], {"id": "a"}),
        ([{"id": "a"}, {"id": "b"}], [{"id": "a"}, {"id": "b"}]),
        ({"success": True}, {"success": True}),
        ({"id": "a", "code": "b"}, {"id": "a", "code": "b"}),
        (True, {}),
        ([True], {}),
        ([], {}),
        (None, {}),
    ],
)
def test_create_returns_what_was_created_whatever_its_shape(recorder, session, result, expected):
    recorder.will_answer({"result": result})
    assert session.create("job", {"code": "x"}) == expected


@pytest.mark.parametrize("entitytype", ["task", " File "])
@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ([{"id": "a"}], [{"id": "a"}]),
        ({"id": "a"}, [{"id": "a"}]),
        ([{"id": "a"}, {"id": "b"}], [{"id": "a"}, {"id": "b"}]),
        (True, []),
    ],
)
def test_create_returns_a_list_of_what_is_created_in_numbers(
    recorder, session, entitytype, result, expected
):
    recorder.will_answer({"result": result})
    assert session.create(entitytype, {"source": "a"}, ID) == expected


def test_create_returns_an_answer_without_result_as_it_is(recorder, session):
    recorder.will_answer({"success": True})
    assert session.create("job", {"code": "x"}) == {"success": True}


@pytest.mark.parametrize(
    "data", [None, "", " ", {}, [], (), "x", "5", "/etc/hostname", b"{}", 5, "[]", {1, 2}]
)
def test_create_refuses_what_is_no_data(recorder, session, data):
    with pytest.raises(EntityValidationError, match="data"):
        session.create("job", data)
    assert not recorder.requests


@pytest.mark.parametrize(
    ("protocol", "entitytype"),
    [("v1", "queue"), ("v3", "queue"), ("v1", "transfer"), ("v3", "user"), ("v3", "file")],
)
@pytest.mark.parametrize("data", [[{"code": "a"}, {"code": "b"}], [], '[{"code": "a"}]'])
def test_create_takes_lists_for_what_has_tasks_only(
    recorder, make_session, protocol, entitytype, data
):
    with pytest.raises(EntityValidationError, match="one after another"):
        make_session(protocol=protocol).create(entitytype, data)
    assert not recorder.requests


@pytest.mark.parametrize("entitytype", ["job", "task", "transfer", "delivery"])
def test_create_takes_a_list_of_tasks(recorder, session, entitytype):
    session.create(entitytype, ({"source": "a"}, {"source": "b"}))
    assert sent(recorder)["data"] == {"tasks": [{"source": "a"}, {"source": "b"}]}


@pytest.mark.parametrize("entitytype", ["", " ", None, "job/../user", "Job WHERE", 5])
def test_calls_refuse_what_is_no_entity_type(recorder, session, entitytype):
    for call in (
        lambda: session.create(entitytype, {"a": 1}),
        lambda: session.update(entitytype, ID, {"a": 1}),
        lambda: session.delete_one(entitytype, ID),
        lambda: session.get_entity(entitytype, ID),
    ):
        with pytest.raises(EntityValidationError, match="entity type"):
            call()
    assert not recorder.requests


@pytest.mark.parametrize("entityid", ["", None, " ", "a b", "a\n", 5, []])
def test_writes_never_go_out_without_an_id(recorder, session, entityid):
    for call in (
        lambda: session.update("job", entityid, {"a": 1}),
        lambda: session.update_many("task", entityid, [{"a": 1}]),
        lambda: session.delete_one("job", entityid),
    ):
        with pytest.raises(EntityValidationError, match="id"):
            call()
    assert not recorder.requests


@pytest.mark.parametrize(
    "call",
    [
        "update('user', data, ID)",
        "delete_one(data, ID)",
        "get_entity('user', data)",
        "grant('user', ID, 'folder', data)",
        "set_setting('user', data, 'x')",
        "find('Job', limit=data)",
        "find('Job', attributes=data)",
        "logs(sort_reverse=data)",
        "ls([data, data['tasks']])",
    ],
)
def test_data_in_the_place_of_another_argument_is_refused_and_not_shown(recorder, session, call):
    data = {"password": "s3cret", "tasks": []}
    for _ in range(2_000):
        data["tasks"] = [{**data}]  # too deep for repr()
    with pytest.raises((EntityValidationError, QueryValueError)) as caught:
        eval(f"session.{call}", {"session": session, "data": data, "ID": ID})
    assert "s3cret" not in str(caught.value)
    assert len(str(caught.value)) < 250
    assert not recorder.requests


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"x" * 100, "b'" + "x" * 77 + "…"),
        (None, "None"),
        ([1], "a list"),
        ({}, "a dict"),
        (collections.OrderedDict(a=1), "an OrderedDict"),
    ],
)
def test_messages_show_short_values_and_types_of_others(session, value, expected):
    with pytest.raises(EntityValidationError) as caught:
        session.delete_one("job", value)
    assert str(caught.value).startswith(f"job.id: {expected} is no id")


def test_create_sends_duplicate_options_where_they_mean_something(recorder, session, v1_session):
    with pytest.raises(EntityValidationError, match="only jobs and tasks"):
        session.create("user", {"code": "x"}, allow_duplicates=True)
    with pytest.raises(EntityValidationError, match="v3"):
        v1_session.create("job", {"code": "x"}, replace_duplicates=True)
    for any_session in (session, v1_session):
        with pytest.raises(EntityValidationError, match="neither True nor False"):
            any_session.create("job", {"code": "x"}, allow_duplicates="no")
    assert not recorder.requests


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_writes_leave_the_callers_data_alone(recorder, make_session, protocol):
    session = make_session(protocol=protocol)
    queue, job, task = {"name": "x"}, {"tasks": [{"source": "a"}]}, [{"id": TASK, "status": "done"}]
    before = copy.deepcopy((queue, job, task))
    session.create("queue", queue)
    session.create("job", job, allow_duplicates=False)
    session.create("task", task, ID)
    session.update("queue", ID, queue)
    session.update_many("task", ID, task)
    session.delete_one("queue", ID, queue)
    assert (queue, job, task) == before


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({1}, "set cannot be sent; use a list"),
        (b"x", "bytes cannot be sent"),
        (object(), "object cannot be sent"),
        (float("nan"), "out of range"),
        (float("inf"), "out of range"),
    ],
)
def test_data_that_json_cannot_hold_is_refused_before_anything_is_sent(
    recorder, session, value, reason
):
    session.login()
    with pytest.raises(PayloadError, match=reason) as caught:
        session.create("job", {"tasks": [{"size": value}]})
    assert caught.value.where == "data['tasks'][0]['size']"
    assert isinstance(caught.value, (TypeError, ValueError))
    assert not recorder.events


def test_update_returns_the_entity(recorder, session):
    recorder.will_answer({"result": [{"id": ID, "modified": "2026-11-03T08:00:00"}]})
    assert session.update("job", ID, {"status": "paused"})["modified"].year == 2026


@pytest.mark.parametrize("result", [[], None, True])
def test_update_of_a_missing_entity_is_an_error(recorder, session, result):
    recorder.will_answer({"result": result})
    with pytest.raises(EntityNotFoundError, match=ID):
        session.update("job", ID, {"status": "paused"})


@pytest.mark.parametrize("data", [None, {}, [], "x"])
def test_update_refuses_what_is_no_data(recorder, session, data):
    with pytest.raises(EntityValidationError, match="dictionary"):
        session.update("job", ID, data)
    assert not recorder.requests


def test_access_is_not_changed_as_an_entity_in_v3(recorder, session, v1_session):
    for call in (
        lambda: session.update("acl", ID, {"read": True}),
        lambda: session.delete_one("ACL", ID),
    ):
        with pytest.raises(EntityValidationError, match="granting"):
            call()
    assert not recorder.requests
    assert v1_session.delete_one("acl", ID) is True


def test_update_many_changes_tasks_only_and_in_the_order_of_v3(recorder, session):
    with pytest.raises(EntityValidationError, match="only tasks"):
        session.update_many("job", ID, [{"id": ID}])
    with pytest.raises(EntityValidationError, match="after the id of their parent"):
        session.update_many("task", [{"id": TASK}], ID)
    for data in ([], None, "x", [{}], [5]):
        with pytest.raises(EntityValidationError):
            session.update_many("task", ID, data)
    assert not recorder.requests


def test_update_many_returns_all_records(recorder, v1_session):
    recorder.will_answer({"result": [{"id": "a"}, {"id": "b"}]})
    assert len(v1_session.update_many("task", ID, [{"id": "a"}, {"id": "b"}])) == 2
    assert sent(recorder)["uri"] == "job/task/edit"


@pytest.mark.parametrize(("result", "expected"), [(True, True), (False, False), (None, False)])
def test_delete_one_returns_what_the_backend_says(recorder, session, result, expected):
    recorder.will_answer({"result": result})
    assert session.delete_one("job", ID) is expected


# -- refusals -------------------------------------------------------------------------------------


def test_refusal_carries_the_words_of_the_backend(recorder, session):
    recorder.will_answer({"message": "E#G1", "message_hr": "Not allowed"}, status=403)
    with pytest.raises(BackendError, match="Not allowed") as caught:
        session.find("Job")
    error = caught.value
    assert (error.operation, error.message, error.message_hr, error.status_code) == (
        "job/find",
        "E#G1",
        "Not allowed",
        403,
    )


def test_crash_of_the_backend_is_told_apart_and_not_shown(recorder, session):
    recorder.will_answer({"exception": "Traceback: secret internals"})
    with pytest.raises(BackendCrashError) as caught:
        session.find("Job")
    assert "secret internals" not in str(caught.value)


@pytest.mark.parametrize("status", [401, 404, 429, 500, 502, 503])
@pytest.mark.parametrize("payload", [b"<html>", b"", {"result": [1]}, {}])
def test_bad_status_without_message_is_never_a_result(recorder, session, status, payload):
    recorder.will_answer(payload, payload, status=status)
    with pytest.raises(ProtocolError, match=str(status)):
        session.find("Job")


@pytest.mark.parametrize(
    "payload", [b"", b"<html>", b"[]", b'{"result": NaN}', b"\xff", b"[" * 90_000]
)
def test_answer_that_is_no_accsyn_is_a_protocol_error(recorder, session, payload):
    recorder.will_answer(payload)
    with pytest.raises(ProtocolError):
        session.find("Job")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(recorder, session, status):
    recorder.will_answer({"result": []}, status=status)
    with pytest.raises(ProtocolError, match="points elsewhere"):
        session.find("Job")
    assert len(recorder.events) == 1
