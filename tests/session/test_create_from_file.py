"""Creating from a file: the way ``create()`` itself never takes."""

from __future__ import annotations

import json

import pytest

from accsyn_orm.errors import EntityValidationError

ID = "614d660de50d45bb027c9bdd"


def test_file_is_sent_as_its_data_would_be(recorder, session, tmp_path):
    path = tmp_path / "job.json"
    data = {"code": "åäö", "tasks": [{"source": "a"}]}
    path.write_text(json.dumps(data), encoding="utf-8-sig")
    created = session.create_from_file("Job", path, allow_duplicates=False)
    assert created["code"] == "first"
    assert recorder.events[-1].json["data"] == {**data, "allow_duplicates": False}
    path.write_text('[{"source": "a"}]')
    session.create_from_file("task", str(path), ID, replace_duplicates=True)
    event = recorder.events[-1].json
    assert event["id"] == ID
    assert event["data"] == {"tasks": [{"source": "a"}], "replace_duplicates": True}


@pytest.mark.parametrize("content", [b"", b"no json", b"5", b'"x"', b"{}", b"\xff\xfe"])
def test_file_without_data_is_refused(recorder, session, tmp_path, content):
    path = tmp_path / "job.json"
    path.write_bytes(content)
    with pytest.raises(EntityValidationError, match="data" if content == b"{}" else "job.json"):
        session.create_from_file("job", path)
    assert not recorder.requests


@pytest.mark.parametrize("name", ["missing.json", ".", "a\0b"])
def test_file_that_cannot_be_read_is_refused(recorder, session, tmp_path, name):
    with pytest.raises(EntityValidationError, match="path"):
        session.create_from_file("job", f"{tmp_path}/{name}")
    assert not recorder.requests


@pytest.mark.parametrize("path", [None, 5, b"job.json", {"source": "a"}])
def test_what_is_no_path_is_refused(recorder, session, path):
    with pytest.raises(EntityValidationError, match="is no path"):
        session.create_from_file("job", path)
    assert not recorder.requests


def test_path_in_the_place_of_data_is_told_the_way(recorder, session, tmp_path):
    path = tmp_path / "job.json"
    path.write_text('{"code": "x"}')
    with pytest.raises(EntityValidationError, match=r"create_from_file\(\)"):
        session.create("job", str(path))
    assert not recorder.requests
