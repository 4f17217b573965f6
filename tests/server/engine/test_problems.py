"""What goes wrong with jobs: it is told with a code, does no harm, and may be tried again."""

from __future__ import annotations

import errno

import pytest
from sqlalchemy import select

from accsyn_orm.server.engine.phases import Phases
from accsyn_orm.server.storage.store import insert_row
from accsyn_orm.server.storage.tables import ACLS, SHARES, TASKS, USERS, Scope

DOWNLOAD = {"source": "share=projects/a.mov", "destination": "/in/"}


@pytest.mark.behaviour("transfers/problems: a task that failed tells why")
@pytest.mark.behaviour("transfers/problems: a job fails when a task has, after all others ended")
def test_a_job_with_a_file_that_is_not_there_fails_after_all_others_moved(
    depot, admin, put, read_all
):
    put(depot.volume / "b", b"b")
    tasks = [{"source": f"share=projects/{name}", "destination": "/in/"} for name in ("a", "b")]
    job = admin.create("transfer", {"tasks": tasks})["id"]
    assert depot.run() == 0
    row = depot.job(job)
    assert (row["status"], row["scope"], row["progress"]) == ("failed", "active", 50)
    assert row["problem"] == "'share=projects/a' is not there (E#J001)"
    first, second = depot.tasks(job)
    assert (first["status"], first["problem"]) == ("failed", row["problem"])
    assert (second["status"], second["problem"]) == ("done", None)
    assert read_all(depot.computer("admin")) == {"in/b": b"b"}
    (entry,) = admin.call(
        "GET", "log/find", {"entitytype": "transfer", "search": "E#J001"}, ident=job
    )
    assert (entry["message"], entry["severity"]) == (row["problem"], "error")


def test_a_failed_job_can_be_retried(depot, admin, put, read_all):
    job = admin.create("transfer", DOWNLOAD)["id"]
    depot.run()
    assert depot.job(job)["status"] == "failed"
    put(depot.volume / "a.mov", b"now")
    admin.edit("transfer", job, status="waiting")
    depot.run()
    row = depot.job(job)
    assert (row["status"], row["progress"], row["problem"]) == ("done", 100, None)
    assert depot.tasks(job)[0]["problem"] is None
    assert read_all(depot.computer("admin")) == {"in/a.mov": b"now"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "failed"),
        ({"job_on_missing": "fail"}, "failed"),
        ({"job_on_missing": "ignore"}, "done"),
    ],
)
@pytest.mark.behaviour("transfers/settings: job_on_missing ignore leaves out what is not there")
def test_a_file_that_is_missing_can_be_ignored(depot, admin, put, settings, expected):
    put(depot.volume / "b", b"b")
    tasks = [{"source": f"share=projects/{name}", "destination": "/in/"} for name in ("a", "b")]
    job = admin.create("transfer", {"tasks": tasks, "settings": settings})["id"]
    depot.run()
    assert depot.job(job)["status"] == expected
    assert depot.tasks(job)[0]["status"] == {"failed": "failed", "done": "excluded"}[expected]


def test_ignoring_what_is_missing_ignores_nothing_else(depot, admin, put):
    put(depot.volume / "a.mov")
    put(depot.computer("admin") / "in", b"a file")
    job = admin.create("transfer", {**DOWNLOAD, "settings": {"job_on_missing": "ignore"}})["id"]
    depot.run()
    assert depot.job(job)["status"] == "failed"
    assert "E#J058" in depot.job(job)["problem"]


@pytest.mark.behaviour("transfers/settings: job_max_retries says how often a job runs again")
@pytest.mark.behaviour("transfers/settings: a failed job is not run again unless a setting says so")
@pytest.mark.behaviour("transfers/retry: a failed job runs again by itself as often as it may")
@pytest.mark.behaviour("transfers/retry: a failed job runs again by itself when its time has come")
@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, 0),
        ({"job_max_retries": "0"}, 0),
        ({"job_max_retries": "3"}, 180),
        ({"job_max_retries": "2", "job_autoretray_delay_s": "300"}, 600),
    ],
)
def test_a_failed_job_runs_again_by_itself(depot, admin, settings, expected):
    job = admin.create("transfer", {**DOWNLOAD, "settings": settings})["id"]
    assert depot.run() == expected
    row = depot.job(job)
    assert row["status"] == "failed"
    assert row["retries"] == int(settings.get("job_max_retries", 0))


