"""A show ends: its queue is closed, and what is left in it goes on elsewhere."""

from __future__ import annotations

from accsyn_orm import Job, Queue


def test_jobs_of_a_closed_queue_go_on_in_the_default_queue(accsyn_session):
    show = Queue(name="Show", priority=700).save()
    for shot in ("sh010", "sh020", "sh030"):
        Job(
            source=f"volume=projects/TheProject/{shot}",
            destination="lisa@example.com",
            name=shot,
            queue=show,
            status="paused",
        ).save()

    with accsyn_session.stats.measure() as asked:
        left = show.jobs.all()
        default = Queue.where(Queue.default == True).one()
        show.delete()
        moved = default.jobs.by_id(job.id for job in left)
    # Its jobs, the default queue, the deletion, and where the jobs are now.
    assert asked.requests == 4
    assert sorted(job.name for job in moved.values()) == ["sh010", "sh020", "sh030"]
    assert {job.status for job in moved.values()} == {"paused"}
    assert Queue.where(Queue.code == show.code).one_or_none() is None
