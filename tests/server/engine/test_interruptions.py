"""Jobs that are paused, aborted, retried, taken over: nothing is lost, nothing arrives half."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from accsyn_orm.server.context import wire_time
from accsyn_orm.server.disk.inside import DRAFT_PREFIX
from accsyn_orm.server.engine.engine import Engine
from accsyn_orm.server.engine.phases import Phases
from accsyn_orm.server.engine.thread import EngineThread
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.tables import QUEUES, SHARES, USERS

DOWNLOAD = {"source": "share=projects/a.mov", "destination": "/in/"}


@pytest.fixture
def half(slow, admin, put):
    """Give a job that has moved 4 of 10 kilobytes, and its content."""
    content = put(slow.volume / "a.mov", 10_000).read_bytes()
    job = admin.create("transfer", DOWNLOAD)["id"]
    slow.start()
    slow.step(seconds=4)
    assert slow.job(job)["progress"] == 40
    return job, content


def arrived(depot):
    return depot.computer("admin") / "in" / "a.mov"


def drafts(depot):
    return [path.name for path in depot.computer("admin").rglob(f"{DRAFT_PREFIX}*")]


@pytest.mark.behaviour(
    "transfers/life: pausing, aborting and disabling take effect while bytes move"
)
def test_a_paused_job_stands_still_and_goes_on_where_it_was(slow, admin, half):
    job, content = half
    admin.edit("transfer", job, status="paused")
    slow.step(seconds=60)
    row = admin.get("transfer", job)
    assert (row["status"], row["progress"], row["speed"], row["etr"]) == ("paused", 40, -1.0, "")
    assert slow.tasks(job)[0]["status"] == "queued"
    assert slow.run() == 0
    assert not arrived(slow).exists()
    admin.edit("transfer", job, status="waiting")
    assert slow.run() == 6
    assert arrived(slow).read_bytes() == content
    assert drafts(slow) == []


def test_a_job_that_is_paused_and_resumed_between_two_steps_goes_on(slow, admin, half):
    job, content = half
    admin.edit("transfer", job, status="paused")
    admin.edit("transfer", job, status="waiting")
    assert slow.run() == 6
    assert arrived(slow).read_bytes() == content


@pytest.mark.behaviour("transfers/copying: an aborted job leaves nothing half done behind")
@pytest.mark.parametrize("is_paused", [False, True])
def test_an_aborted_job_leaves_nothing_behind(slow, admin, half, is_paused):
    job, _ = half
    if is_paused:
        admin.edit("transfer", job, status="paused")
        slow.step()
    assert len(drafts(slow)) == 1
    admin.edit("transfer", job, status="aborted")
    slow.step()
    assert (drafts(slow), arrived(slow).exists()) == ([], False)
    assert (slow.job(job)["claimant"], slow.job(job)["scheduled"]) == (None, None)
    assert slow.tasks(job)[0]["status"] == "queued"
    assert slow.run() == 0


def test_an_aborted_job_leaves_nothing_behind_in_a_tree(slow, admin, put):
    put(slow.volume / "x" / "deep" / "a", 10_000)
    job = admin.create("transfer", {"source": "share=projects/x", "destination": "/in/"})
    slow.start()
    slow.step(seconds=4)
    assert len(drafts(slow)) == 1
    admin.edit("transfer", job["id"], status="aborted")
    slow.step()
    assert drafts(slow) == []


def test_a_deleted_job_leaves_nothing_behind(slow, admin, half):
    job, _ = half
    admin.delete("transfer", job)
    slow.step()
    assert drafts(slow) == []


def test_an_aborted_job_can_be_retried(slow, admin, half):
    job, content = half
    admin.edit("transfer", job, status="aborted")
    slow.step()
    admin.edit("transfer", job, status="waiting")
    assert slow.run() == 10
    assert arrived(slow).read_bytes() == content


def test_a_job_that_somebody_declares_done_stops(slow, admin, half):
    job, _ = half
    admin.edit("transfer", job, status="done")
    slow.step(seconds=1)
    assert slow.job(job)["status"] == "done"
    assert (drafts(slow), arrived(slow).exists()) == ([], False)


def test_a_job_that_is_done_runs_again_when_it_is_retried(slow, admin, half, put):
    job, _ = half
    slow.run()
    content = put(slow.volume / "a.mov", 2_000).read_bytes()
    assert admin.edit("transfer", job, status="waiting")["progress"] == 0
    assert slow.run() == 2
    assert arrived(slow).read_bytes() == content


def test_a_task_put_on_hold_stops_and_the_others_go_on(slow, admin, put, half, read_all):
    job, content = half
    put(slow.volume / "b", b"b" * 1_000)
    admin.create("task", {"tasks": {"source": "share=projects/b", "destination": "/in/"}}, job)
    first, second = slow.tasks(job)
    admin.edit("task", first["id"], status="onhold")
    assert slow.run() == 1
    assert [task["status"] for task in slow.tasks(job)] == ["onhold", "done"]
    assert slow.job(job)["status"] == "paused"
    assert "in/b" in read_all(slow.computer("admin"))
    admin.edit("transfer", job, status="waiting")
    assert slow.run() == 6
    assert arrived(slow).read_bytes() == content
    assert second["id"] in {task["id"] for task in slow.tasks(job)}


@pytest.mark.parametrize("what", ["queue", "user", "share"])
@pytest.mark.behaviour("transfers/order: jobs of a queue that is paused wait")
@pytest.mark.behaviour("transfers/parties: a job waits while a user it belongs to is disabled")
@pytest.mark.behaviour("transfers/paths: a job waits while a share it uses is not enabled")
@pytest.mark.behaviour("transfers/problems: a job tells what keeps it waiting, until it goes on")
def test_a_job_stops_when_what_it_needs_is_switched_off(slow, admin, half, what):
    job, content = half
    volume = slow.row(SHARES, slow_share(slow))
    entity, ident, off, on, code = {
        "queue": (QUEUES, slow.job(job)["queue"], "paused", "waiting", "W#J067"),
        "user": (USERS, admin.user_id, "disabled", "enabled", "E#J051"),
        "share": (SHARES, volume["id"], "disabled", "enabled", "W#J055"),
    }[what]
    slow.set(entity, ident, status=off)
    slow.step(seconds=1)
    assert slow.job(job)["status"] == "waiting"
    assert code in slow.job(job)["problem"]
    assert slow.run() == 0
    slow.set(entity, ident, status=on)
    assert slow.run() == 6
    assert slow.job(job)["problem"] is None
    assert arrived(slow).read_bytes() == content


def slow_share(depot):
    with depot.studio.database.reading() as connection:
        return connection.scalars(select(SHARES.table.c.id).where(SHARES.table.c.default)).one()


@pytest.mark.behaviour("transfers/computers: a job waits while its computer is not online")
def test_a_job_waits_while_its_computer_is_offline(slow, admin, half):
    job, content = half
    code = slow.row_of_client("admin")["code"]
    slow.studio.service.connect("acmefilm", code, connected=False)
    slow.step(seconds=16 * 60)
    assert "W#J050" in slow.job(job)["problem"]
    assert (slow.job(job)["status"], arrived(slow).exists()) == ("waiting", False)
    slow.studio.service.connect("acmefilm", code, connected=True)
    slow.run()
    assert arrived(slow).read_bytes() == content


# -- crashes and other processes ------------------------------------------------------------------


@pytest.mark.parametrize("steps", range(5))
@pytest.mark.behaviour("transfers/claims: a job of a process that died is taken over")
def test_a_job_goes_on_when_its_process_dies_after_any_step(slow, admin, put, read_all, steps):
    content = put(slow.volume / "a.mov", 10_000).read_bytes()
    job = admin.create("transfer", DOWNLOAD)["id"]
    for _ in range(steps):
        slow.step(seconds=1)
    # Nobody closes this engine: it is gone.
    slow.engine = slow.engine_with(bandwidth=0.001)
    slow.step(seconds=1)
    if steps:
        assert slow.job(job)["claimant"] is not None
        slow.step(seconds=61)
    slow.run()
    assert slow.job(job)["status"] == "done"
    assert read_all(slow.computer("admin")) == {"in/a.mov": content}


def test_nothing_is_copied_twice_when_a_process_dies(slow, admin, half):
    job, content = half
    slow.engine = slow.engine_with(bandwidth=0.001)
    slow.step(seconds=61)
    assert slow.run() == 6
    assert arrived(slow).read_bytes() == content
    assert slow.job(job)["status"] == "done"


@pytest.mark.behaviour("transfers/claims: jobs of a server that is stopped wait for another one")
def test_a_server_that_is_stopped_leaves_its_jobs_at_once(slow, admin, half):
    job, content = half
    slow.engine.close()
    assert (slow.job(job)["status"], slow.job(job)["claimant"]) == ("waiting", None)
    slow.engine = slow.engine_with(bandwidth=0.001)
    assert slow.run() == 6
    assert arrived(slow).read_bytes() == content


def test_a_process_that_lost_its_job_lets_it_go(slow, admin, half):
    job, content = half
    first, second = slow.engine, slow.engine_with(bandwidth=0.001)
    slow.studio.clock.advance(seconds=61)
    second.step(slow.studio.clock())
    assert slow.job(job)["claimant"] != first._claims.claimant
    first.step(slow.studio.clock())
    slow.engine = second
    slow.run()
    assert arrived(slow).read_bytes() == content
    assert slow.job(job)["status"] == "done"


@pytest.mark.parametrize("phase", ["_measure", "_start", "_move"])
def test_what_a_job_became_meanwhile_is_not_overwritten(slow, admin, put, monkeypatch, phase):
    put(slow.volume / "a.mov", 10_000)
    job = admin.create("transfer", DOWNLOAD)["id"]
    route = Phases._routes

    def pausing(self, run, tasks, now):
        if run.job["status"] == {"_measure": "init", "_start": "waiting"}.get(phase, "running"):
            admin.edit("transfer", job, status="paused")
        return route(self, run, tasks, now)

    monkeypatch.setattr(Phases, "_routes", pausing)
    for _ in range(6):
        slow.step(seconds=1)
    assert slow.job(job)["status"] == "paused"
    assert slow.job(job)["claimant"] is None
    assert not arrived(slow).exists()


@pytest.mark.behaviour("transfers/claims: one process runs a job, however many there are")
def test_two_engines_at_once_never_run_one_job_twice(studio, depot, admin, put, read_all):
    names = [f"{number:02}" for number in range(24)]
    for name in names:
        put(depot.volume / name, name.encode() * 500)
        ends = {"source": f"share=projects/{name}", "destination": "/in/"}
        admin.create("transfer", ends)
    begun: Counter[str] = Counter()
    begin = Phases._start

    def counting(self, run, now):
        begun[run.job["name"]] += 1
        return begin(self, run, now)

    engines = [Engine(studio.database, studio.roots) for _ in range(3)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Phases, "_start", counting)
        threads = [
            threading.Thread(target=_work, args=(engine, studio.clock)) for engine in engines
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    assert begun == dict.fromkeys(names, 1)
    assert len(read_all(depot.computer("admin"))) == len(names)
    assert admin.find("transfer") == []


def _work(engine, clock):
    idle = 0
    while idle < 20:
        idle = 0 if engine.step(clock()) else idle + 1
    engine.close()


def test_a_thread_runs_jobs_until_it_is_stopped(studio, depot, admin, put):
    content = put(depot.volume / "a.mov", 100_000).read_bytes()
    thread = EngineThread(depot.engine, studio.clock)
    thread.start()
    job = admin.create("transfer", DOWNLOAD)["id"]
    waited = threading.Event()
    for _ in range(500):
        if depot.job(job)["status"] == "done":
            break
        waited.wait(0.02)
    thread.stop()
    assert not thread.is_alive
    assert arrived(depot).read_bytes() == content


def test_a_thread_goes_on_after_a_step_that_went_wrong(
    studio, depot, admin, put, monkeypatch, caplog
):
    put(depot.volume / "a.mov")
    wrong = threading.Event()
    step = Engine.step

    def once_wrong(self, now):
        if not wrong.is_set():
            wrong.set()
            raise OSError("the disk is away")
        return step(self, now)

    monkeypatch.setattr(Engine, "step", once_wrong)
    monkeypatch.setattr("accsyn_orm.server.engine.thread.PAUSE_AFTER_TROUBLE", 0.01)
    thread = EngineThread(depot.engine, studio.clock)
    job = admin.create("transfer", DOWNLOAD)["id"]
    thread.start()
    for _ in range(500):
        if depot.job(job)["status"] == "done":
            break
        threading.Event().wait(0.02)
    thread.stop()
    assert depot.job(job)["status"] == "done"
    assert "a step of the transfer engine failed" in caplog.text


@pytest.mark.behaviour("transfers/claims: a job that takes long to measure is not taken over")
def test_a_thread_keeps_its_claims_while_a_step_takes_long(
    studio, depot, admin, put, monkeypatch, caplog
):
    put(depot.volume / "a.mov")
    monkeypatch.setattr("accsyn_orm.server.engine.thread.RENEWED_EVERY", 0.01)
    measures, may_go_on, sizes = threading.Event(), threading.Event(), Phases._sizes

    def take_long(self, run, now):
        measures.set()
        may_go_on.wait(20)
        return sizes(self, run, now)

    renew, trouble = Engine.renew_claims, [OSError("the database is away")]

    def once_wrong(self, now):
        if trouble:
            raise trouble.pop()
        renew(self, now)

    monkeypatch.setattr(Phases, "_sizes", take_long)
    monkeypatch.setattr(Engine, "renew_claims", once_wrong)
    job = admin.create("transfer", DOWNLOAD)["id"]
    thread = EngineThread(depot.engine, studio.clock)
    thread.start()
    try:
        assert measures.wait(20)
        claimant = depot.job(job)["claimant"]
        studio.clock.advance(seconds=600)
        renewed = wire_time(studio.clock())
        for _ in range(500):
            if depot.job(job)["claimed"] == renewed:
                break
            threading.Event().wait(0.02)
        other = depot.engine_with()
        other.step(studio.clock())
        assert (depot.job(job)["claimant"], depot.job(job)["status"]) == (claimant, "init")
    finally:
        may_go_on.set()
        thread.stop()
    assert "the claims of the transfer engine could not be renewed" in caplog.text


def test_a_thread_that_was_not_started_can_be_stopped(studio, depot):
    EngineThread(depot.engine, studio.clock).stop()


def test_a_job_that_runs_cannot_be_changed_into_nonsense(slow, admin, half):
    job, _ = half
    with pytest.raises(Refusal):
        admin.edit("transfer", job, status="running")
    slow.step(seconds=1)
    assert slow.job(job)["progress"] == 50


def test_a_claim_is_renewed_while_nothing_else_changes(studio, depot, admin, put):
    put(depot.volume / "a.mov", 10_000)
    job = admin.create("transfer", {**DOWNLOAD, "settings": {"transfer_speedlimit": "0"}})["id"]
    depot.start()
    before = depot.job(job)["claimed"]
    depot.step(seconds=timedelta(minutes=2).total_seconds())
    assert depot.job(job)["claimed"] > before
    assert depot.run() == 0
