"""Agreed keys of metadata in plans: changed, created and looked up like attributes."""

from __future__ import annotations

import pytest

from accsyn_orm import EntityValidationError, Job, bulk
from accsyn_orm.entities import MetadataKey
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.errors import QueryFieldError


class ShotJob(Job):
    """A class as a studio has it."""

    shot: MetadataKey[str] = MetadataKey(str)
    frame: MetadataKey[int] = MetadataKey(int, "frame-no")


@pytest.fixture
def jobs(backend):
    for number, shot in enumerate(["sh010", "sh020"]):
        metadata = {"shot": shot, "frame-no": number, "other": {"a": 1}}
        backend.add("job", number, code=f"j{number}", status="waiting", metadata=metadata)
    return Query(ShotJob, backend=backend)


def problems(plan: bulk.Plan) -> list[tuple[int, str, str]]:
    return [tuple(problem) for problem in plan.problems]


def test_update_sets_keys_and_keeps_the_others(jobs):
    plan = jobs.only(ShotJob.code).update(shot="sh020", frame=lambda job: job.frame + 1)
    assert [row.after["metadata"] for row in plan.rows] == [
        {"shot": "sh020", "frame-no": 1, "other": {"a": 1}},
        {"shot": "sh020", "frame-no": 2, "other": {"a": 1}},
    ]
    plan.apply(check=False).raise_for_errors()
    assert [job.shot for job in jobs] == ["sh020", "sh020"]
    assert not jobs.update(shot="sh020").rows


def test_update_with_metadata_and_a_key_sends_both(jobs):
    plan = jobs.limit(1).update(lambda job: {"metadata": {"new": job.code}, "shot": "sh030"})
    assert plan.rows[0].after == {"metadata": {"new": "j0", "shot": "sh030"}}
    assert jobs.limit(1).update(shot=None, metadata={}).rows[0].after == {"metadata": {}}


def test_plan_shows_the_keys_that_change(jobs):
    text = str(jobs.limit(1).update(shot="sh030", frame=None, metadata={"other": {}, "more": 1}))
    assert (
        'metadata.shot: sh010 → sh030, metadata.frame-no: 0 → null, metadata.other: {"a": 1} → {}'
        ", metadata.more: null → 1"
    ) in text
    assert "<td>metadata.shot</td><td>sh010</td><td>x</td>" in jobs.update(shot="x")._repr_html_()


def test_wrong_keys_are_refused_before_anything_is_read(jobs, backend):
    with pytest.raises(EntityValidationError, match="did you mean 'shot'"):
        jobs.update(sht="sh010")
    assert backend.calls == []


def test_wrong_values_are_problems_of_their_rows(jobs):
    assert problems(jobs.update(frame=lambda job: job.frame or "x")) == [
        (1, "frame", "input should be a valid integer, not str")
    ]
    assert problems(jobs.limit(1).update(shot="a", metadata={"shot": "b"})) == [
        (1, "shot", "is given in metadata as well, and is different there")
    ]


WAY = {"source": "volume=projects/TheProject", "destination": "lisa@example.com"}


def test_update_narrowed_by_only_keeps_the_other_keys(session):
    job = ShotJob(**WAY, shot="sh010", frame=1, status="paused").save()
    query = ShotJob.where(ShotJob.shot == "sh010").only(ShotJob.status)
    assert query.update(shot="a").rows[0].after["metadata"] == {"shot": "a", "frame-no": 1}
    query.update(lambda found: {"frame": found.frame + 1}).apply().raise_for_errors()
    assert job.refresh().metadata == {"shot": "sh010", "frame-no": 2}


def test_keys_are_refused_where_the_others_would_be_lost(backend):
    backend.add("job", 1, code="a")
    query = Query(ShotJob, backend=backend)
    ((_, attribute, reason),) = problems(query.update(shot="a"))
    assert (attribute, reason[:23]) == ("shot", "metadata was not loaded")
    assert query.update(shot="a", metadata={}).rows[0].after == {"metadata": {"shot": "a"}}


def test_create_and_upsert_take_keys(session):
    way, rows = WAY, [{**WAY, "status": "paused", "shot": f"sh{n}", "frame": n} for n in (10, 20)]
    bulk.create(ShotJob, rows[:1]).apply().raise_for_errors()
    plan = bulk.upsert(ShotJob, [{**rows[0], "frame": 11}, rows[1]], key="shot")
    assert [str(row.action) for row in plan.rows] == ["update", "create"]
    plan.apply().raise_for_errors()
    assert {job.shot: job.frame for job in ShotJob.where(ShotJob.frame != None)} == {
        "sh10": 11,
        "sh20": 20,
    }
    assert not bulk.upsert(ShotJob, [{"frame": 20, "shot": "SH20"}], key="frame").problems
    with pytest.raises(QueryFieldError, match="did you mean 'shot'"):
        bulk.upsert(ShotJob, rows, key="sht")
    assert problems(bulk.create(ShotJob, [{**way, "frame": "x"}])) == [
        (1, "frame", "input should be a valid integer, not str")
    ]
