"""What notebooks show: tables, escaped, without what may be secret."""

from __future__ import annotations

from datetime import datetime, timezone

from accsyn_orm import Job, Queue
from accsyn_orm.entities import MetadataKey
from accsyn_orm.entities.notebook import SHOWN

EVIL = "<script>alert(1)</script>"


def test_an_entity_is_a_table_of_what_it_holds(v3):
    record = {
        "id": "a" * 24,
        "name": EVIL,
        "size": 128_868_496,
        "created": datetime(2026, 11, 24, 9, 30, tzinfo=timezone.utc),
        "finished": None,
        "metadata": {"shot": "hunter2"},
    }
    html = Job.load_record(record, v3)._repr_html_()
    assert "<td>size</td><td>128.9 MB</td>" in html
    assert "<td>created</td><td>2026-11-24 09:30:00 UTC</td>" in html
    assert "<td>finished</td><td></td>" in html
    assert "<td>metadata</td><td>{shot}</td>" in html
    assert "hunter2" not in html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_new_entity_says_so():
    assert "Queue (not saved)" in Queue(name="Panic")._repr_html_()


def test_what_a_query_finds_is_a_table_of_one_row_each(v3):
    for number in range(SHOWN + 5):
        v3.add("queue", number, code=f"q{number}", status="waiting")
    found = Queue.where().all()
    html = found._repr_html_()
    assert html.count("<tr>") == SHOWN + 1
    assert f"{SHOWN + 5} Queue, {SHOWN} shown" in html
    assert "<th>id</th><th>code</th><th>status</th>" in html
    assert isinstance(found, list)
    assert "0 entities" in Queue.where(Queue.code == "none").all()._repr_html_()


def test_a_query_shows_what_it_would_ask_and_asks_nothing(v3):
    query = Job.where(Job.code == EVIL)
    assert query._repr_html_() == query.explain()._repr_html_()
    assert "request" in query._repr_html_()
    assert "<script>" not in query._repr_html_()
    assert v3.calls == []


def test_lists_show_how_many_items_they_have(v3):
    found = Job.load_record({"id": "a" * 24, "recipients": ["a@b.c", "d@e.f"]}, v3)
    assert "<td>recipients</td><td>2 items</td>" in found._repr_html_()


class StudioQueue(Queue):
    shot = MetadataKey(str)


def test_agreed_keys_of_metadata_are_shown(v3):
    v3.add("queue", 1, code="a", metadata={"shot": EVIL, "token": "hunter2"})
    v3.add("queue", 2, code="b")
    found = StudioQueue.where().all()
    row = "<td>shot</td><td>&lt;script&gt;alert(1)&lt;/script&gt;</td>"
    assert row in found[0]._repr_html_()
    assert "<td>shot</td>" not in found[1]._repr_html_()
    assert "<th>id</th><th>code</th><th>shot</th>" in found._repr_html_()
    assert "hunter2" not in found._repr_html_() + found[0]._repr_html_()
