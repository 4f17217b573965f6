"""Calls about files: what is sent, refused and returned."""

from __future__ import annotations

import copy
from datetime import datetime, timezone
from pathlib import Path

import pytest

from accsyn_orm import AccsynPath
from accsyn_orm.errors import EntityValidationError, PayloadError, ProtocolError

PATH = "share=projects/plates"


def sent(recorder) -> dict:
    return recorder.events[-1].json


# -- reading --------------------------------------------------------------------------------------


def test_ls_returns_rows_with_times(recorder, session):
    inner = {"type": 1, "filename": "a.exr", "size": 10, "modified": "2026-11-03T08:00:00"}
    outer = {"type": 0, "filename": "sq010", "modified": "2026-11-03T09:00:00", "files": [inner]}
    recorder.will_answer({"result": [outer]})
    (row,) = session.ls(PATH, recursive=True)
    assert row["modified"] == datetime(2026, 11, 3, 9, tzinfo=timezone.utc)
    assert row["files"][0]["modified"] == datetime(2026, 11, 3, 8, tzinfo=timezone.utc)


def test_reading_several_paths_returns_a_row_for_each(recorder, session):
    rows = [{"path": "share=a", "result": [{"modified": "2026-11-03T09:00:00"}]}]
    recorder.will_answer({"result": rows})
    assert session.ls(["share=a"])[0]["result"][0]["modified"].hour == 9
    sizes = [{"path": "share=a", "result": 5}, {"path": "share=b", "result": 6}]
    recorder.will_answer({"result": sizes}, {"result": sizes})
    assert session.getsize(["share=a", "share=b"]) == sizes
    assert session.exists(("share=a", "share=b")) == sizes
    assert sent(recorder)["data"]["path"] == ["share=a", "share=b"]


def test_ls_sends_only_the_options_that_are_used(recorder, session):
    always = {"op": "ls", "path": PATH, "download": True, "recursive": False, "getsize": False}
    session.ls(PATH, include="", exclude=[])
    assert sent(recorder)["data"] == always
    session.ls(PATH, recursive=True, maxdepth=2, files_only=True, include="*.exr", exclude=("a",))
    assert list(sent(recorder)["data"].items())[3:] == [
        ("recursive", True),
        ("getsize", False),
        ("maxdepth", 2),
        ("files_only", True),
        ("include", "*.exr"),
        ("exclude", ["a"]),
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"recursive": 1},
        {"getsize": "yes"},
        {"maxdepth": 0},
        {"maxdepth": True},
        {"maxdepth": "2"},
        {"files_only": None},
        {"files_only": True, "directories_only": True},
        {"include": 5},
        {"include": ["*.exr", ""]},
        {"exclude": {"a"}},
        {"exclude": [None]},
    ],
)
def test_ls_refuses_options_that_cannot_be_meant(recorder, session, options):
    with pytest.raises(EntityValidationError):
        session.ls(PATH, **options)
    assert not recorder.requests


@pytest.mark.parametrize("path", ["", " ", None, 5, b"share=a", {}, [], [[]], ["a", ""], "a\0b"])
@pytest.mark.parametrize("call", ["ls", "getsize", "exists", "mkdir", "delete", "rm"])
def test_file_calls_refuse_what_is_no_path(recorder, session, call, path):
    with pytest.raises(EntityValidationError, match="path"):
        getattr(session, call)(path)
    assert not recorder.requests


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("shaer=projects/plates", "did you mean share="),
        ("share=projects/../x", "is no name"),
        (["share=a", "volume="], "write volume=code"),
        (Path("plates"), r"AccsynPath.local\(\) takes"),
    ],
)
@pytest.mark.parametrize("call", ["ls", "getsize", "exists", "mkdir", "delete", "rm"])
def test_file_calls_refuse_what_is_hardly_meant(recorder, session, call, path, reason):
    with pytest.raises(EntityValidationError, match=f"file.path: .*{reason}"):
        getattr(session, call)(path)
    with pytest.raises(EntityValidationError, match=f"file.path_to: .*{reason}"):
        session.mv(PATH, path)
    assert not recorder.requests


def test_a_value_that_was_read_relaxed_is_sent_as_it_is(recorder, session):
    # Such names are listed.
    listed = AccsynPath.parse("share=projects/a\\b ", strict=False)
    session.exists(listed)
    assert sent(recorder)["data"]["path"] == "share=projects/a\\b "


@pytest.mark.parametrize("call", ["rename", "mv"])
def test_moving_refuses_either_path_that_is_none(recorder, session, call):
    for paths in (("", PATH), (PATH, None), (PATH, [])):
        with pytest.raises(EntityValidationError, match="path"):
            getattr(session, call)(*paths)
    assert not recorder.requests


def test_a_path_may_be_a_value_and_is_sent_as_text(recorder, session):
    folder = AccsynPath.share("projects", "plates")
    session.exists(folder)
    assert sent(recorder)["data"]["path"] == PATH
    session.ls([folder, folder / "sq010"])
    assert sent(recorder)["data"]["path"] == [PATH, f"{PATH}/sq010"]


