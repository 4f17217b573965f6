"""Writes whose answer got lost: looked after, and done once, on a real workspace."""

from __future__ import annotations

import copy
import json
import pickle
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from accsyn_orm import AccsynPath, Job, Queue, Session
from accsyn_orm.errors import (
    AccsynError,
    AmbiguousOutcomeError,
    BackendError,
    EntityValidationError,
)
from accsyn_orm.pacing.hurry import no_waiting
from accsyn_orm.session.findings import has_all, of_creation, of_move, of_update
from accsyn_orm.session.retrying import Verdict
from accsyn_orm.testing import EmbeddedWorkspace, Fault, ManualClock

LOST_ANSWERS = (Fault.DROP, Fault.CUT, Fault.CRASH)
LOST_REQUESTS = (Fault.RESET, Fault.UNAVAILABLE)
BEGAN = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
LONG_AGO = BEGAN - timedelta(seconds=1)
AFTER = BEGAN + timedelta(seconds=1)


class Script:
    """Faults for the next calls, one after the other; then none."""

    retry_after = 0

    def __init__(self, *faults: Fault | None) -> None:
        self._faults = list(faults)

    def draw(self) -> Fault | None:
        return self._faults.pop(0) if self._faults else None


@pytest.fixture(scope="module")
def workspace() -> Iterator[EmbeddedWorkspace]:
    with EmbeddedWorkspace(clock=ManualClock(datetime.now(timezone.utc))) as running:
        yield running


@pytest.fixture(params=["v3", "v1"])
def session(request, workspace) -> Iterator[Any]:
    with no_waiting(), workspace.session(protocol=request.param) as session:
        session.login()
        yield session
        workspace.faults = None


@pytest.fixture
def v3(workspace) -> Iterator[Any]:
    with no_waiting(), workspace.session() as session:
        session.login()
        yield session
        workspace.faults = None


@pytest.fixture
def losing(workspace):
    """Lose the next calls so."""

    def losing(*faults: Fault | None) -> None:
        workspace.faults = Script(*faults)

    return losing


@pytest.fixture
def queue(session) -> str:
    code = f"q{datetime.now(timezone.utc):%H%M%S%f}"
    return session.create("queue", {"code": code})["id"]


@pytest.mark.parametrize("fault", [*LOST_ANSWERS, *LOST_REQUESTS])
def test_lost_deletion_is_a_deletion(session, queue, losing, fault):
    losing(fault)
    assert session.delete_one("queue", queue)
    assert not session.find(f"Queue WHERE id={queue}")


def test_deletion_that_is_refused_at_last_is_not_taken_for_one(session, losing):
    losing(Fault.RESET)
    busy = next(q for q in session.find("Queue") if q.get("default"))
    with pytest.raises(BackendError):
        session.delete_one("queue", busy["id"])


@pytest.mark.parametrize("fault", LOST_ANSWERS)
def test_lost_change_that_was_made_is_a_change(session, queue, losing, fault):
    losing(fault)
    changed = session.update("queue", queue, {"description": "lost", "priority": 77})
    assert (changed["id"], changed["priority"]) == (queue, 77)


def test_lost_change_is_made_once_more_only_when_nobody_else_can_have_changed_it(
    session, queue, losing, workspace
):
    losing(Fault.RESET)
    with pytest.raises(AmbiguousOutcomeError, match="read it back") as caught:
        session.update("queue", queue, {"priority": 78})
    assert caught.value.operation_class == "set-state"
    assert session.get_entity("queue", queue)["priority"] != 78


@pytest.mark.parametrize("fault", [*LOST_ANSWERS, *LOST_REQUESTS])
def test_lost_creation_with_a_unique_code_is_one(session, losing, fault):
    code = f"c{datetime.now(timezone.utc):%H%M%S%f}"
    losing(fault)
    made = session.create("queue", {"code": code, "priority": 500})
    assert (made["code"], made["priority"]) == (code, 500)
    assert len(session.find(f"Queue WHERE code={code}")) == 1


