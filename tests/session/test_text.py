"""Calls that ask the backend nothing."""

from __future__ import annotations

import socket
from datetime import datetime, timezone

import pytest

from accsyn_orm.errors import PayloadError
from accsyn_orm.session import Session

RECORD = {"code": "åäö", "created": datetime(2026, 11, 3, 8, tzinfo=timezone.utc), "tasks": [{}]}


def test_dump_is_the_text_of_the_official_client(official_client):
    script = """
        import datetime
        created = datetime.datetime(2026, 11, 3, 8, tzinfo=datetime.timezone.utc)
        record = {"code": "åäö", "created": created, "tasks": [{}]}
        emit(accsyn_api.Session.dump(record))
        emit(accsyn_api.Session.dump(record, indent=2))
    """
    assert official_client("3.4.0").run(script) == [Session.dump(RECORD), Session.dump(RECORD, 2)]
    assert Session.str(RECORD) == Session.dump(RECORD)


def test_dump_is_always_json():
    assert Session.dump(None) == "null"
    with pytest.raises(PayloadError, match="set"):
        Session.dump({"a": {1}})


def test_get_hostname_is_the_name_that_calls_report(recorder, session):
    assert session.get_hostname() == socket.gethostname()
    session.find("Job")
    assert recorder.events[-1].json["hostname"] == Session.get_hostname()


def test_help_prints_and_opens_nothing(recorder, session, capsys, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda url: pytest.fail(f"opened {url}"))
    session.help()
    assert "help(Session)" in capsys.readouterr().out
    assert not recorder.requests