def test_a_job_succeeds_when_it_runs_again(depot, admin, put, read_all):
    settings = {"job_max_retries": "5"}
    job = admin.create("transfer", {**DOWNLOAD, "settings": settings})["id"]
    depot.run(seconds=90)
    assert depot.job(job)["status"] == "failed"
    put(depot.volume / "a.mov", b"now")
    assert depot.run() == 30
    assert (depot.job(job)["status"], depot.job(job)["retries"]) == ("done", 2)
    assert read_all(depot.computer("admin")) == {"in/a.mov": b"now"}


def test_retrying_by_hand_starts_to_count_anew(depot, admin):
    settings = {"job_max_retries": "1"}
    job = admin.create("transfer", {**DOWNLOAD, "settings": settings})["id"]
    assert depot.run() == 60
    assert admin.edit("transfer", job, status="waiting")["status"] == "waiting"
    assert depot.run() == 60


def test_a_setting_that_makes_no_sense_fails_the_job(depot, admin, put):
    put(depot.volume / "a.mov")
    settings = {"transfer_speedlimit": "fast"}
    job = admin.create("transfer", {**DOWNLOAD, "settings": settings})["id"]
    depot.run()
    assert "transfer_speedlimit is a number, not 'fast' (E#J010)" in depot.job(job)["problem"]


@pytest.mark.parametrize("is_running", [False, True])
def test_a_job_whose_user_is_gone_fails(slow, admin, standard, put, is_running):
    put(slow.volume / "a.mov", 10_000)
    job = admin.create("transfer", DOWNLOAD)["id"]
    slow.set(USERS, admin.user_id, status="enabled")
    if is_running:
        slow.start()
        slow.step(seconds=1)
    with slow.studio.database.writing() as connection:
        users = USERS.table
        gone = users.update().where(users.c.id == admin.user_id)
        connection.execute(gone.values(scope=Scope.ARCHIVED.value))
    slow.step(seconds=1)
    row = slow.job(job)
    assert (row["status"], row["claimant"]) == ("failed", None)
    assert "E#J065" in row["problem"]
    assert slow.tasks(job)[0]["status"] == "failed"
    assert slow.run() == 0


@pytest.mark.behaviour("transfers/computers: the user's most recently online computer is used")
def test_a_job_waits_until_a_computer_is_online(depot, admin, put, read_all):
    put(depot.volume / "a.mov", b"a")
    code = depot.row_of_client("admin")["code"]
    depot.studio.service.connect("acmefilm", code, connected=False)
    depot.studio.clock.advance(seconds=16 * 60)
    job = admin.create("transfer", DOWNLOAD)["id"]
    assert depot.run() == 0
    row = depot.job(job)
    assert (row["status"], row["claimant"]) == ("waiting", None)
    assert "is not online (W#J050)" in row["problem"]
    entries = admin.call(
        "GET", "log/find", {"entitytype": "transfer", "search": "W#J050"}, ident=job
    )
    assert [entry["severity"] for entry in entries] == ["warning"]
    depot.studio.service.connect("acmefilm", code, connected=True)
    depot.run()
    assert depot.job(job)["status"] == "done"
    assert read_all(depot.computer("admin")) == {"in/a.mov": b"a"}