@pytest.mark.parametrize(
    ("is_done", "verdict", "priority"), [(True, "done", 79), (False, "unknown", None)]
)
def test_ambiguous_change_can_be_looked_at_later(
    session, queue, losing, is_done, verdict, priority
):
    losing(Fault.RESET, *[Fault.RESET] * 4)  # of the change, and of looking
    with pytest.raises(AmbiguousOutcomeError) as caught:
        session.update("queue", queue, {"priority": 79})
    losing(*[Fault.RESET] * 4)
    with pytest.raises(AccsynError):
        caught.value.reconcile()
    if is_done:
        session.update("queue", queue, {"priority": 79})  # as the late request would
    assert caught.value.reconcile() == verdict
    found = session.get_entity("queue", queue)["priority"]
    assert (found == 79) is is_done


def test_ambiguous_deletion_can_be_looked_at_later(session, queue, losing):
    losing(*[Fault.RESET] * 9)
    with pytest.raises(AmbiguousOutcomeError) as caught:
        session.delete_one("queue", queue)
    losing()
    assert caught.value.reconcile() == "undone"
    assert session.delete_one("queue", queue)
    assert caught.value.reconcile() == "done"


def test_candidates_are_those_that_are_there_later(session, queue, losing):
    code = session.get_entity("queue", queue)["code"]
    losing(Fault.CRASH, *[Fault.RESET] * 4)
    with pytest.raises(AmbiguousOutcomeError) as caught:
        session.create("queue", {"code": code, "priority": 123})
    assert caught.value.candidates == ()
    losing()
    assert caught.value.reconcile() == "unknown"
    assert caught.value.candidates == (queue,)


def test_error_of_what_leaves_nothing_to_look_for_is_unknown_for_good(v3, losing):
    losing(Fault.RESET)
    with pytest.raises(AmbiguousOutcomeError) as caught:
        v3.create("stream", {"name": "lost for good", "recipients": ["lisa@example.com"]})
    assert caught.value.reconcile() == "unknown"


def test_error_that_goes_to_another_process_leaves_the_session_behind(session, queue, losing):
    losing(*[Fault.RESET] * 9)
    with pytest.raises(AmbiguousOutcomeError) as caught:
        session.delete_one("queue", queue)
    losing()
    for sent in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert (str(sent), sent.eid) == (str(caught.value), caught.value.eid)
        assert sent.reconcile() == "unknown"


def test_somebody_elses_is_not_taken_for_ones_own(session, queue, losing):
    code = session.get_entity("queue", queue)["code"]
    losing(Fault.CRASH)  # of a refusal
    with pytest.raises(AmbiguousOutcomeError, match="look whether it is yours") as caught:
        session.create("queue", {"code": code, "priority": 123})
    assert caught.value.candidates == (queue,)


@pytest.mark.parametrize("fault", [*LOST_ANSWERS, *LOST_REQUESTS])
def test_lost_creation_without_a_unique_code_is_ambiguous(v3, losing, fault):
    before = len(v3.find("Stream WHERE name=lost"))
    losing(fault)
    with pytest.raises(AmbiguousOutcomeError) as caught:
        v3.create("stream", {"name": "lost", "recipients": ["lisa@example.com"]})
    assert caught.value.operation == "stream/create"
    assert len(v3.find("Stream WHERE name=lost")) - before == (fault in LOST_ANSWERS)


@pytest.mark.parametrize("fault", [*LOST_ANSWERS, *LOST_REQUESTS])
def test_lost_end_and_return_of_a_user_are_settled(v3, losing, fault):
    user = v3.find_one("User WHERE code=kim@vendor.com")["id"]
    losing(fault)
    assert v3.deactivate_one("user", user)
    assert v3.find(f"User WHERE id={user}", inactive=True)
    losing(fault)
    assert v3.activate_one("user", user)
    assert v3.find(f"User WHERE id={user}")


@pytest.mark.parametrize("fault", LOST_ANSWERS)
def test_lost_setting_that_was_set_is_set(session, losing, fault):
    arguments = ("workspace", "job_max_retries", "7")
    losing(fault)
    assert session.set_setting(*arguments)
    losing(Fault.RESET)
    with pytest.raises(AmbiguousOutcomeError):
        session.set_setting("workspace", "job_max_retries", "8")


