"""What reading back says, as a table."""

from __future__ import annotations

import pytest

from accsyn_orm import Job
from accsyn_orm.bulk.outcome import RowState
from accsyn_orm.bulk.rows import Action, Row
from accsyn_orm.bulk.settling import verdict

THEN, LATER = "2026-01-01T00:00:00", "2026-01-02T00:00:00"
SEND = None
ID = "6971e16fceadd67b955b1995"
GONE = "gone"


def job(backend, status: str | None, modified: str | None):
    record = {"id": ID, "status": status, "modified": modified}
    return Job.load_record({k: v for k, v in record.items() if v is not None}, backend)


def change(backend, *, known: bool = True) -> Row:
    modified = str(vars(job(backend, "failed", THEN))["modified"])
    before = {"status": "failed"} if known else {}
    return Row(1, Action.UPDATE, Job, ID, "x", before, {"status": "waiting"}, modified)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("status", "modified", "was_sent", "checks", "end"),
    [
        # not sent yet
        ("failed", THEN, False, True, SEND),
        ("failed", None, False, True, SEND),
        (GONE, None, False, True, "failed EntityNotFoundError"),
        (GONE, None, False, False, "failed EntityNotFoundError"),
        # sent, and no answer
        ("waiting", LATER, True, True, "done"),
        ("waiting", THEN, True, True, "done"),
        ("running", LATER, True, True, "done"),
        ("waiting", LATER, True, False, "done"),
        ("failed", THEN, True, True, SEND),
        ("failed", THEN, True, False, SEND),
        (GONE, None, True, True, "failed EntityNotFoundError"),
    ],
)
def test_end_of_a_change(backend, status, modified, was_sent, checks, end, known):
    now = None if status == GONE else job(backend, status, modified)
    found = verdict(change(backend, known=known), now, was_sent=was_sent, checks=checks)
    assert told(found) == end


@pytest.mark.parametrize(
    ("known", "status", "modified", "was_sent", "checks", "end"),
    [
        # what was before is known, and it is something else now
        (True, "paused", THEN, False, True, "failed ConflictError"),
        (True, "paused", LATER, False, False, SEND),
        (True, "waiting", LATER, False, True, "failed ConflictError"),
        (True, "paused", LATER, True, True, "unknown ConflictError"),
        (True, "paused", LATER, True, False, "unknown ConflictError"),
        (True, None, LATER, True, True, "unknown ConflictError"),
        # it is as before, and something else was changed: ours did not come
        (True, "failed", LATER, False, True, "failed ConflictError"),
        (True, "failed", LATER, False, False, SEND),
        (True, "failed", LATER, True, True, "failed ConflictError"),
        (True, "failed", LATER, True, False, SEND),
        # what was before is not known
        (False, "failed", LATER, False, True, "failed ConflictError"),
        (False, "failed", LATER, False, False, SEND),
        (False, "failed", LATER, True, True, "unknown ConflictError"),
    ],
)
def test_end_of_a_change_that_somebody_else_crossed(
    backend, known, status, modified, was_sent, checks, end
):
    row, now = change(backend, known=known), job(backend, status, modified)
    assert told(verdict(row, now, was_sent=was_sent, checks=checks)) == end


@pytest.mark.parametrize(
    ("modified", "was_sent", "checks", "end"),
    [
        (GONE, True, True, "done"),
        (GONE, False, True, "failed EntityNotFoundError"),
        (THEN, False, True, SEND),
        (THEN, True, True, SEND),
        (LATER, False, True, "failed ConflictError"),
        (LATER, True, True, "failed ConflictError"),
        (LATER, False, False, SEND),
    ],
)
def test_end_of_a_deletion(backend, modified, was_sent, checks, end):
    then = str(vars(job(backend, "failed", THEN))["modified"])
    row = Row(1, Action.DELETE, Job, ID, "x", {"status": "failed"}, {}, then)
    now = None if modified == GONE else job(backend, "failed", modified)
    found = verdict(row, now, was_sent=was_sent, checks=checks)
    assert told(found) == end
    assert found is None or found.is_confirmed is (end == "done")


def told(found) -> str | None:
    return None if found is None else " ".join(filter(None, [found.state.value, found.kind]))


def test_conflict_says_what_was_what_is_and_what_was_to_become(backend):
    found = verdict(change(backend), job(backend, "paused", LATER), was_sent=False, checks=True)
    assert found.state is RowState.FAILED
    assert found.exception.differences == {"status": ("failed", "waiting", "paused")}
    assert found.error == (
        f"Job {ID} was changed since it was read: "
        "status was 'failed', is 'paused', was to become 'waiting'"
    )
    found = verdict(change(backend), job(backend, "failed", LATER), was_sent=False, checks=True)
    assert found.error == f"Job {ID} was changed since it was read"
