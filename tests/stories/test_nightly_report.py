"""Every night a table of what was moved for whom, by a script that asks twice."""

from __future__ import annotations

import polars as pl

from accsyn_orm import Job, User


def report() -> pl.DataFrame:
    """Return how many jobs ended how, by user."""
    jobs = Job.where().finished().only(Job.user, Job.status, Job.size).to_polars()
    users = User.where().only(User.code, User.role).to_polars()
    return (
        jobs.join(users, left_on="user", right_on="id", how="left")
        .group_by("code")
        .agg(
            pl.len().alias("jobs"),
            (pl.col("status") == "aborted").sum().alias("aborted"),
            pl.col("size").sum().alias("bytes"),
        )
        .sort("code")
    )


def test_report_has_a_row_for_each_user_and_takes_two_requests(accsyn_session):
    accsyn_session.login()
    with accsyn_session.stats.measure() as asked:
        frame = report()
    assert asked.requests == 2
    assert dict(frame.schema) == {
        "code": pl.String,
        "jobs": pl.UInt32,
        "aborted": pl.UInt32,
        "bytes": pl.Int64,
    }
    ended = Job.where().finished().prefetch(Job.user).all()
    expected: dict[str, list[Job]] = {}
    for job in ended:
        expected.setdefault(job.user.fetch().code, []).append(job)
    assert [(row["code"], row["jobs"], row["aborted"]) for row in frame.to_dicts()] == [
        (code, len(jobs), sum(job.status == "aborted" for job in jobs))
        for code, jobs in sorted(expected.items())
    ]
