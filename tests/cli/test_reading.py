"""Looking things up from the command line: forms of output, errors, exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import pytest
import yaml
from terminals import Terminal

from accsyn_orm import Job, Queue, User
from accsyn_orm.testing import EmbeddedWorkspace, Faults

FAILED_JOBS = "Job WHERE status=failed"
NOBODY = "5bfeb0381da7ee4095fa2171"


@pytest.fixture
def workspace(shared: EmbeddedWorkspace) -> EmbeddedWorkspace:
    return shared


@pytest.mark.parametrize(
    ("command", "read"),
    [
        ([], lambda text: [json.loads(line) for line in text.splitlines()]),
        (["--json"], json.loads),
        (["-o", "json"], json.loads),
        (["-o", "jsonl"], lambda text: [json.loads(line) for line in text.splitlines()]),
        (["-o", "yaml"], yaml.safe_load),
        (["-o", "csv"], lambda text: list(csv.DictReader(io.StringIO(text)))),
    ],
    ids=lambda value: " ".join(value) or "pipe" if isinstance(value, list) else "",
)
def test_every_form_holds_the_same_rows(run, command, read):
    code, out, talk = run("find", FAILED_JOBS, "--only", "code,status", *command)
    jobs = Job.parse(FAILED_JOBS).all()
    assert (code, talk) == (0, "")
    assert read(out) == [{"code": job.code, "status": "failed"} for job in jobs]


@pytest.mark.parametrize("form", ["json", "jsonl", "yaml", "csv", "table"])
def test_nothing_found_is_still_well_formed(run, form):
    code, out, _ = run("find", "Job WHERE code=none", "-o", form)
    read = {"json": json.loads, "yaml": yaml.safe_load}.get(form)
    assert code == 0
    assert (read(out) if read else len(out.splitlines()) < 3) in ([], True)


def test_values_are_plain_and_unknown_attributes_stay(run, workspace):
    _, out, _ = run("find", "Queue WHERE code=low", "-o", "json")
    [queue] = json.loads(out)
    assert (queue["default"], queue["metadata"]) == (False, {})
    assert queue["created"].endswith("Z")


def test_csv_is_what_create_reads(run, tmp_path):
    assert run("create", "Queue", "name=Comma, inc", "priority=7", "description=ö\nb")[0] == 0
    queue = 'Queue WHERE name="Comma, inc"'
    out = run("find", queue, "-o", "csv", "--only", "name,priority,description")[1]
    (tmp_path / "q.csv").write_text(out.replace("Comma, inc", "Comma, ltd"), "utf-8")
    assert run("create", "Queue", "--from", "q.csv", "--yes")[0] == 0
    copied = Queue.where(Queue.name == "Comma, ltd").one()
    assert (copied.priority, copied.description) == (7, "ö\nb")


def test_limit_skip_and_scopes_are_passed_on(run):
    every = [json.loads(line)["id"] for line in run("find", "Job")[1].splitlines()]
    some = [
        json.loads(row)["id"]
        for row in run("find", "Job", "--skip", 1, "--limit", 2)[1].splitlines()
    ]
    assert some == every[1:3]
    assert run("find", "Job", "--limit", 0) == (0, "", "")
    out = run("find", "Job", "--finished", "--only", "status")[1]
    assert {json.loads(line)["status"] for line in out.splitlines()} <= {"done", "aborted"}
    assert "Olga" in run("find", "User", "--inactive", "-o", "csv")[1]
    assert run("find", "Job", "--archived")[0] == 0


def test_tasks_are_found_under_their_job(run):
    job = next(job for job in Job.where() if job.tasks.exists())
    code, out, _ = run("find", "Task", "--under", job.id)
    tasks = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert {task["job"] for task in tasks} == {job.id}
    code, out, _ = run("get", "Task", tasks[0]["id"], "--under", job.id)
    assert json.loads(out)["uri"] == tasks[0]["uri"]


@pytest.mark.parametrize("form", ["json", "yaml", "jsonl", "csv", "table"])
def test_get_shows_one(run, form):
    queue = Queue.where(Queue.code == "low").one()
    code, out, _ = run("get", "queue", queue.id, "-o", form, "--only", "code,priority")
    assert code == 0
    assert "low" in out
    assert str(queue.priority) in out
    assert "metadata" not in out


def test_whoami_tells_all_but_the_key(run, workspace):
    code, out, talk = run("whoami")
    told = json.loads(out)
    assert code == 0
    assert (told["user"], told["role"]) == (User.where(User.role == "admin").all()[0].code, "admin")
    assert (told["workspace"], told["protocol"]) == ("acmefilm", "v3")
    assert (told["host"], told["signed in with"]) == (workspace.url, "environment")
    assert os.environ["ACCSYN_API_KEY"] not in out + talk
    assert "file .env.standard" in run("whoami", "--env-file", ".env.standard", "-o", "table")[1]


def test_parse_shows_the_canonical_text_and_the_tree(run_alone):
    text = "job where (status <> failed)  and code in a,b"
    assert run_alone("parse", text) == (0, "Job WHERE status!=failed AND code IN a,b\n", "")
    tree = json.loads(run_alone("parse", text, "--json")[1])
    assert tree["where"]["and"][1] == {"attribute": "code", "operator": "IN", "value": ["a", "b"]}
    assert json.loads(run_alone("parse", "Job", "--json")[1])["where"] is None


def test_create_makes_one_and_shows_it(run):
    code, out, talk = run("create", "Queue", "name=Panic", "priority=900", "description=7")
    made = Queue.where(Queue.name == "Panic").one()
    assert (code, talk) == (0, "")
    assert json.loads(out)["id"] == made.id
    assert (made.priority, made.description) == (900, "7")


def test_create_remembers_what_it_sent_when_told(run, tmp_path):
    assert run("create", "Queue", "name=Kept", "--journal", "j", "--yes")[0] == 0
    assert "done" in run("bulk", "show", "j")[1]


def test_create_shows_first_what_it_would_send(run):
    code, out, _ = run("create", "Queue", "name=Quiet", "--dry-run")
    assert (code, Queue.where(Queue.name == "Quiet").exists()) == (0, False)
    assert out.startswith("Plan in acmefilm: create 1 Queue")
    run("create", "Queue", "code=low", "priority=77", "--key", "code", "--yes")
    assert Queue.where(Queue.code == "low").one().priority == 77


# -- exit codes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["find", "Jb"], 2, "did you mean 'job'"),
        (["find", "Job WHERE sttus=failed"], 2, "did you mean 'status'"),
        (["find", "Job WHERE status=faild"], 2, "did you mean 'failed'"),
        (["find", "Job WHERE ("], 2, "line 1, column"),
        (["find", "Job", "--only", "statu"], 2, "did you mean 'status'"),
        (["find", "Job", "--json", "-o", "csv"], 2, "--json: is not -o csv (say one of them)"),
        (["find", "Job", "-o", "xml"], 2, "'xml' is not one of"),
        (["find"], 2, "Missing argument 'QUERY' (see accsyn-orm find --help)"),
        (["find", "Job", "--limt", "1"], 2, "--limit"),
        (["fnd", "Job"], 2, "Did you mean"),
        (["parse", "Job WHERE status=faild"], 2, "did you mean 'failed'"),
        (["get", "Job", "low"], 2, "'low' is no id"),
        (["get", "Task", NOBODY], 2, "Task: is found under one job only (say --under ID"),
        (["find", "Task"], 2, "say --under ID, the id of the job"),
        (["explain", "File"], 2, "say --under ID, the id of the collection"),
        (["get", "Job", NOBODY], 3, f"no Job found for id '{NOBODY}'"),
        (["get", "Jb", NOBODY], 2, "did you mean 'job'"),
        (["create", "Queue", "name=A", "--env-file", ".env.standard"], 4, "permission denied"),
        (["find", "Job", "--env-file", "none"], 1, "cannot read 'none'"),
        (["find", "Job", "--profile", "none"], 1, "there is no profile 'none'"),
        (["find", "Job", "--profile", "../x"], 1, "is no name of a profile"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_goes_wrong_is_one_line_and_a_number(run, arguments, exit_code, said):
    code, out, talk = run(*arguments)
    assert (code, out) == (exit_code, "")
    assert talk.startswith("error: ")
    assert said in talk
    assert talk.count("\n") == 1 or "line 1, column" in talk


def test_wrong_key_is_not_allowed(run, monkeypatch):
    monkeypatch.setenv("ACCSYN_API_KEY", "wrong-key-of-mine")
    code, out, talk = run("whoami")
    assert (code, out) == (4, "")
    assert talk.startswith("error: login: ")
    assert "wrong-key-of-mine" not in talk


def test_nobody_signed_in_is_not_allowed_and_says_what_to_do(run_alone):
    code, out, talk = run_alone("find", "Job")
    assert (code, out) == (4, "")
    assert "accsyn-orm login" in talk


def test_nobody_answers_is_unavailable(run, monkeypatch):
    monkeypatch.setenv("ACCSYN_URL", "http://127.0.0.1:1")
    assert run("find", "Job")[0] == 7


def test_overload_is_unavailable(run, workspace):
    workspace.faults = Faults(1, ["unavailable"])
    code, _, talk = run("find", "Job")
    workspace.faults = None
    assert code == 7, talk


def test_somebody_else_was_faster_is_a_conflict(run, tmp_path):
    plan = run("update", "Queue WHERE code=low", "priority=5", "--dry-run", "--json")[1]
    (tmp_path / "plan.json").write_text(plan)
    queue = Queue.where(Queue.code == "low").one()
    queue.priority = 6
    queue.save()
    code, out, _ = run("apply", "plan.json", "--yes")
    assert code == 5, out
    assert queue.refresh().priority == 6


def test_whole_refusal_of_a_bulk_change_has_its_own_code(run):
    who = ["--env-file", ".env.employee", "--yes"]
    code, out, _ = run("update", "Queue WHERE code=low", "priority=5", *who)
    assert code == 4, out


def test_nothing_typed_shows_help(run_alone):
    code, out, talk = run_alone()
    assert (code, out) == (2, "")
    assert "Usage: accsyn-orm" in talk


def test_ctrl_c_at_a_question_is_interrupted(workspace):
    terminal = Terminal("login")
    terminal.wait_for("Workspace")
    terminal.interrupt()
    assert terminal.end() == 130
    assert terminal.plain.rstrip().endswith("interrupted")


# -- streams --------------------------------------------------------------------------------------


def test_reader_that_has_seen_enough_ends_it_quietly():
    script = (
        "import sys; sys.argv = ['accsyn-orm', 'find', 'Queue']\n"
        "from accsyn_orm import Queue\n"
        "from accsyn_orm.cli import lookup, main, records\n"
        "rows = (Queue(name='A' * 2000) for _ in range(10**6))\n"
        "lookup.find = lambda *_, **__: records.write_entities(Queue, rows, records.Form.JSONL)\n"
        "main()"
    )
    command = [sys.executable, "-W", "error", "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"{")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


NOBODY_READS = """
import os, sys
from accsyn_orm import Job, Queue, Session, User
from accsyn_orm.cli import execution, lookup, main