@pytest.mark.parametrize("fault", LOST_ANSWERS)
def test_setting_that_was_taken_away_is_gone(v3, losing, fault):
    v3.set_setting("workspace", "job_max_retries", "7")
    losing(fault)
    try:
        assert v3.delete_setting("workspace", "job_max_retries")
    except AmbiguousOutcomeError:
        # What is left is a default: nobody can tell it from a value that was set.
        assert v3.get_setting("job_max_retries") != "7"


@pytest.mark.parametrize("fault", [*LOST_ANSWERS, *LOST_REQUESTS])
def test_lost_work_on_files_is_done_once(session, losing, workspace, fault):
    root = workspace.volume("projects")
    name = f"f{datetime.now(timezone.utc):%H%M%S%f}"
    losing(fault)
    assert session.mkdir(f"volume=projects/{name}")
    assert (root / name).is_dir()
    losing(fault)
    assert session.rename(f"volume=projects/{name}", f"volume=projects/{name}b")
    assert not (root / name).exists()
    losing(fault)
    assert session.mv(f"volume=projects/{name}b", f"volume=projects/{name}c")
    assert (root / f"{name}c").is_dir()
    losing(fault)
    assert session.delete(f"volume=projects/{name}c")
    assert not (root / f"{name}c").exists()


@pytest.mark.parametrize("fault", LOST_ANSWERS)
def test_lost_work_on_files_is_looked_at_by_the_path_that_was_sent(session, losing, fault):
    # Text would be refused: only a path that was read relaxed is written so.
    path = AccsynPath.parse(f"volume=projects//r{session.protocol}{fault.value}", strict=False)
    losing(fault)
    assert session.mkdir(path)
    losing(fault)
    assert session.delete(path)


@pytest.mark.parametrize("fault", [*LOST_ANSWERS, *LOST_REQUESTS])
def test_lost_work_on_several_files_is_done_once(v3, losing, workspace, fault):
    root = workspace.volume("projects")
    names = [f"volume=projects/{letter}{fault.value}" for letter in "ab"]
    losing(fault)
    assert v3.mkdir(names)
    losing(fault)
    assert v3.delete(names)
    assert not (root / f"a{fault.value}").exists()


@pytest.mark.parametrize("fault", [*LOST_ANSWERS, *LOST_REQUESTS])
def test_lost_access_is_granted_and_revoked_once(v3, losing, fault):
    user = v3.find_one("User WHERE role=standard")["code"]
    target = ("volume", "projects")
    options = {"read": True, "write": False, "path": "/lost", "notify": False}
    losing(None, None, fault)  # two look-ups of ids come first
    acl = v3.grant("user", user, *target, options)
    assert acl["path"] == "lost"
    rows = [row for row in v3.access(*target) if row["path"] == "lost"]
    assert len(rows) == 1
    losing(None, None, None, fault)
    assert v3.revoke("user", user, *target) >= 1
    assert not [row for row in v3.access(*target) if row["path"] == "lost"]


@pytest.mark.parametrize("fault", [*LOST_ANSWERS, *LOST_REQUESTS])
def test_lost_assignment_of_a_server_is_settled(v3, losing, fault):
    volume = v3.find_one("Volume")
    server = v3.assignments("volume", volume["id"])[0]["id"]
    given = {"volume": volume["id"], "server": server}
    losing(fault)
    assert v3.deassign("volume", "server", given)
    assert not v3.assignments("volume", volume["id"])
    losing(fault)
    assert v3.assign("volume", "server", given)
    assert v3.assignments("volume", volume["id"])[0]["id"] == server


def test_looking_ends_with_the_time_of_the_call(workspace, losing):
    given = workspace.credentials()
    with Session(
        given.workspace, given.username, given.api_key, url=workspace.url, timeout=1
    ) as session:
        session.login()
        losing(Fault.RESET)
        started = time.monotonic()
        with pytest.raises(AmbiguousOutcomeError):
            session.create("queue", {"code": "looked for"})
        assert time.monotonic() - started < 1.25
    workspace.faults = None