def test_a_path_is_sent_as_text_wherever_it_is_in_a_payload(recorder, session):
    task = {"source": AccsynPath("share=a/b"), "destination": AccsynPath.site("london")}
    session.create("job", {"tasks": [task]})
    tasks = sent(recorder)["data"]["tasks"]
    assert tasks == [{"source": "share=a/b", "destination": "site=london"}]


def test_a_path_may_be_a_dictionary_and_is_left_alone(recorder, session):
    path = {"share": "projects", "path": "plates"}
    before = copy.deepcopy(path)
    assert session.getsize(path) == 4096
    assert sent(recorder)["data"]["path"] == path == before
    with pytest.raises(PayloadError):
        session.ls({"share": object()})


@pytest.mark.parametrize(("result", "expected"), [(0, 0), (5, 5), (2.0, 2)])
def test_getsize_is_a_number_of_bytes(recorder, session, result, expected):
    recorder.will_answer({"result": result})
    size = session.getsize(PATH)
    assert (size, type(size)) == (expected, int)


@pytest.mark.parametrize(("result", "expected"), [(True, True), (False, False), (None, False)])
def test_exists_is_yes_or_no(recorder, session, result, expected):
    recorder.will_answer({"result": result})
    assert session.exists(PATH) is expected


@pytest.mark.parametrize(
    ("call", "path", "result"),
    [
        ("ls", PATH, {"files": []}),
        ("ls", PATH, ["a.exr"]),
        ("ls", [PATH], "x"),
        ("getsize", PATH, None),
        ("getsize", PATH, True),
        ("getsize", PATH, "5"),
        ("getsize", [PATH], 5),
        ("exists", PATH, "yes"),
        ("exists", PATH, [True]),
    ],
)
def test_answers_of_another_shape_are_refused(recorder, session, call, path, result):
    recorder.will_answer({"result": result})
    with pytest.raises(ProtocolError, match="the answer"):
        getattr(session, call)(path)
    assert session.get_last_message()


def test_ls_of_nothing_is_an_empty_list(recorder, session):
    recorder.will_answer({"result": None})
    assert session.ls(PATH) == []


# -- changing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_rm_deletes_and_never_makes_a_folder(recorder, make_session, protocol):
    session = make_session(protocol=protocol)
    session.rm(PATH)
    removed = sent(recorder)["data"]
    session.delete(PATH)
    assert sent(recorder)["data"] == removed
    assert removed["op"] == "delete"
    session.rm(PATH, force=True)
    assert sent(recorder)["data"] == {"op": "delete", "path": PATH, "force": True}


def test_delete_takes_force_as_a_flag_only(recorder, session):
    with pytest.raises(EntityValidationError, match="force"):
        session.delete(PATH, force="no")
    assert not recorder.requests


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (True, True),
        (False, False),
        (None, False),
        ([], False),
        ([True], True),
        ([{"path": "a", "result": True}, {"path": "b", "result": False}], False),
        ([{"path": "a", "result": True}, {"path": "b", "result": True}], True),
    ],
)
def test_changing_files_returns_whether_all_went_well(recorder, session, result, expected):
    calls = [
        lambda: session.mkdir([PATH]),
        lambda: session.delete([PATH]),
        lambda: session.rename(PATH, f"{PATH}_v2"),
        lambda: session.mv(PATH, "share=archive/plates"),
    ]
    recorder.will_answer(*[{"result": result}] * len(calls))
    assert [call() for call in calls] == [expected] * len(calls)


# -- prepublish -----------------------------------------------------------------------------------


def test_prepublish_adds_sizes_and_leaves_the_list_alone(recorder, session):
    files = [
        {"id": "1", "filename": "a", "size": 5},
        {"id": "2", "filename": "b"},
        {"id": "3", "is_dir": True, "files": [{"filename": "c", "size": 7}, {"filename": "d"}]},
        {"id": "4", "is_dir": True, "files": []},
        {"id": "5", "is_dir": False, "files": [{"size": 1}]},
    ]
    before = copy.deepcopy(files)
    recorder.will_answer({"result": {"files": [], "guidelines": "be nice"}})
    assert session.prepublish(files)["guidelines"] == "be nice"
    assert files == before
    data = sent(recorder)["data"]
    assert data["size"] == 12
    assert [entry["size"] for entry in data["files"]] == [5, 0, 7, 0, 0]
    assert [entry["size"] for entry in data["files"][2]["files"]] == [7, 0]


@pytest.mark.parametrize(
    "files",
    [
        None,
        [],
        {},
        "x",
        [None],
        ["a"],
        [{"size": -1}],
        [{"size": "5"}],
        [{"size": True}],
        [{"is_dir": True, "files": "x"}],
        [{"is_dir": True, "files": [{"size": 1.5}]}],
    ],
)
def test_prepublish_refuses_what_are_no_files(recorder, session, files):
    with pytest.raises(EntityValidationError, match="data"):
        session.prepublish(files)
    assert not recorder.requests


def test_prepublish_refuses_folders_that_hold_themselves(recorder, session):
    folder = {"is_dir": True}
    folder["files"] = [folder]
    with pytest.raises(PayloadError, match="too deeply"):
        session.prepublish([folder])
    assert not recorder.requests


def test_prepublish_refuses_answers_of_another_shape(recorder, session):
    recorder.will_answer({"result": []})
    with pytest.raises(ProtocolError, match="dictionary"):
        session.prepublish([{"filename": "a"}])