@pytest.mark.behaviour("transfers/paths: a right that was revoked fails what needs it next")
def test_a_right_that_is_revoked_stops_what_needs_it(depot, employee, put):
    put(depot.volume / "a.mov")
    with depot.studio.acting("employee") as call:
        volumes = select(SHARES.table.c.id).where(SHARES.table.c.default)
        volume = call.connection.scalars(volumes).one()
        values = {"entity": f"user:{employee.user_id}", "target": f"share:{volume}"}
        acl = insert_row(call, ACLS, {**values, "path": "/", "read": True, "write": False})
    job = employee.create("transfer", DOWNLOAD)["id"]
    depot.set(ACLS, acl, read=False)
    depot.run()
    row = depot.job(job)
    assert row["status"] == "failed"
    assert "there is no share 'projects' that employee@acmefilm.com may read" in row["problem"]


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "share=projects/../../secret",
        "share=projects/a/../../../secret",
        "a\x00b",
    ],
)
def test_a_path_that_leads_elsewhere_fails_and_touches_nothing(depot, admin, put, tmp_path, path):
    put(tmp_path / "secret", b"secret")
    put(depot.volume / "a.mov")
    job = admin.create("transfer", DOWNLOAD)["id"]
    (task,) = depot.tasks(job)
    # Nobody can submit such a task; should one be there all the same, it is refused again.
    for end in ("source", "destination"):
        document = {**task[end], "path": path.replace("\x00", "\x1f")}
        depot.set(TASKS, task["id"], **{end: document, "status": "queued", "problem": None})
        admin.edit("transfer", job, status="waiting")
        depot.run()
        assert depot.job(job)["status"] == "failed"
        depot.set(TASKS, task["id"], **{end: task[end]})
    assert not (tmp_path / "etc").exists()
    assert (tmp_path / "secret").read_bytes() == b"secret"


def test_a_job_that_crashes_fails_and_lets_the_others_run(depot, admin, put, monkeypatch, caplog):
    for name in ("a.mov", "b.mov"):
        put(depot.volume / name)
    jobs = [
        admin.create("transfer", {"source": f"share=projects/{name}", "destination": "/in/"})["id"]
        for name in ("a.mov", "b.mov")
    ]
    start = Phases._start

    def crash(self, run, now):
        if run.job["name"] == "a.mov":
            raise PermissionError(errno.EACCES, "something nobody thought of", "/srv/secret")
        return start(self, run, now)

    monkeypatch.setattr(Phases, "_start", crash)
    depot.run()
    assert [depot.job(job)["status"] for job in jobs] == ["failed", "done"]
    problem = "the engine failed: a disk cannot be accessed: the disk does not permit it (E#J020)"
    assert depot.job(jobs[0])["problem"] == problem
    assert "something nobody thought of" in caplog.text


def test_a_disk_that_is_out_of_order_keeps_no_other_job(depot, admin, employee, put):
    put(depot.volume / "a.mov")
    depot.studio.share_projects("employee")
    jobs = [client.create("transfer", DOWNLOAD)["id"] for client in (employee, admin)]
    # A file where the computer's disk should be: no directory can be made there.
    put(depot.studio.roots.base / "computers" / depot.client_id("employee"), b"")
    depot.run()
    assert [depot.job(job)["status"] for job in jobs] == ["failed", "done"]
    shown = f"'computers/{depot.client_id('employee')}' is not a folder (E#J057)"
    assert depot.job(jobs[0])["problem"] == shown


def test_a_job_that_is_over_is_cleaned_up_though_its_disk_is_out_of_order(slow, admin, put):
    put(slow.volume / "a.mov", 10_000)
    job = admin.create("transfer", DOWNLOAD)["id"]
    slow.start()
    root = slow.computer("admin")
    admin.edit("transfer", job, status="aborted")
    root.rename(root.with_name("elsewhere"))
    root.write_bytes(b"")
    slow.run()
    assert slow.job(job)["scheduled"] is None


@pytest.mark.behaviour("transfers/life: a task that is a placeholder is done when it is measured")
def test_a_placeholder_among_other_tasks_is_done_and_moves_nothing(depot, admin, put, read_all):
    put(depot.volume / "a.mov", b"a")
    tasks = [
        {"source": "share=projects/a.mov", "destination": "/in/"},
        {"source": "share=projects/nothing", "destination": f"{admin.username}:null"},
    ]
    job = admin.create("transfer", {"tasks": tasks})["id"]
    depot.run()
    assert depot.job(job)["status"] == "done"
    assert [(task["status"], task["size"]) for task in depot.tasks(job)] == [
        ("done", 1),
        ("done", 0),
    ]
    assert read_all(depot.computer("admin")) == {"in/a.mov": b"a"}