def test_several_tasks_are_changed_once(v3, losing):
    job = v3.find_one("Job")["id"]
    tasks = v3.find("Task", job)
    sent = [{"id": task["id"], "metadata": {"seen": True}} for task in tasks[:2]]
    losing(Fault.DROP)
    changed = v3.update_many("task", job, sent)
    assert [task["metadata"] for task in changed] == [{"seen": True}] * len(sent)


def test_host_that_remembers_ids_settles_all_of_it(workspace, losing):
    credentials = workspace.credentials()

    with (
        no_waiting(),
        Session(
            credentials.workspace,
            credentials.username,
            credentials.api_key,
            url=workspace.url,
            deduplicates=True,
        ) as session,
    ):
        session.login()
        for number, fault in enumerate((*LOST_ANSWERS, *LOST_REQUESTS)):
            losing(fault)
            name = f"once{number}"
            made = session.create("stream", {"name": name, "recipients": ["lisa@example.com"]})
            workspace.faults = None
            assert [s["id"] for s in session.find(f"Stream WHERE name={name}")] == [made["id"]]


@pytest.mark.parametrize("fault", LOST_REQUESTS)
def test_lost_change_of_what_rested_is_made_once_more(fault):
    clock = ManualClock(datetime.now(timezone.utc) - timedelta(minutes=1))
    with EmbeddedWorkspace(clock=clock) as workspace, workspace.session() as session:
        queue = session.create("queue", {"code": "rested"})["id"]
        clock.advance(seconds=60)
        session.find("Queue")  # whose answer tells the time
        workspace.faults = Script(fault)
        assert session.update("queue", queue, {"priority": 79})["priority"] == 79


@pytest.mark.parametrize("fault", LOST_REQUESTS)
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_lost_change_of_an_entity_that_is_as_it_was_is_made_once_more(fault, protocol):
    with (
        EmbeddedWorkspace() as workspace,
        no_waiting(),
        workspace.session("admin", protocol) as session,
    ):
        queue = Queue(name="young", priority=5).save(session=session)
        workspace.faults = Script(fault)
        queue.priority = 79
        queue.save()
        assert session.find_one(f"Queue WHERE id={queue.id}")["priority"] == 79


@pytest.mark.parametrize("fault", LOST_REQUESTS)
def test_lost_action_on_a_job_that_is_as_it_was_is_made_once_more(fault):
    with EmbeddedWorkspace() as workspace, no_waiting(), workspace.session() as session:
        job = session.query(Job).where(Job.status == "waiting").first()
        job.pause()
        job.resume()
        workspace.faults = Script(fault)
        job.pause()
        assert job.status == "paused"


@pytest.mark.parametrize("fault", LOST_REQUESTS)
def test_lost_change_of_an_entity_that_others_changed_is_told(fault):
    with EmbeddedWorkspace() as workspace, no_waiting(), workspace.session() as session:
        queue = Queue(name="young", priority=5).save(session=session)
        session.update("queue", queue.id, {"priority": 6})
        workspace.faults = Script(fault)
        queue.priority = 79
        with pytest.raises(AmbiguousOutcomeError):
            queue.save()
        assert session.find_one(f"Queue WHERE id={queue.id}")["priority"] == 6


@pytest.mark.parametrize("fault", LOST_ANSWERS)
def test_lost_change_that_was_done_and_taken_back_is_told(fault, monkeypatch):
    clock = ManualClock(datetime.now(timezone.utc))
    with EmbeddedWorkspace(clock=clock) as workspace, no_waiting(), workspace.session() as session:
        queue = Queue(name="young", priority=5).save(session=session)
        look = session.get_entity

        def taken_back(*asked):
            clock.advance(seconds=2)
            with workspace.session() as other:
                other.update("queue", queue.id, {"priority": 5})
            return look(*asked)

        monkeypatch.setattr(session, "get_entity", taken_back)
        workspace.faults = Script(fault)
        queue.priority = 79
        with pytest.raises(AmbiguousOutcomeError):
            queue.save()
        assert look("queue", queue.id)["priority"] == 5


