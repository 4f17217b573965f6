"""Tables of entities: the same rows in four forms, typed whatever the rows hold."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from accsyn_orm import ExportError, Job, JobStatus, Queue, User, Volume, exports
from accsyn_orm.entities import Attr, MetadataKey, attr
from accsyn_orm.exports import Kind, columns_of
from accsyn_orm.testing import EmbeddedWorkspace

ID = "6971e16fceadd67b955b1995"


class Typed(Job):
    """A class with an attribute of every kind."""

    labels: Attr[list[str]] = attr(default_factory=list[str])
    urgent: Attr[bool] = attr(default=False)
    items: Attr[list[dict[str, Any]]] = attr(default_factory=list[dict[str, Any]])


RECORD: dict[str, Any] = {
    "id": ID,
    "name": "Åre – 日本",
    "status": "hibernating",
    "size": 2**40,
    "speed": 3,
    "etr": "00:01:30",
    "created": datetime(2026, 11, 24, 9, 30, 0, 5, tzinfo=timezone.utc),
    "finished": None,
    "metadata": {"shot": "sh010", "when": datetime(2026, 1, 2, tzinfo=timezone.utc)},
    "labels": ["a", "b"],
    "urgent": True,
    "items": [{"a": 1}],
    "colour": "red",
}
NAMES = ("id", "name", "status", "size", "speed", "etr", "created", "finished")
NAMES += ("metadata", "labels", "urgent", "items")
ROW = {
    "id": ID,
    "name": "Åre – 日本",
    "status": "hibernating",
    "size": 2**40,
    "speed": 3.0,
    "etr": timedelta(seconds=90),
    "created": RECORD["created"],
    "finished": None,
    "metadata": '{"shot": "sh010", "when": "2026-01-02 00:00:00+00:00"}',
    "labels": ["a", "b"],
    "urgent": True,
    "items": '[{"a": 1}]',
}


def typed(**changes: Any) -> Typed:
    return Typed.loaded(**{**RECORD, **changes})


def in_arrow(entities, **options):
    return exports.to_arrow(entities, **options).to_pylist()


def in_polars(entities, **options):
    return exports.to_polars(entities, **options).to_dicts()


def in_pandas(entities, **options):
    frame = exports.to_pandas(entities, **options)
    rows = frame.to_dict("records")
    return [{k: None if v is pd.NA or v is pd.NaT else v for k, v in row.items()} for row in rows]


def in_dictionaries(entities, **_):
    return list(exports.to_dicts(entities))


FORMS = pytest.mark.parametrize("read", [in_arrow, in_polars, in_pandas])


@FORMS
def test_every_form_has_the_same_values(read):
    (row,) = read([typed()])
    assert {name: row[name] for name in NAMES} == ROW


@FORMS
def test_columns_are_typed_though_no_row_has_a_value(read):
    rows = read([typed(), Typed.loaded(id="x")])
    assert [row["size"] for row in rows] == [2**40, None]
    assert [row["labels"] for row in rows] == [["a", "b"], None]
    assert [row["urgent"] for row in rows] == [True, None]


def test_kinds_follow_the_declared_types():
    kinds = {column.name: column.kind for column in columns_of(Typed, NAMES)}
    assert kinds == {
        "id": Kind.TEXT,
        "name": Kind.TEXT,
        "status": Kind.TEXT,
        "size": Kind.INTEGER,
        "speed": Kind.NUMBER,
        "etr": Kind.DURATION,
        "created": Kind.MOMENT,
        "finished": Kind.MOMENT,
        "metadata": Kind.JSON,
        "labels": Kind.TEXTS,
        "urgent": Kind.BOOLEAN,
        "items": Kind.JSON,
    }


def test_what_only_the_other_generation_knows_is_no_column():
    names = {
        generation: {c.name for c in columns_of(User, (), generation)}
        for generation in ("v1", "v3")
    }
    assert names["v1"] - names["v3"] == {"phase"}
    assert names["v3"] - names["v1"] == {"inactive"}
    assert "mail" not in names["v3"]


@pytest.mark.parametrize(
    "misfit",
    [
        {"size": "huge"},
        {"size": 2**63},
        {"speed": "fast"},
        {"etr": "soon"},
        {"created": "yesterday"},
        {"labels": ["a", 1]},
        {"labels": "a"},
        {"urgent": 1.5},
        {"name": 5},
    ],
    ids=str,
)
@FORMS
def test_values_that_no_column_can_hold_are_named(read, misfit):
    (name,) = misfit
    with pytest.raises(ExportError, match=f"Typed {ID}: {name} is not of kind"):
        read([typed(**misfit)])
    (row,) = read([typed(**misfit)], misfits="null")
    assert row[name] is None
    assert row["id"] == ID


def test_dictionaries_hold_what_was_loaded_and_what_is_unknown():
    (row,) = exports.to_dicts([typed()])
    assert row["status"] == "hibernating"
    assert type(row["status"]) is str
    assert row["colour"] == "red"
    assert row["metadata"] == RECORD["metadata"]
    assert "progress" not in row


@pytest.mark.parametrize("read", [in_arrow, in_polars, in_pandas, in_dictionaries])
@pytest.mark.parametrize(
    ("text", "expected"), [("", None), (None, None), ("00:01:30", timedelta(seconds=90))]
)
def test_remaining_time_is_a_duration_or_nothing(read, text, expected):
    (row,) = read([typed(etr=text)])
    assert row["etr"] == expected


def test_dictionaries_keep_a_remaining_time_that_is_none_and_leave_out_what_was_not_loaded():
    odd, bare = exports.to_dicts([typed(etr="soon"), Typed.loaded(id="x")])
    assert odd["etr"] == "soon"
    assert "etr" not in bare
    (row,) = exports.to_dicts([typed()])
    assert type(row["etr"]) is timedelta


@pytest.mark.parametrize("protocol", ["v3", "v1"])
def test_tables_and_dictionaries_say_nothing_where_the_wire_has_a_placeholder(protocol):
    with EmbeddedWorkspace() as workspace, workspace.session(protocol=protocol) as session:
        sent = Job(source="volume=projects/a", destination="lisa@example.com").save()
        query = Job.where(Job.id == sent.id)
        names = ("size", "etr", "finished")
        for read in (in_arrow, in_polars, in_pandas, in_dictionaries):
            (row,) = read(query)
            assert [row[name] for name in names] == [None, None, None]
        (wire,) = session.find(str(query))
        assert wire["etr"] == ""
        assert wire["size"] == {"v3": None, "v1": -1}[protocol]


@FORMS
def test_tables_of_no_class_or_of_two_are_refused(read):
    with pytest.raises(ExportError, match="nothing tells the columns"):
        read([])
    with pytest.raises(ExportError, match="holds Queue and User"):
        read([Queue.loaded(id="a"), User.loaded(id="b")])


def test_lists_of_references_are_lists_of_text():
    volumes = [Volume.loaded(id=ID, siteservers=["a" * 24]), Volume.loaded(id=ID, siteservers=[])]
    column = exports.to_arrow(volumes).column("siteservers")
    assert column.type == pa.list_(pa.string())
    assert column.to_pylist() == [["a" * 24], []]


@FORMS
def test_the_library_that_is_missing_is_named(read, monkeypatch):
    for name in ("pandas", "polars", "pyarrow"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    with pytest.raises(ExportError, match=r"pip install 'accsyn_orm\[(arrow|polars|pandas)\]'"):
        read([typed()])


@FORMS
def test_a_query_without_result_has_columns_and_no_rows(read, session):
    query = session.query(Queue).where(Queue.code == "nowhere")
    assert read(query) == []


def test_a_query_becomes_columns_of_what_it_loads(session):
    query = session.query(Job).only(Job.status, Job.size)
    frame = query.to_polars()
    assert frame.schema == {"id": pl.String, "status": pl.String, "size": pl.Int64}
    assert frame.height == query.count()
    assert query.to_arrow().schema.names == ["id", "status", "size"]
    assert list(query.to_pandas().columns) == ["id", "status", "size"]
    statuses = {row["status"] for row in query.to_dicts()}
    assert statuses <= {member.value for member in JobStatus}


def test_batches_come_page_by_page(session):
    jobs = session.query(Job)
    batches = list(exports.to_batches(jobs))
    assert pa.Table.from_batches(batches).num_rows == jobs.count()


def test_unknown_values_of_json_are_text():
    assert json.loads(exports.columns.as_json({"a": {1}})) == {"a": "{1}"}


class Stage(str, Enum):
    COMP = "comp"


class Shot(Job):
    """A class with agreed keys of metadata."""

    shot: MetadataKey[str] = MetadataKey(str)
    frame: MetadataKey[int] = MetadataKey(int, "frame-no")
    labels: MetadataKey[list[str]] = MetadataKey(list[str])
    slate: MetadataKey[dict[str, Any]] = MetadataKey(dict[str, Any])
    stage: MetadataKey[Stage] = MetadataKey(Stage)
    due: MetadataKey[datetime] = MetadataKey(datetime)


DUE = datetime(2026, 12, 24, tzinfo=timezone.utc)
KEYS = {
    "shot": "sh010",
    "frame": 5,
    "labels": ["a"],
    "slate": {"n": 1},
    "stage": "comp",
    "due": DUE,
}
METADATA = {**KEYS, "due": "2026-12-24T00:00:00Z", "frame-no": 5}
del METADATA["frame"]


@FORMS
def test_agreed_keys_of_metadata_are_columns_beside_it(read):
    rows = read([Shot.loaded(id="x", metadata=METADATA), Shot.loaded(id="y")])
    assert {name: rows[0][name] for name in KEYS} == {**KEYS, "slate": '{"n": 1}'}
    assert {rows[1][name] for name in KEYS} == {None}
    assert json.loads(rows[0]["metadata"]) == METADATA


@FORMS
def test_agreed_keys_that_are_not_of_their_type_are_named(read):
    misfit = Shot.loaded(id="x", metadata={"frame-no": "five"})
    with pytest.raises(ExportError, match="Shot x: frame is not of kind"):
        read([misfit])
    assert read([misfit], misfits="null")[0]["frame"] is None


def test_agreed_keys_have_kinds():
    kinds = [column.kind for column in columns_of(Shot, list(KEYS))]
    assert kinds == [Kind.TEXT, Kind.INTEGER, Kind.TEXTS, Kind.JSON, Kind.TEXT, Kind.MOMENT]
    names = [column.name for column in columns_of(Shot)]
    assert names[-6:] == list(KEYS)
    assert "metadata" in names


def test_dictionaries_have_agreed_keys_beside_metadata():
    (row,) = exports.to_dicts([Shot.loaded(id="x", metadata={"shot": "a", "other": 1})])
    assert row == {
        "id": "x",
        "metadata": {"shot": "a", "other": 1},
        **dict.fromkeys(KEYS),
        "shot": "a",
    }
    (row,) = exports.to_dicts([Shot.loaded(id="x", metadata=METADATA)])
    assert {name: row[name] for name in KEYS} == KEYS
    assert type(row["stage"]) is str


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((Shot.shot,), ["id", "shot"]),
        ((Shot.metadata, Shot.frame), ["id", "metadata", "frame"]),
        ((Shot.metadata,), ["id", "metadata"]),
        ((Shot.status,), ["id", "status"]),
    ],
    ids=str,
)
def test_a_query_becomes_columns_of_the_keys_it_selects(session, names, expected):
    query = session.query(Shot).only(*names).limit(2)
    assert query.to_arrow().schema.names == expected
    assert [list(row) for row in query.to_dicts()] == [expected] * 2
