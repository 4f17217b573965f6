"""Every call on accsyn's page "Using the accsyn Python API", as its text stands there.

What the page leaves out (a place holder, the rest of a dictionary) is filled in.
"""

from __future__ import annotations

import pytest

ID = "5bfeb0381da7ee4095fa217e"  # of the record the server answers with
NESTED = (
    "job WHERE ((user=5bfeb0381da7ee4095fa217e AND source!=hq) OR status<>failed)"
    ' AND code="Daily backup"'
)
V1, V3 = "v1", "v3"


@pytest.mark.parametrize(
    ("call", "verb", "uri", "query", "data"),
    [
        ("find('User')", "GET", "user/find", None, {V1: {}, V3: {}}),
        ("find('job')", "GET", "job/find", None, {V1: {"type": 1}, V3: {}}),
        (
            f"find({NESTED!r})",
            "GET",
            "job/find",
            NESTED.partition(" WHERE ")[2],
            {V1: {"type": 1}, V3: {}},
        ),
        (
            "find_one('Job where id=614d660de50d45bb027c9bdd', attributes=['source'])",
            "GET",
            "job/find",
            "id=614d660de50d45bb027c9bdd",
            {
                V1: {"type": 1, "limit": 1, "attributes": ["source"]},
                V3: {"attributes": ["source"], "single_entity_query": True},
            },
        ),
        (
            "find('Job', skip=100, limit=50)",
            "GET",
            "job/find",
            None,
            {V1: {"type": 1, "limit": 50, "skip": 100}, V3: {"limit": 50, "skip": 100}},
        ),
        (
            "create('job', {'code': 'my_transfer'})",
            "POST",
            "job/create",
            None,
            {
                V1: {"code": "my_transfer", "allow_duplicates": True},
                V3: {"code": "my_transfer"},
            },
        ),
        (
            "find_one('Job WHERE code=\"my_transfer\"')",
            "GET",
            "job/find",
            'code="my_transfer"',
            {V1: {"type": 1, "limit": 1}, V3: {"single_entity_query": True}},
        ),
        (
            f"update('Job', {ID!r}, {{'status': 'paused'}})",
            "PUT",
            "job/edit",
            None,
            {V1: {"status": "paused"}, V3: {"status": "paused"}},
        ),
        (f"delete_one('Job', {ID!r})", "DELETE", "job/delete", None, {V1: {}, V3: None}),
    ],
    ids=lambda value: value if isinstance(value, str) and "(" in value else "",
)
@pytest.mark.parametrize("protocol", [V1, V3])
def test_call_is_sent_as_meant(  # one row of the table
    recorder, make_session, protocol, call, verb, uri, query, data
):
    session = make_session(protocol=protocol)
    result = eval(f"session.{call}", {"session": session})
    request = recorder.events[-1]
    event = request.json
    assert (request.verb, event["uri"], event.get("query")) == (verb, uri, query)
    assert event["data"] == data[protocol]
    assert result
    if uri in {"job/edit", "job/delete"}:
        assert event["id"] == ID


@pytest.mark.parametrize("protocol", [V1, V3])
def test_one_job_is_found_changed_and_deleted(recorder, make_session, protocol):
    session = make_session(protocol=protocol)
    j = session.find_one('Job WHERE code="my_transfer"')
    session.update("Job", j["id"], {"status": "waiting"})
    session.delete_one("Job", j["id"])
    assert [event.json.get("id") for event in recorder.events] == [None, ID, ID]


@pytest.mark.parametrize(
    "secret",
    [
        {"api_key": "f0a8b9a9-879f-4174-9d08-322eea196efc"},
        {"api_key": None, "pwd": "password"},
        {"api_key": None, "session_key": "6152693980700117321a5f8c"},
    ],
)
def test_session_is_created_by_each_credential(make_session, secret):
    session = make_session(workspace=None, domain="acmefilm", **secret)
    assert session.find_one("User")["id"] == ID


def test_session_is_created_from_the_environment(make_session, monkeypatch):
    monkeypatch.setenv("ACCSYN_DOMAIN", "acmefilm")
    monkeypatch.setenv("ACCSYN_API_USER", "john@user.com")
    monkeypatch.setenv("ACCSYN_API_KEY", "f0a8b9a9-879f-4174-9d08-322eea196efc")
    session = make_session(workspace=None, username=None, api_key=None)
    assert session.me().id == ID
