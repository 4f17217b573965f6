"""Schemas on the command line: show, compare, generate."""

from __future__ import annotations

import json

import pytest

from accsyn_orm.schema import Schema


@pytest.fixture
def stored(run, tmp_path):
    """Give a file with the schema of users and queues, as 'show' writes it."""
    code, out, _ = run("schema", "show", "user", "Queue", "-o", "json")
    assert code == 0
    path = tmp_path / "schema.json"
    path.write_text(out, encoding="utf-8")
    return path


def changed(stored, **attributes: str):
    """Give a file with attributes of queues changed: letters, or nothing to leave one out."""
    data = json.loads(stored.read_text("utf-8"))
    queue = {**data["types"]["queue"], **attributes}
    data["types"]["queue"] = {name: flags for name, flags in queue.items() if flags}
    path = stored.with_name("changed.json")
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_show_writes_a_schema(stored, session):
    assert Schema.from_dict(json.loads(stored.read_text("utf-8"))) == session.schema(
        ["user", "queue"]
    )


def test_show_writes_an_attribute_a_line_in_other_forms(run, stored):
    code, out, _ = run("schema", "show", "queue", "--file", stored, "-o", "csv")
    assert code == 0
    assert out.splitlines()[:2] == [
        "type,attribute,read,create,update",
        "queue,id,true,false,false",
    ]
    _, table, _ = run("schema", "show", "queue", "--file", stored, "-o", "table")
    assert ["queue", "id", "yes"] in [line.split() for line in table.splitlines()]


def test_diff_leaves_with_5_when_there_are_differences(run, stored):
    path = changed(stored, colour="r", priority="")
    code, out, _ = run("schema", "diff", "queue", "--file", path, "--json")
    found = {(item["attribute"], item["difference"]) for item in json.loads(out)}
    assert code == 5
    assert {("colour", "new attribute"), ("priority", "missing attribute")} <= found


def test_diff_ends_with_nothing_where_all_is_as_documented(run):
    assert run("schema", "diff")[:2] == (0, "")


def test_diff_leaves_out_known_differences(run, stored):
    path = changed(stored, colour="r", priority="")
    code, out, _ = run("schema", "diff", "--file", path, "--ignore", "queue.colour", "--json")
    assert code == 5
    assert [item["attribute"] for item in json.loads(out)] == ["priority"]
    code, out, _ = run("schema", "diff", "queue", "--file", path, "--ignore", "QUEUE")
    assert (code, out) == (0, "")


def test_generate_writes_code_for_what_is_new(run, stored, tmp_path):
    path = changed(stored, colour="rcu")
    code, out, _ = run("schema", "generate", "--file", path, "--metadata", "queue.shot=str")
    assert code == 0
    compile(out, "generated", "exec")
    assert "colour: Attr[Any] = attr(default=UNSET)" in out
    assert "shot = MetadataKey(str)" in out
    target = tmp_path / "entities.py"
    code, silent, talk = run("schema", "generate", "--file", path, "--out", target)
    assert (code, silent, talk) == (0, "", f"wrote {target}\n")
    assert "colour" in target.read_text("utf-8")


def test_generate_learns_types_from_entities(run, workspace):
    code, out, _ = run("schema", "generate", "--metadata", "user.badge=int")
    assert code == 0
    compile(out, "generated", "exec")
    assert "badge = MetadataKey(int)" in out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["show", "gadget"], 1, "gadget"),
        (["generate", "--metadata", "queue.shot"], 2, "write type.key=kind"),
        (["generate", "queue", "--metadata", "wibble.shot=str"], 2, "no type wibble"),
        (["show", "--file", "missing.json"], 2, "holds no schema"),
    ],
)
def test_mistakes_say_what_to_do(run, arguments, code, said):
    left, out, talk = run("schema", *arguments)
    assert (left, out) == (code, "")
    assert said in talk


def test_types_that_a_file_lacks_are_named(run, stored):
    code, _, talk = run("schema", "show", "volume", "--file", stored)
    assert code == 2
    assert f"volume: not in {stored}" in talk.replace("\n", "")


def test_files_that_hold_something_else_are_refused(run, tmp_path):
    path = tmp_path / "other.json"
    path.write_text("{}", encoding="utf-8")
    code, _, talk = run("schema", "diff", "--file", path)
    assert (code, "holds no schema" in talk) == (2, True)