def test_what_was_before_is_a_dictionary_that_is_copied(v3, losing):
    made = v3.create("queue", {"code": f"copied{time.monotonic_ns()}", "priority": 5})
    with pytest.raises(EntityValidationError, match="queue"):
        v3.update("queue", made["id"], {"priority": 6}, before=[("priority", 5)])
    before = {"priority": 5, "modified": made["modified"]}
    losing(*[Fault.RESET, None] * 3)
    with pytest.raises(AmbiguousOutcomeError) as caught:
        v3.update("queue", made["id"], {"priority": 6}, before=before)
    before.clear()
    assert caught.value.reconcile() == "undone"


# -- the decisions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        (None, Verdict.UNKNOWN),
        ({"a": 1, "modified": BEGAN}, Verdict.DONE),
        ({"a": 1}, Verdict.DONE),
        ({"a": 2, "modified": LONG_AGO}, Verdict.UNDONE),
        ({"a": 2}, Verdict.UNKNOWN),
    ],
)
def test_change_is_undone_only_when_it_was_last_touched_long_ago(record, verdict):
    assert of_update(record, {"a": 1}, BEGAN).verdict is verdict


@pytest.mark.parametrize(
    ("record", "before", "verdict"),
    [
        ({"a": 2, "b": 3, "modified": BEGAN}, {"a": 2, "b": 3, "modified": BEGAN}, Verdict.UNDONE),
        ({"a": 2, "b": 3, "modified": BEGAN}, {"a": 2, "modified": BEGAN}, Verdict.UNKNOWN),
        ({"a": 2, "b": 3, "modified": BEGAN}, {"a": 2, "b": 3}, Verdict.UNKNOWN),
        ({"a": 2, "b": 3, "modified": BEGAN}, {"a": 2, "b": 3, "modified": AFTER}, Verdict.UNKNOWN),
        ({"a": 2, "b": 9, "modified": BEGAN}, {"a": 2, "b": 3, "modified": BEGAN}, Verdict.UNKNOWN),
        ({"a": 1, "b": 9}, {"a": 2, "b": 3}, Verdict.DONE),
        ({"a": 2, "modified": BEGAN}, {"a": 2, "b": None, "modified": BEGAN}, Verdict.UNKNOWN),
    ],
)
def test_change_is_undone_when_all_of_it_is_as_it_was(record, before, verdict):
    assert of_update(record, {"a": 1, "b": 9}, BEGAN, before).verdict is verdict


@pytest.mark.parametrize(
    ("records", "verdict"),
    [
        ([], Verdict.UNDONE),
        ([{"id": "1", "code": "X", "a": 1, "created": BEGAN}], Verdict.DONE),
        ([{"id": "1", "code": "X"}], Verdict.DONE),
        ([{"id": "1", "code": "X", "a": 2, "created": BEGAN}], Verdict.UNKNOWN),
        ([{"id": "1", "code": "X", "a": 1, "created": LONG_AGO}], Verdict.UNKNOWN),
        ([{"id": "1", "code": "X"}, {"id": "2", "code": "x"}], Verdict.UNKNOWN),
    ],
)
def test_what_has_the_code_is_ones_own_only_when_it_is_new_and_as_wanted(records, verdict):
    assert of_creation(records, {"code": "x", "a": 1}, BEGAN).verdict is verdict


@pytest.mark.parametrize(
    ("source", "target", "verdict"),
    [
        (False, True, Verdict.DONE),
        (True, False, Verdict.UNDONE),
        (True, True, Verdict.UNKNOWN),
        (False, False, Verdict.UNKNOWN),
    ],
)
def test_move_is_seen_at_both_ends(source, target, verdict):
    assert of_move(is_at_source=source, is_at_target=target).verdict is verdict


def test_values_are_compared_as_json_has_them():
    record = {"date": BEGAN, "list": [1, {"a": None}]}
    assert has_all(record, {"date": "2026-03-01T12:00:00", "list": (1, {"a": None})})
    assert has_all(record, json.loads('{"missing": null}'))
    assert not has_all(record, {"list": [1]})
    assert not has_all({"a": float("nan")}, {"a": 1})
