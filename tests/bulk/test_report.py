"""What a report says, and in which forms."""

from __future__ import annotations

import csv
import io
import json

import pytest

from accsyn_orm import Queue, bulk
from accsyn_orm.bulk import RowState
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.errors import BackendError, TransportError

REFUSED = BackendError("queue/edit", "no <b>")
LOST = TransportError("queue/edit", "host", "broke")


@pytest.fixture
def report(backend, apply):
    """Give a report with rows in every state."""
    for number in range(4):
        backend.add("queue", number, code=f"q{number}", name=f"Q {number}", priority=number)
    plan = Query(Queue, backend=backend).update(priority=9)

    def crossed(entitytype, entityid, data):
        backend.records["queue"][entityid]["priority"] = 500
        raise LOST

    update = backend.update
    ends = [update, crossed, None]

    def scripted(*arguments):
        act = ends.pop(0)
        if act is None:
            raise REFUSED
        return act(*arguments)

    backend.update = scripted
    return apply(plan, workers=1, on_error="stop")


def test_report_counts_rows_by_state(report):
    assert dict(report.counts) == {
        RowState.DONE: 1,
        RowState.FAILED: 1,
        RowState.NOT_SENT: 1,
        RowState.UNKNOWN: 1,
    }
    assert [
        len(rows) for rows in (report.done, report.failed, report.not_sent, report.unknown)
    ] == [1] * 4
    assert repr(report) == "<Report done 1, failed 1, not_sent 1, unknown 1>"


def test_text_says_how_many_and_why(report):
    lines = str(report).splitlines()
    assert lines[0].startswith("1 done, 1 failed, 1 not sent, 1 unknown (")
    assert lines[1].startswith(f"  row 2, Q 1 {1:024x}: unknown: Queue {1:024x} was changed since")
    assert lines[2] == f"  row 3, Q 2 {2:024x}: failed: queue/edit: no <b>"
    assert len(lines) == 3
    assert "no &lt;b&gt;" in report._repr_html_()


def test_text_is_folded_when_many_rows_failed(backend, apply):
    for number in range(30):
        backend.add("queue", number, code=f"q{number}", priority=number)
    backend.script["update"] = [REFUSED] * 30
    lines = str(apply(Query(Queue, backend=backend).update(priority=99))).splitlines()
    assert len(lines) == 22
    assert lines[-1] == "  … and 10 more"


def test_text_says_how_to_go_on(backend, apply, tmp_path):
    backend.add("queue", 1, code="q1", priority=1)
    plan = Query(Queue, backend=backend).update(priority=99)
    backend.script["find"] = [LOST] * 99
    report = apply(plan, tmp_path / "j")
    assert str(report).splitlines()[-1] == f"go on with: accsyn-orm bulk resume {tmp_path / 'j'}"


def test_json_holds_rows_with_input_and_end(report):
    document = json.loads(report.to_json())
    assert document["counts"] == {"done": 1, "failed": 1, "not_sent": 1, "unknown": 1}
    assert document["stopped_by"] is document["journal"] is None
    assert document["rows"][2] == {
        "row": 3,
        "action": "update",
        "type": "queue",
        "id": f"{2:024x}",
        "label": "Q 2",
        "state": "failed",
        "error": "queue/edit: no <b>",
        "candidates": [],
        "before": {"priority": 2},
        "after": {"priority": 9},
    }


def test_csv_is_a_table_with_a_header(report):
    rows = list(csv.DictReader(io.StringIO(report.to_csv())))
    assert [row["state"] for row in rows] == ["done", "unknown", "failed", "not_sent"]
    assert json.loads(rows[0]["after"]) == {"priority": 9}


def test_nothing_is_raised_when_all_is_done(backend, apply):
    report = apply(bulk.create(Queue, [{"code": "x"}], session=backend))
    report.raise_for_errors()
    assert json.loads(report.to_json())["rows"][0]["id"] == f"{0xC0:024x}"


def test_label_is_not_repeated(backend, apply):
    backend.add("queue", 1, priority=1)
    backend.script["update"] = [REFUSED]
    report = apply(Query(Queue, backend=backend).update(priority=2))
    assert f"  row 1, {1:024x}: failed" in str(report)