for line in sys.argv[1:]:
    reader, writer = os.pipe()
    os.close(reader)
    if not (child := os.fork()):
        os.dup2(writer, 1)
        sys.argv = ["accsyn-orm", *line.split()]
        main()
    os.close(writer)
    print(line, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.usefixtures("workspace")
def test_every_way_to_write_is_quiet_where_nobody_reads():
    quiet = [
        "--help",
        "whoami",
        "find Job -o table",
        "explain Job",
        "update Queue name=x --dry-run",
    ]
    codes = {**dict.fromkeys(quiet, 0), f"get Queue {NOBODY}": 3}
    command = [sys.executable, "-W", "error", "-c", NOBODY_READS, *codes]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == [f"{line} {code}" for line, code in codes.items()]
    assert [line[:6] for line in done.stderr.splitlines()] == ["error:"]


def test_terminal_sees_a_table_and_a_pipe_does_not(workspace):
    terminal = Terminal("find", "Queue", "--only", "code,status")
    assert terminal.end() == 0
    assert "┃" in terminal.seen
    assert "rows" in terminal.seen


def test_terminal_is_not_driven_by_what_the_workspace_holds(run):
    run("create", "Queue", "name=evil", "description=\x1b[2J\x9b2Jtext")
    for form in ("table", "json", "jsonl"):
        out = run("find", "Queue WHERE name=evil", "-o", form, "--only", "description")[1]
        assert "text" in out
        assert not {"\x1b", "\x9b"} & set(out)


def test_no_color_is_respected(workspace, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal("find", "Queue", "--only", "code")
    assert terminal.end() == 0
    assert "\x1b[3" not in terminal.seen
    assert "low" in terminal.seen


def test_rows_are_written_as_they_come(run, monkeypatch):
    from accsyn_orm.cli import records

    asked: list[int] = []
    rows = ({"n": asked.append(number) or number} for number in range(3))
    seen: list[tuple[str, int]] = []

    class Out(io.StringIO):
        def write(self, text: str) -> int:
            seen.append((text, len(asked)))
            return super().write(text)

    for form in (records.Form.JSONL, records.Form.CSV, records.Form.YAML, records.Form.JSON):
        asked.clear()
        seen.clear()
        rows = ({"n": asked.append(number) or number} for number in range(3))
        records.write_rows(rows, ("n",), form, Out())
        first = next(count for text, count in seen if "0" in text)
        assert first == 1, form


# Typer itself reads the options of a command with Pydantic.
@pytest.mark.parametrize(("command", "loaded"), [([], []), (["update"], ["pydantic"])])
def test_help_loads_no_library_that_it_has_no_use_for(command, loaded):
    script = (
        f"import sys; sys.argv = {['accsyn-orm', *command, '--help']}\n"
        "from accsyn_orm.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = ('rich', 'pydantic', 'requests', 'urllib3', 'lark', 'sqlalchemy', 'starlette',"
        " 'yaml', 'IPython', 'keyring', 'ssl', 'asyncio', 'accsyn_orm.session',"
        " 'accsyn_orm.entities')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr.strip() == str(loaded)
    assert done.stdout.startswith(f"Usage: {' '.join(['accsyn-orm', *command])} [OPTIONS]")


def test_explain_asks_nothing_and_says_what_it_would(run, run_alone, monkeypatch):
    text = "Job WHERE status=failed"
    code, out, _ = run("explain", text, "--limit", 5, "--skip", 1, "--only", "code", "--finished")
    assert (code, out.splitlines()[0]) == (0, text)
    assert "GET job/find" in out
    told = json.loads(run("explain", text, "--count", "--json")[1])
    assert (told["count"], told["generation"]) == (Job.parse(text).count(), "v3")
    for name in [name for name in os.environ if name.startswith("ACCSYN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ACCSYN_CONFIG_DIR", "nowhere")
    assert "in v1" in run_alone("explain", text)[1]
    assert run_alone("explain", text, "--count")[0] == 4
