"""Entities as data."""

from __future__ import annotations

import io
import sys
from datetime import datetime, timedelta, timezone

import pytest
from rich.console import Console

from accsyn_orm import Job, JobStatus, Queue
from accsyn_orm.cli import records
from accsyn_orm.cli.options import Form
from accsyn_orm.cli.output import Output
from accsyn_orm.entities import Size


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (Size(7), 7),
        (1.5, 1.5),
        (JobStatus.FAILED, "failed"),
        (JobStatus.unknown("odd"), "odd"),
        (datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=1))), "2026-01-02T02:00:00Z"),
        ({"a": (1, [JobStatus.DONE])}, {"a": [1, ["done"]]}),
        (frozenset({1}), [1]),
    ],
)
def test_plain_values_are_of_the_types_of_json(value, expected):
    plain = records.plain(value)
    assert plain == expected
    assert type(plain) is type(expected)


@pytest.mark.parametrize(
    ("is_terminal", "is_single", "form"),
    [(True, True, "table"), (True, False, "table"), (False, True, "json"), (False, False, "jsonl")],
)
def test_form_depends_on_who_looks(monkeypatch, is_terminal, is_single, form):
    out = io.StringIO()
    out.isatty = lambda: is_terminal
    monkeypatch.setattr(sys, "stdout", out)
    assert records.default_form(is_single=is_single).value == form


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("csv", "a,b\n1,true\n"),
        ("jsonl", '{"a": 1, "b": true}\n'),
        ("json", '{\n  "a": 1,\n  "b": true\n}\n'),
        ("yaml", "a: 1\nb: true\n"),
    ],
)
def test_facts_have_every_form(capsys, form, expected):
    records.write_facts({"a": 1, "b": True}, Form(form))
    assert capsys.readouterr().out == expected


def test_attributes_that_this_version_does_not_know_are_written(capsys):
    queue = Queue.load_record({"id": "1", "new": {"deep": [1]}}, Backend())
    records.write_entity(queue, Form.JSON)
    assert '"new": {' in capsys.readouterr().out
    records.write_entity(queue, Form.TABLE, only=["id"])
    assert "new" not in capsys.readouterr().out


class Backend:
    protocol = "v3"


JOB = {
    "id": "26af4468189c7cc1c30ebe2c",
    "code": "Turnover sh080",
    "name": "Turnover sh080",
    "status": "running",
    "progress": 16,
    "size": 314_572_800,
    "user_hr": "user:anna@acmefilm.com[employee](5bfeb0381da7ee4095fa217e)",
    "destination_hr": "workspace:acmefilm(68a35054b4d7dcd1acf06681)",
    "created": "2026-02-03T20:50:00",
}


@pytest.mark.parametrize("width", [60, 100, 200])
def test_table_has_the_columns_that_fit_and_never_cuts_an_id(monkeypatch, width):
    job = Job.load_record(JOB, Backend())
    seen = io.StringIO()
    console = Console(file=seen, force_terminal=True, width=width)
    monkeypatch.setattr(records, "Output", lambda: Output(console))
    records.write_entities(Job, [job, job], Form.TABLE)
    text = seen.getvalue()
    assert text.count(JOB["id"]) == 2
    assert "name" not in text
    assert "2 rows" in text
    assert ("314.6 MB" in text) is (width > 60)
    assert ("anna@acmefilm.com" in text) is (width > 60)
    assert ("acmefilm " in text) is (width > 100)
    assert "5bfeb0381da7ee4095fa217e" not in text


def test_one_entity_is_not_counted(capsys):
    job = Job.load_record(JOB, Backend())
    records.write_entity(job, Form.TABLE)
    out = capsys.readouterr().out
    assert "user_hr         anna@acmefilm.com\n" in out
    assert "row" not in out
