"""Reports, metrics, logs, and what runs on this machine."""

from __future__ import annotations

import socket

import pytest

from accsyn_orm.errors import (
    ConfigurationError,
    EntityValidationError,
    ProtocolError,
    QuerySyntaxError,
    QueryValueError,
)

ID = "614d660de50d45bb027c9bdd"
OWN = "5bfeb0381da7ee4095fa217e"


def sent(recorder) -> dict:
    return recorder.events[-1].json


@pytest.mark.parametrize(
    ("report", "expected"), [("all is well", "all is well"), (["a", 1], '["a", 1]'), (None, "null")]
)
def test_report_is_text(recorder, session, report, expected):
    recorder.will_answer({"report": report})
    assert session.report("Job WHERE id=5") == expected
    assert (sent(recorder)["uri"], sent(recorder)["query"]) == ("job/report", "id=5")


def test_report_needs_a_query_and_an_answer(recorder, session):
    with pytest.raises(QuerySyntaxError):
        session.report("Job code=x")
    assert not recorder.requests
    recorder.will_answer({"result": "x"})
    with pytest.raises(ProtocolError, match="report"):
        session.report("Job")


def test_metrics_are_a_dictionary(recorder, session, v1_session):
    assert session.metrics("Job WHERE id=5", [" speed "], time="1h") == {"speed": [1]}
    assert sent(recorder)["data"] == {"attributes": ["speed"], "time": "1h"}
    recorder.will_answer({"result": None})
    assert session.metrics("Job", time=0) == {}
    assert sent(recorder)["data"] == {"attributes": None, "time": 0}
    v1_session.metrics("Queue")
    assert (sent(recorder)["uri"], sent(recorder)["data"]) == (
        "job/metrics",
        {"attributes": ["speed"]},
    )
    recorder.will_answer({"result": [1]})
    with pytest.raises(ProtocolError, match="metrics"):
        session.metrics("Job")


@pytest.mark.parametrize(
    "options", [{"attributes": "speed"}, {"attributes": [""]}, {"time": True}, {"time": ["x"]}]
)
def test_metrics_refuse_options_of_the_wrong_type(recorder, session, options):
    with pytest.raises(QueryValueError):
        session.metrics("Job", **options)
    with pytest.raises(EntityValidationError):
        session.metrics("Job", time=" ")
    assert not recorder.requests


def test_logs_are_rows(recorder, session):
    recorder.will_answer({"result": [{"date": "2026-11-03T08:00:00"}], "count": 300})
    assert session.logs() == [{"date": "2026-11-03T08:00:00"}]
    recorder.will_answer({"result": None})
    assert session.logs("Job", ID, "E#J1", "level", sort_reverse=True, pagination_skip=0) == []
    assert sent(recorder)["id"] == ID
    assert sent(recorder)["data"] == {
        "entitytype": "job",
        "sort": "level",
        "sort_reverse": True,
        "search": "E#J1",
        "pagination": {"skip": 0},
    }
    for result in ({}, ["x"]):
        recorder.will_answer({"result": result})
        with pytest.raises(ProtocolError):
            session.logs()


@pytest.mark.parametrize(
    "options",
    [
        {"entitytype": ""},
        {"entitytype": "job", "entityid": ""},
        {"search": ""},
        {"sort": None},
        {"sort_reverse": 1},
        {"pagination_page": "1"},
        {"pagination_limit": True},
        {"pagination_skip": -1},
    ],
)
def test_logs_refuse_options_that_cannot_be_meant(recorder, session, options):
    with pytest.raises(EntityValidationError):
        session.logs(**options)
    assert not recorder.requests


def test_logs_exist_in_v3_only(recorder, v1_session):
    with pytest.raises(ConfigurationError, match="v3 only"):
        v1_session.logs()
    assert not recorder.requests


# -- what is running ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], None),
        (["offline"], False),
        (["disabled-offline", None], False),
        (["offline", "online"], True),
        (["disabled"], True),
    ],
)
@pytest.mark.parametrize(
    "call", ["app_is_running", "gui_is_running", "daemon_is_running", "server_is_running"]
)
def test_running_is_known_from_the_status(recorder, session, call, statuses, expected):
    recorder.will_answer({"result": [{"status": status} for status in statuses]})
    assert getattr(session, call)() is expected


def test_running_asks_for_the_own_clients_on_this_machine(recorder, session, v1_session):
    own = f"user={OWN} AND code={socket.gethostname()} AND"
    asked = []
    for any_session in (session, v1_session):
        for call in (any_session.app_is_running, any_session.daemon_is_running):
            call()
            asked.append(sent(recorder)["query"])
    assert asked == [
        f"{own} type=0",
        f"{own} (type=1 OR type=2)",
        f"{own} type=0",
        f"{own} type!=0",
    ]


def test_a_strange_host_name_cannot_change_the_question(recorder, session, monkeypatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "x OR type=1")
    session.app_is_running()
    assert 'code="x OR type=1" AND type=0' in sent(recorder)["query"]
