"""A loop over 500 jobs that names the user of each."""

from __future__ import annotations

import pytest

from accsyn_orm import HiddenRequestError, Job, bulk


@pytest.fixture
def many(accsyn_session):
    """Leave 500 jobs in the workspace."""
    missing = 500 - Job.where().count()
    new = [
        Job(source="volume=projects/TheProject", destination="lisa@example.com", status="paused")
        for _ in range(missing)
    ]
    bulk.create(Job, new).apply(workers=8).raise_for_errors()
    return accsyn_session


def test_users_of_500_jobs_take_two_requests(many):
    with many.stats.measure() as asked:
        names = [job.user.fetch().code for job in Job.where()]
    assert (len(names), asked.requests) == (500, 2)
    assert "@" in names[-1]

    with many.stats.measure() as asked:
        jobs = Job.where().prefetch(Job.user).strict().all()
        assert {job.user.fetch().code for job in jobs} == set(names)
    assert asked.requests == 2
    with pytest.raises(HiddenRequestError, match="prefetch"):
        jobs[0].parent.fetch()
