"""What v1 has a placeholder for, conditions find as in v3, where nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from accsyn_orm import Session
from accsyn_orm.entities import Job, Task, User
from accsyn_orm.entities.dialects import localized_statement
from accsyn_orm.query import raw
from accsyn_orm.testing import EmbeddedWorkspace

EARLY = datetime(2000, 1, 1, tzinfo=timezone.utc)
EPOCH = datetime(1970, 1, 1, 1, tzinfo=timezone.utc)
LATE = datetime(2100, 1, 1, tzinfo=timezone.utc)

CONDITIONS = {
    f"{field} {name}": compare(field)
    for field in (Job.finished, User.logged_in)
    for name, compare in {
        "is nothing": lambda field: field == None,
        "is something": lambda field: field != None,
        "is the epoch": lambda field: field == EPOCH,
        "is not the epoch": lambda field: field != EPOCH,
        "is not early": lambda field: field != EARLY,
        "is before early": lambda field: field < EARLY,
        "is not before early": lambda field: ~(field < EARLY),
        "is up to late": lambda field: field <= LATE,
        "is after the epoch": lambda field: field > EPOCH,
        "is from the epoch": lambda field: field >= EPOCH,
        "is from late": lambda field: field >= LATE,
        "is nothing or early": lambda field: field.in_([None, EARLY]),
        "is neither nothing nor early": lambda field: ~field.in_([None, EARLY]),
        "is neither early nor the epoch": lambda field: ~field.in_([EARLY, EPOCH]),
        "is in 1970": lambda field: field == raw("1970-*"),
        "has no 1970": lambda field: ~field.contains("1970"),
        "matches": lambda field: field.matches("00$"),
    }.items()
} | {
    "size is nothing": Job.size == None,
    "size is something": Job.size != None,
    "size is -1": Job.size == -1,
    "size is not -1": Job.size != -1,
    "size is not 5": Job.size != 5,
    "size is small": Job.size < 10_000_000,
    "size is not small": ~(Job.size < 10_000_000),
    "size is at least -5": Job.size >= -5,
    "size is large": Job.size > 10_000_000,
    "size is nothing or 5": Job.size.in_([None, 5]),
    "size is neither nothing nor 5": ~Job.size.in_([None, 5]),
    "size has a 1": Job.size.contains("1"),
    "both": (Job.size == None) | ((Job.finished != None) & (Job.size > 0)),
}


@pytest.fixture(scope="module")
def sessions() -> Iterator[tuple[Session, Session]]:
    """Give sessions of both generations in one workspace."""
    with (
        EmbeddedWorkspace() as workspace,
        workspace.session(protocol="v1") as v1,
        workspace.session(protocol="v3") as v3,
    ):
        yield v1, v3


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
def test_conditions_find_the_same_in_both_generations(sessions, condition) -> None:
    query = (User if "logged_in" in str(condition) else Job).where(condition)
    for each in [query, query.finished()] if query.entity is Job else [query]:
        v1, v3 = ({entity.id for entity in each.using(session)} for session in sessions)
        assert v1 == v3


@pytest.mark.parametrize(
    "condition",
    [Job.finished == None, Job.finished != None, Job.size == None, Job.size > 0],
    ids=str,
)
def test_the_workspace_has_what_the_conditions_are_about(sessions, condition) -> None:
    for session in sessions:
        found = Job.where(condition).using(session)
        assert found.exists() or found.finished().exists()


def test_what_was_not_measured_reads_as_none_in_both_generations(sessions) -> None:
    v1, v3 = (
        {job.id: (job.size, row["size"]) for job, row in zip(jobs, jobs.to_dicts(), strict=True)}
        for jobs in (Job.where().using(session) for session in sessions)
    )
    assert v1 == v3
    assert (None, None) in v1.values()


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Task.finished == None, "Task WHERE finished<1970-01-02"),
        (Task.size != None, "Task WHERE size>=0"),
        (Task.size == 5, "Task WHERE size=5"),
        (Task.size < 5, "Task WHERE size<5 AND size>=0"),
        (Task.size.in_([None, 5, 7]), "Task WHERE size<0 OR size IN 5,7"),
        (Task.finished > EARLY, "Task WHERE finished>2000-01-01T00:00:00"),
    ],
    ids=str,
)
def test_v1_is_asked_for_its_placeholders_and_v3_is_not(v1, v3, condition, text) -> None:
    assert str(localized_statement(Task, condition, v1)) == text
    assert str(localized_statement(Task, condition, v3)) == f"Task WHERE {condition}"
