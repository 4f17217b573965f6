"""A wrangler stops everything of one vendor, and takes that back in the evening."""

from __future__ import annotations

from accsyn_orm import Job, Query, User, bulk

VENDOR = "lisa@example.com"
GOING_ON = ("init", "pending", "waiting", "running")


def jobs_of(vendor: User) -> Query[Job]:
    """Whatever the vendor sends, or is sent."""
    party = f"user:{vendor.id}"
    return Job.where((Job.source == party) | (Job.destination == party))


def test_everything_of_a_vendor_is_paused_and_given_free_again(accsyn_session, tmp_path):
    vendor = User.where(User.code == VENDOR).one()
    going_on = jobs_of(vendor) & Job.status.in_(GOING_ON)
    before = {job.id: job.status for job in going_on}
    others = {job.id: job.status for job in Job.where() if job.id not in before}
    assert before

    with accsyn_session.stats.measure() as asked:
        plan = going_on.update(status="paused")
        plan.require_valid()
        report = plan.apply(journal=tmp_path / "pause.journal")
        report.raise_for_errors()
    # The page of jobs, and what the plan says: a look before each write, and the writes.
    assert asked.requests == 1 + plan.requests
    assert plan.requests <= 2 * len(before)
    assert {job.id for job in jobs_of(vendor) & (Job.status == "paused")} >= set(before)
    assert {job.id: job.status for job in Job.where() if job.id not in before} == others

    with accsyn_session.stats.measure() as asked:
        back = bulk.undo(tmp_path / "pause.journal")
        back.apply().raise_for_errors()
    # The page of what was touched, and what the plan says.
    assert asked.requests == 1 + back.requests
    # What ran cannot be set to run: the plan names it, and somebody decides.
    left = [job for job in jobs_of(vendor) & (Job.status == "paused") if job.id in before]
    assert len(left) == len(back.skipped) == sum(s != "waiting" for s in before.values())
    for job in left:
        job.resume()
    assert {job.status for job in jobs_of(vendor) if job.id in before} == {"waiting"}
