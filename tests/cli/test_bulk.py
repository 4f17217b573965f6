"""Bulk changes from the command line: dry run, question, exit codes, journals, files of rows."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sys
import time
from dataclasses import replace

import pytest
from rich.console import Console
from terminals import Terminal

from accsyn_orm import Job, Queue, User, bulk
from accsyn_orm.bulk import Tally, read_history
from accsyn_orm.cli.progress import job_bars, progress_bar
from accsyn_orm.cli.watch import Sight
from accsyn_orm.testing import Faults

FAILED_JOBS = 'Job WHERE status=failed AND code="Daily backup"'


def failed() -> int:
    return Job.parse(FAILED_JOBS).count()


# -- update ---------------------------------------------------------------------------------------


def test_dry_run_shows_the_plan_and_sends_nothing(run):
    count = failed()
    code, out, _ = run("update", FAILED_JOBS, "status=waiting", "--dry-run")
    assert (code, failed()) == (0, count)
    assert out.startswith(f"Plan in acmefilm: update {count} Job\n")
    assert "status: failed → waiting" in out


def test_yes_sends_and_tells(run):
    count = failed()
    code, out, talk = run("update", FAILED_JOBS, "status=waiting", "--yes", "--workers", 2)
    assert (code, failed(), talk) == (0, 0, "")
    assert out.startswith(f"{count} done, 0 failed, 0 not sent, 0 unknown (")


def test_in_a_pipe_it_wants_to_be_told(run):
    code, out, talk = run("update", FAILED_JOBS, "status=waiting")
    assert (code, out) == (2, "")
    assert "Plan in acmefilm: update" in talk
    assert "error: nothing was sent: say --yes to send this, or --dry-run" in talk
    assert failed() > 0


def test_problems_are_all_told_and_nothing_is_sent(run):
    code, out, _ = run("update", "Queue", "priority=5000", "--yes")
    assert code == 1
    assert out.count("  ! row ") == Queue.where().count()


def test_nothing_to_do_is_done(run):
    code, out, _ = run("update", "Job WHERE code=none", "status=paused")
    assert (code, out.splitlines()[0]) == (0, "Plan in acmefilm: nothing to do")


def test_report_is_json_on_demand(run):
    code, out, _ = run("update", FAILED_JOBS, "status=waiting", "--yes", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["counts"]["done"] == len(document["rows"]) > 1


def test_values_are_typed_by_their_attributes(run):
    changes = ["priority=42", 'metadata={"a": [1]}', "description=500", "default=true"]
    code, _, talk = run("update", "Queue WHERE code=low", *changes, "--yes")
    assert code == 0, talk
    queue = Queue.where(Queue.code == "low").one()
    assert (queue.priority, queue.metadata, queue.description, queue.default) == (
        42,
        {"a": [1]},
        "500",
        True,
    )
    run("update", 'User WHERE code="lisa@example.com"', "queue=low", "--yes")
    assert User.where(User.code == "lisa@example.com").one().queue == queue.id
    run("update", 'User WHERE code="lisa@example.com"', "queue=null", "--yes")
    assert User.where(User.code == "lisa@example.com").one().queue is None


def test_ended_and_inactive_entities_are_found_on_demand(run):
    code, out, _ = run(
        "update", "Job WHERE status=aborted", "status=waiting", "--finished", "--yes"
    )
    assert code == 0
    assert not Job.where(Job.status == "aborted").finished().exists()
    _, out, _ = run("delete", "User", "--inactive", "--dry-run")
    assert "User Olga Former" in out


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["update", "Jb WHERE a=b", "status=x"], 2, "did you mean 'job'"),
        (["update", "Job", "status"], 2, "'status' is no change: write attribute=value"),
        (["update", "Job", "statu=x"], 2, "did you mean 'status'"),
        (["update", "Job WHERE", "status=x"], 2, "line 1, column"),
        (["delete", "Job WHERE status=faild"], 2, "did you mean 'failed'"),
        (["create", "Reel", "--from", "x.csv"], 2, "'Reel' is none of"),
        (["create", "Queue", "x.csv"], 2, "'x.csv' is no change: write attribute=value"),
        (["create", "Queue"], 2, "say attribute=value …, or --from FILE"),
        (["create", "Queue", "name=a", "--from", "x.csv"], 2, "either values or a file"),
        (["create", "Queue", "name=a", "priority=5000"], 2, "Queue.priority: "),
        (["create", "Queue", "--from", "x.csv"], 1, "x.csv: cannot be read: No such file"),
        (["create", "Queue", "--from", "x.txt"], 1, "say --format csv|json|jsonl"),
        (["apply", "missing.json"], 1, "missing.json: cannot be read"),
        (["bulk", "show", "missing"], 1, "missing: cannot be read"),
        (["bulk", "resume", "missing"], 1, "missing: cannot be read"),
        (["bulk", "undo", "missing"], 1, "missing: cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_one_line_of_error(run, arguments, exit_code, said):
    code, out, talk = run(*arguments)
    assert (code, out) == (exit_code, "")
    assert talk.startswith("error: ")
    assert said in talk


def test_other_env_file_signs_in_as_somebody_else(run, monkeypatch):
    for name in list(os.environ):
        if name.startswith("ACCSYN_"):
            monkeypatch.delenv(name)
    code, out, _ = run("delete", "Queue", "--dry-run", "--env-file", ".env.standard")
    assert (code, out.splitlines()[0]) == (0, "Plan in acmefilm: nothing to do")


# -- exit codes -----------------------------------------------------------------------------------


def test_part_of_it_is_exit_code_6(run):
    code, out, _ = run("update", "User WHERE status=enabled", "status=disabled", "--yes")
    assert code == 6
    assert "1 failed" in out
    assert "at least one enabled admin" in out


def test_first_error_stops_when_that_is_asked_for(run):
    rows = "User WHERE status=enabled"
    options = ["--yes", "--on-error", "stop", "--workers", 1, "--json"]
    code, out, _ = run("update", rows, "status=disabled", *options)
    counts = json.loads(out)["counts"]
    assert code == 6
    assert counts["failed"] == 1
    assert counts["not_sent"] > 0


# -- delete ---------------------------------------------------------------------------------------


def test_delete_deletes(run):
    code, out, _ = run("delete", "Queue WHERE code=low", "--force", "--yes")
    assert (code, Queue.where(Queue.code == "low").exists()) == (0, False)
    assert out.startswith("1 done")


# -- create ---------------------------------------------------------------------------------------


def test_create_from_csv(run, tmp_path):
    (tmp_path / "queues.csv").write_text(
        "\ufeffName,priority,description\nPanic,1000,for the worst\nQuiet,,\n", "utf-8"
    )
    code, out, _ = run("create", "Queue", "--from", "queues.csv", "--yes")
    assert code == 0, out
    panic, quiet = (Queue.where(Queue.name == name).one() for name in ("Panic", "Quiet"))
    assert (panic.priority, panic.description, quiet.priority) == (1000, "for the worst", 500)


def test_create_jobs_with_keys_of_metadata(run, tmp_path):
    (tmp_path / "jobs.csv").write_text(
        "name,source,destination,metadata.shot,metadata.show\n"
        "A,share=projects/a,lisa@example.com,010,\n"
    )
    code, out, _ = run("create", "job", "--from", "jobs.csv", "--yes")
    assert code == 0, out
    assert Job.where(Job.name == "A").one().metadata == {"shot": "010"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("users.jsonl", '{"code": "a@x.com"}\n\n{"code": "b@x.com", "role": "employee"}\n'),
        ("users.json", '[{"code": "a@x.com"}, {"code": "b@x.com", "role": "employee"}]'),
    ],
)
def test_create_from_json(run, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert run("create", "User", "--from", name, "--yes")[0] == 0
    assert User.where(User.code.in_(["a@x.com", "b@x.com"])).count() == 2


def test_create_from_input_and_change_what_is_there(run):
    rows = '{"code": "low", "priority": 3}\n{"code": "new", "priority": 4}\n'
    code, out, _ = run(
        "create", "Queue", "--from", "-", "--format", "jsonl", "--key", "code", "--yes", text=rows
    )
    assert code == 0, out
    assert [q.priority for q in Queue.where(Queue.code.in_(["low", "new"]))] == [3, 4]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.jsonl", b"{", "is no jsonl"),
        ("x.json", b"{}", "a list of objects is needed"),
        ("x.json", b"\xff", "is no text in UTF-8"),
        ("x.json", b"[" * 100_000, "is no json"),
    ],
)
def test_file_that_is_none_is_refused(run, tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    code, _, talk = run("create", "Queue", "--from", name)
    assert code == 1
    assert said in talk


def test_rows_with_problems_are_told_by_number(run, tmp_path):
    (tmp_path / "q.csv").write_text("name,priority,colour\nA,high,red\nB,1,\n")
    code, out, _ = run("create", "Queue", "--from", "q.csv", "--yes")
    assert code == 1
    assert "row 1, colour: no such attribute" in out
    assert "row 1, priority: input should be a valid integer" in out
    assert "row 2" not in out


# -- apply and journals ---------------------------------------------------------------------------


def test_plan_is_printed_kept_and_applied(run, tmp_path):
    _, out, _ = run("update", FAILED_JOBS, "status=waiting", "--dry-run", "--json")
    (tmp_path / "plan.json").write_text(out, "utf-8")
    code, out, _ = run("apply", "plan.json", "--dry-run")
    assert (code, failed() > 0) == (0, True)
    code, out, _ = run("apply", "plan.json", "--yes", "--journal", "j")
    assert (code, failed()) == (0, 0)
    assert run("apply", "plan.json", "--yes")[0] == 5  # the rows have moved on
    assert run("apply", "plan.json", "--yes", "--no-check")[0] == 0


def test_journal_is_shown_undone_and_not_overwritten(run, tmp_path):
    before = {queue.id: queue.priority for queue in Queue.where()}
    assert run("update", "Queue", "priority=7", "--yes", "--journal", "j")[0] == 0
    code, out, _ = run("bulk", "show", "j")
    assert code == 0
    assert out.splitlines()[0] == f"j: update Queue ×{len(before)}"
    assert f"  {len(before):>5}  done" in out.splitlines()
    assert run("update", "Queue", "priority=8", "--yes", "--journal", "j")[2].startswith("error: ")
    code, out, _ = run("bulk", "undo", "j", "--yes", "--journal", "undo")
    assert code == 0, out
    assert {queue.id: queue.priority for queue in Queue.where()} == before
    assert run("bulk", "undo", "j", "--yes")[1].startswith("Plan in acmefilm: skip ")


def test_interrupted_change_is_resumed(run, workspace, tmp_path):
    workspace.faults = Faults(1, ["throttle"])
    workspace.faults.retry_after = 3600
    code, out, _ = run("update", FAILED_JOBS, "status=waiting", "--dry-run")
    assert code == 7
    workspace.faults = None
    _, plan, _ = run("update", FAILED_JOBS, "status=waiting", "--dry-run", "--json")
    (tmp_path / "plan.json").write_text(plan, "utf-8")
    workspace.faults = Faults(1, ["throttle"], retry_after=3600)
    code, out, _ = run("apply", "plan.json", "--yes", "--journal", "j")
    assert code == 7
    assert out.splitlines()[-1] == "go on with: accsyn-orm bulk resume j"
    workspace.faults = None
    code, out, _ = run("bulk", "resume", "j")
    assert (code, failed()) == (0, 0)


def test_journal_tells_where_rows_are(run, tmp_path):
    one_by_one = ["--yes", "--workers", 1, "--journal", "j"]  # the refusal is not what gets torn
    run("update", "User WHERE status=enabled", "status=disabled", *one_by_one)
    content = (tmp_path / "j").read_bytes()
    at = content.rindex(b'"end"')
    (tmp_path / "j").write_bytes(content[: at - 9])
    _, out, _ = run("bulk", "show", "j")
    assert "      1  under way" in out.splitlines()
    assert "damaged, line" in out
    assert any("at least one enabled admin" in line for line in out.splitlines())
    document = json.loads(run("bulk", "show", "j", "--json")[1])
    states = [row["state"] for row in document["rows"]]
    assert states.count("under way") == 1
    assert document["damage"]
    assert repr(read_history(tmp_path / "j")) == f"<History {tmp_path / 'j'}: {len(states)} rows>"
    code, out, _ = run("bulk", "resume", "j", "--json")
    assert (code, json.loads(out)["counts"]["failed"]) == (6, 1)
    assert "the journal is damaged" in json.loads(out)["notes"][0]
    # Refused again, this time with somebody else to keep the lights on.
    code, out, _ = run("bulk", "resume", "j", "--retry-failed")
    assert code == 6


@pytest.mark.parametrize(("answer", "is_sent"), [("y", True), ("n", False), ("", False)])
def test_question_is_answered_before_anything_is_sent(run, monkeypatch, answer, is_sent):
    class Keyboard(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(io, "StringIO", Keyboard)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    code, out, talk = run("update", FAILED_JOBS, "status=waiting", text=f"{answer}\n")
    assert code == 0
    assert "Send this? [y/N]" in talk
    assert (failed() == 0) is is_sent
    assert ("nothing was sent" in talk) is not is_sent
    assert (" done, " in out) is is_sent


def test_bar_counts_what_is_not_done():
    seen = io.StringIO()
    console = Console(file=seen, force_terminal=True, width=100)
    with progress_bar(10, console) as show:
        assert show is not None
        show(Tally(10, done=6, failed=1, not_sent=2, unknown=1))
    assert "10/10" in seen.getvalue()
    assert "1 failed, 2 not sent, 1 unknown" in seen.getvalue()
    with progress_bar(10, Console(file=seen)) as show:
        assert show is None


def test_each_job_that_is_watched_has_a_bar():
    seen = io.StringIO()
    waiting = Sight("1", "[bold]a[/]", "waiting")
    with job_bars(Console(file=seen, force_terminal=True, width=100)) as bars:
        bars.show([waiting, Sight("2", "b.mov", "running", 40, 2_000_000, 1.5, "0h:00m:01s")])
        bars.show([replace(waiting, status="done", progress=100, size=1)])
    for text in ("[bold]a[/]", "waiting", "40%", "2.0 MB", "1.5 MB/s", "0h:00m:01s", "100%", "1 B"):
        assert text in seen.getvalue()
    assert "done" in seen.getvalue()


# -- on a terminal --------------------------------------------------------------------------------


def test_terminal_is_shown_the_plan_and_asked(workspace, session):
    terminal = Terminal("update", FAILED_JOBS, "status=waiting")
    terminal.wait_for("Send this? [y/N]")
    assert "status: failed → waiting" in terminal.seen
    terminal.type("n\n")
    assert terminal.end() == 0
    assert "nothing was sent" in terminal.seen
    assert failed() > 0


def test_terminal_sees_a_bar_after_saying_yes(workspace, session):
    terminal = Terminal("update", FAILED_JOBS, "status=waiting", "--workers", "1")
    terminal.wait_for("Send this? [y/N]")
    terminal.type("y\n")
    assert terminal.end() == 0
    assert "━" in terminal.seen
    assert " done, 0 failed" in terminal.seen
    assert failed() == 0


def test_ctrl_c_prints_the_report_and_leaves_with_130(workspace, session):
    rows = [{"code": f"n{number}", "priority": 1} for number in range(1_500)]
    bulk.create(Queue, rows).apply().raise_for_errors()
    terminal = Terminal("update", "Queue WHERE code=n*", "priority=2", "--yes", "--workers", "2")
    terminal.wait_for("━")
    time.sleep(0.3)
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 130, terminal.seen
    assert "stopped: interrupted" in terminal.seen
    done = int(re.findall(r"([0-9]+) done, ", terminal.seen)[-1])
    assert 0 < done < 1_500
    assert Queue.where(Queue.code == "n*", Queue.priority == 2).count() == done
