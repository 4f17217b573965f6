"""A show ends, and another one is in a hurry: jobs go on in another queue.

accsyn gives a job its queue when it is created, and never another one. All jobs of a queue move
when it is merged into another one; some of them only by being submitted again.
"""

from __future__ import annotations

from accsyn_orm import Job, JobStatus, Queue, Task, bulk

SHOTS = ("sh010", "sh020", "sh030", "sh040")
IN_A_HURRY = ("sh010", "sh030")


def plates(shot: str, queue: Queue, status: str = "paused") -> Job:
    """The plates of a shot, for the vendor."""
    return Job(
        name=f"Plates {shot}",
        source=f"volume=projects/TheProject/{shot}",
        destination="lisa@example.com",
        queue=queue,
        status=status,
        metadata={"shot": shot},
    )


def test_the_queue_of_a_show_is_merged_into_another_one(accsyn_session):
    show = Queue(name="Show", priority=700).save()
    rest = Queue(name="Rest", priority=10).save()
    for number, shot in enumerate(SHOTS):
        plates(shot, show, "waiting" if number % 2 else "paused").save()
    default = Queue.where(Queue.default == True).one()
    before = {job.id: (job.status, job.progress, job.metadata) for job in show.jobs}
    waiting_elsewhere = {job.id for job in default.jobs}

    with accsyn_session.stats.measure() as asked:
        show.merge_into(rest)
    # A look, the other queue as the default one, the deletion, and the default as before.
    assert asked.requests == 4

    moved = rest.jobs.all()
    assert {job.id: (job.status, job.progress, job.metadata) for job in moved} == before
    assert {job.queue for job in moved} == {rest.id}
    assert Queue.where(Queue.code == show.code).one_or_none() is None
    assert Queue.where(Queue.default == True).one() == default
    assert {job.id for job in default.jobs} == waiting_elsewhere


def test_shots_in_a_hurry_are_submitted_again_to_a_faster_queue(accsyn_session, tmp_path):
    show = Queue(name="Long show", priority=300).save()
    fast = Queue(name="Hurry", priority=900).save()
    for shot in SHOTS:
        plates(shot, show, "waiting").save()

    with accsyn_session.stats.measure() as asked:
        slow = show.jobs.where(Job.metadata["shot"].in_(IN_A_HURRY)).all()
        # Paused, so that nothing is sent twice while both are there.
        created = bulk.create(Job, [plates(job.metadata["shot"], fast) for job in slow])
        created.apply(journal=tmp_path / "create.journal").raise_for_errors()
        # Only then the old ones go: whatever fails before, each shot has a job that is sent.
        ended = show.jobs.where(Job.id.in_([job.id for job in slow])).update(status="aborted")
        ended.apply(journal=tmp_path / "abort.journal").raise_for_errors()
        released = fast.jobs.update(status="waiting")
        released.apply(journal=tmp_path / "release.journal").raise_for_errors()
    # Three pages of jobs, a look whether there is the queue that was named, and what plans say.
    assert asked.requests == 4 + created.requests + ended.requests + released.requests
    assert created.requests <= 2 * len(IN_A_HURRY)

    hurried = {job.metadata["shot"]: job for job in fast.jobs}
    assert set(hurried) == set(IN_A_HURRY)
    assert JobStatus.PAUSED not in {job.status for job in hurried.values()}
    left = {job.metadata["shot"]: job.status for job in show.jobs}
    assert set(left) == set(SHOTS) - set(IN_A_HURRY)
    # No shot is sent twice, and none by nobody.
    going = [job.metadata["shot"] for queue in (show, fast) for job in queue.jobs]
    assert sorted(going) == sorted(SHOTS)


def test_of_a_job_that_is_half_sent_only_the_rest_is_submitted_again(accsyn_session):
    job = Job.where(Job.status == "failed", Job.code == "Turnover sh040").one()
    fast = Queue.get_or_create(name="Hurry")[0]

    with accsyn_session.stats.measure() as asked:
        rest = job.tasks.where(Task.status != "done").all()
        again = Job(
            name=job.name,
            tasks=[str(task.source) for task in rest],
            destination="lisa@example.com",
            queue=fast,
            status="paused",
            metadata=job.metadata,
        ).save()
        job.abort()
        again.resume()
    # The tasks, the new job, the end of the old one, and the start of the new one.
    assert asked.requests == 4
    assert 0 < len(rest) < len(job.tasks.all())
    assert len(again.tasks.all()) == len(rest)
    assert again.refresh().queue == fast.id
    assert job.refresh().status == "aborted"
