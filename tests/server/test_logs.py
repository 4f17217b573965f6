"""The log: what is left of every operation that changes something, and how it is found."""

from __future__ import annotations

import json

import pytest

from accsyn_orm.server.logbook import log
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.wire.events import Event
from accsyn_orm.wire.versions import GENERATIONS

QUEUE = stable_id("queue", "medium")


def rows(client, ident=None, **options):
    return client.call("GET", "log/find", options, ident=ident)


def event(data):
    admin = "admin@acmefilm.com"
    return Event("log/find", "acmefilm", "e", "s", admin, "2026-03-01T12:00:00", "h", data)


def messages(client, ident=None, **options):
    return [row["message"] for row in rows(client, ident, **options)]


# -- what is left ---------------------------------------------------------------------------------


@pytest.mark.behaviour("log: every operation that changes something leaves a row, without values")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_every_change_leaves_a_row(studio, admin, protocol):
    client = studio.client("employee", protocol)
    user = client.create("user", {"code": "new@example.com"})["id"]
    client.edit("user", user, description="hush", metadata={"secret": "hush"})
    client.delete("user", user)
    assert messages(admin) == [
        "created new@example.com",
        "changed description, metadata",
        "deleted",
    ]
    (first, *_) = rows(admin)
    assert first == {
        "id": first["id"],
        "date": "2026-03-01T12:00:00",
        "entitytype": "user",
        "entityid": user,
        "severity": "info",
        "message": "created new@example.com",
        "user": "employee@acmefilm.com",
    }
    assert "hush" not in json.dumps(rows(admin))


def test_queues_that_v1_files_under_jobs_are_queues_in_the_log(admin, admin_v1):
    admin_v1.call("PUT", "job/edit", {"priority": 5}, ident=QUEUE)
    (row,) = rows(admin)
    assert (row["entitytype"], row["entityid"], row["message"]) == (
        "queue",
        QUEUE,
        "changed priority",
    )


def test_tasks_are_told_of_at_their_job(admin, download):
    job = admin.create("transfer", download("a.mov", "b.mov"))["id"]
    admin.create("task", {"tasks": [{"source": "share=projects/c", "destination": "/in/c"}]}, job)
    admin.call("PUT", "task/edit", [{"uri": "0", "status": "excluded"}], ident=job)
    assert messages(admin, job, entitytype="transfer") == [
        "created a.mov",
        "created tasks",
        "changed tasks",
    ]


@pytest.mark.parametrize("named", ["id", "code"])
def test_coming_back_is_told_of_at_the_entity(admin, named):
    user = admin.create("user", {"code": "new@example.com"})["id"]
    admin.call("DELETE", "user/deactivate", {}, ident=user)
    if named == "id":
        admin.call("POST", "user/activate", {}, ident=user)
    else:
        admin.call("POST", "user/activate", {}, query="NEW@example.com")
    assert messages(admin, user, entitytype="user")[1:] == ["deactivated", "activated"]


def test_settings_are_told_of_without_their_values(admin):
    data = {"entitytype": "queue", "name": "proxy_server"}
    admin.call("PUT", "setting", {**data, "value": "http://me:hush@proxy"}, ident=QUEUE)
    admin.call("DELETE", "setting", data, ident=QUEUE)
    admin.call("DELETE", "setting", data, ident=QUEUE)
    assert messages(admin, QUEUE, entitytype="queue") == [
        "setting proxy_server set",
        "setting proxy_server taken away",
    ]
    assert "hush" not in json.dumps(rows(admin))


def test_keys_that_are_made_are_told_of(admin, admin_v1):
    key = admin_v1.call("POST", "user/generate_session_key", {}, query="admin@acmefilm.com")
    assert messages(admin, admin.user_id, entitytype="user") == ["session key made"]
    assert key["session_key"] not in json.dumps(rows(admin))


def test_what_is_refused_or_only_read_leaves_nothing(admin):
    with pytest.raises(Refusal):
        admin.edit("queue", QUEUE, priority=5000)
    admin.find("queue")
    assert rows(admin) == []


def test_rows_of_operations_of_their_own_say_which(studio, admin, admin_v1):
    studio.service._integrations["ftrack"] = lambda operation, data: [operation, data]
    admin.call("PUT", "workspace/integration/ftrack/utility", {"operation": "sync", "data": "hush"})
    admin_v1.call("PUT", "organization/integration/ftrack/utility", {"operation": "sync"})
    first, second = rows(admin)
    assert first["message"] == "workspace/integration/ftrack/utility: sync"
    assert second["message"] == "organization/integration/ftrack/utility: sync"
    for row in (first, second):
        assert row["entitytype"] == "workspace"
        assert row["entityid"] == stable_id("workspace", "acmefilm")


# -- finding --------------------------------------------------------------------------------------


@pytest.fixture
def filled(studio):
    with studio.acting("admin") as call:
        for number in range(250):
            log(call, "queue", QUEUE, "info", f"row {number:03}")
        log(call, "transfer", "0" * 24, "error", "E#J001 Disk FULL 100%")
    return studio


@pytest.mark.behaviour("log/find: rows are sorted by date, the oldest first")
@pytest.mark.behaviour("log/find: a page has 200 rows unless the caller says otherwise")
def test_rows_come_in_pages(filled, admin):
    assert messages(admin) == [f"row {number:03}" for number in range(200)]
    assert messages(admin, sort_reverse=True)[0] == "E#J001 Disk FULL 100%"
    assert messages(admin, sort="severity")[0] == "E#J001 Disk FULL 100%"
    assert messages(admin, sort="date", sort_reverse=True)[1] == "row 249"


@pytest.mark.behaviour("log/find: pages are counted from 1; what is skipped is skipped besides")
@pytest.mark.parametrize(
    ("pagination", "first", "count"),
    [
        ({"page": 2}, "row 200", 51),
        ({"page": 2, "limit": 10}, "row 010", 10),
        ({"page": 2, "limit": 10, "skip": 5}, "row 015", 10),
        ({"skip": 249}, "row 249", 2),
        ({"page": None, "limit": None, "skip": None}, "row 000", 200),
        ({"page": 3}, None, 0),
    ],
)
def test_pages_can_be_chosen(filled, admin, pagination, first, count):
    found = messages(admin, pagination=pagination)
    assert (found[0] if found else None, len(found)) == (first, count)


@pytest.mark.behaviour("log/find: the answer holds the rows beside how many there are")
def test_the_whole_answer_says_how_many_there_are(filled, admin):
    found = filled.service.handle(
        GENERATIONS["v3"], admin.signature, event({"pagination": {"limit": 1}}), "GET"
    )
    assert (len(found["result"]), found["total"]) == (1, 251)


@pytest.mark.behaviour("log/find: a search is for a part of message, user, severity or type")
@pytest.mark.parametrize(
    ("search", "count"),
    [("disk full", 1), ("100%", 1), ("0%", 1), ("%", 1), ("ERROR", 1), ("admin@", 251),
     ("transfer", 1), ("row 01", 10), ("xyzzy", 0)],
)  # fmt: skip
def test_rows_are_searched(filled, admin, search, count):
    assert len(messages(admin, search=search, pagination={"limit": 1000})) == count


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"sort": "colour"}, "logs are sorted by date, .*; not by 'colour'"),
        ({"sort_reverse": 1}, "sort_reverse is true or false"),
        ({"pagination": {"page": 0}}, "pagination.page is between 1"),
        ({"pagination": {"limit": 0}}, "pagination.limit is between 1"),
        ({"pagination": {"skip": -1}}, "pagination.skip is between 0"),
        ({"pagination": {"pages": 1}}, "'pages': did you mean 'page'"),
        ({"pagination": 5}, "data is a dictionary"),
        ({"limit": 5}, "log/find has no attribute 'limit'"),
        ({"search": 5}, "log.search is text"),
        ({"entitytype": "shelf"}, "no entity type 'shelf'"),
    ],
)
def test_what_is_no_search_is_refused(admin, options, problem):
    with pytest.raises(Refusal, match=problem):
        rows(admin, **options)


@pytest.mark.behaviour("log/find: whoever sees an entity sees its rows; the whole is for admins")
def test_who_sees_which_rows(filled, admin, employee, standard):
    home = stable_id("workspace", "acmefilm")
    assert len(rows(admin, QUEUE, entitytype="queue")) == 200
    assert len(rows(admin, entitytype="queue")) == 200
    assert messages(admin, entitytype="job") == ["E#J001 Disk FULL 100%"]
    assert len(rows(admin, home, entitytype="workspace")) == 200
    assert rows(employee, QUEUE, entitytype="queue") == rows(admin, QUEUE, entitytype="queue")
    for client in (employee, standard):
        for options in ({}, {"entitytype": "queue"}, {"entitytype": "workspace"}):
            with pytest.raises(Refusal, match=r"permission denied: .* name an entity by its id"):
                rows(client, **options)
    with pytest.raises(Refusal, match=f"there is no queue '{QUEUE}'"):
        rows(standard, QUEUE, entitytype="queue")
    with pytest.raises(Refusal, match="there is no user"):
        rows(employee, admin.user_id, entitytype="user")
    assert rows(standard, standard.user_id, entitytype="user") == []
    with pytest.raises(Refusal, match="there is no workspace"):
        rows(employee, "0" * 24, entitytype="workspace")


def test_v1_has_no_log(admin_v1):
    with pytest.raises(Refusal, match="no entity type 'log'"):
        rows(admin_v1)
