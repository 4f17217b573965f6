"""Merging a queue into another one: what is asked, and what is left when it fails on the way."""

from __future__ import annotations

import pytest

from accsyn_orm import (
    BackendError,
    EntityNotFoundError,
    EntityStateError,
    HalfDoneError,
    Job,
    Queue,
)
from accsyn_orm.testing import EmbeddedWorkspace

SHOW, OTHER, DEFAULT = (f"{number:024x}" for number in (1, 2, 3))
LOOK = f"Queue WHERE id IN {SHOW},{OTHER} OR default=true"


@pytest.fixture
def queues(v3):
    """Give the queue that goes, the one that stays, and what the backend was asked since then."""
    v3.add("queue", 1, code="show", default=False, compute_default=False)
    v3.add("queue", 2, code="other", default=False, compute_default=False)
    v3.add("queue", 3, code="medium", default=True, compute_default=False)
    found = Queue.get(SHOW), Queue.get(OTHER)
    v3.calls.clear()
    return found


def failing(v3, monkeypatch, *numbers: int, status: int = 200) -> None:
    """Let the backend refuse some changes and deletions, counted from 1."""
    count = 0

    def wrapped(method):
        def call(*arguments):
            nonlocal count
            count += 1
            if count in numbers:
                raise BackendError("queue", f"refusal {count}", status_code=status)
            return method(*arguments)

        return call

    monkeypatch.setattr(v3, "update", wrapped(v3.update))
    monkeypatch.setattr(v3, "delete_one", wrapped(v3.delete_one))


def told(v3) -> list[tuple[object, ...]]:
    return [call[:2] if call[0] == "find" else call for call in v3.calls]


def test_the_other_one_is_the_default_just_for_the_deletion(v3, queues) -> None:
    show, other = queues
    show.merge_into(other)
    assert told(v3) == [
        ("find", LOOK),
        ("update", "queue", OTHER, {"default": True}),
        ("delete_one", "queue", SHOW, None),
        ("update", "queue", DEFAULT, {"default": True}),
    ]
    assert show.is_deleted


def test_nothing_is_put_back_when_the_other_one_is_the_default(v3, queues) -> None:
    v3.records["queue"][OTHER]["default"] = True
    v3.records["queue"][DEFAULT]["default"] = False
    show, _ = queues
    show.merge_into(OTHER)
    assert told(v3) == [("find", LOOK), ("delete_one", "queue", SHOW, None)]


def test_a_default_queue_hands_that_on_with_the_compute_jobs(v3, queues) -> None:
    v3.records["queue"][SHOW] |= {"default": True, "compute_default": True}
    v3.records["queue"][DEFAULT]["default"] = False
    show = Queue.get(SHOW)
    assert show.default
    v3.calls.clear()
    show.merge_into(queues[1])
    assert told(v3) == [
        ("find", LOOK),
        ("update", "queue", OTHER, {"default": True}),
        ("update", "queue", OTHER, {"compute_default": True}),
        ("delete_one", "queue", SHOW, None),
    ]


@pytest.mark.parametrize(
    ("number", "status", "made"),
    [
        (1, 503, ["find", "update"]),  # what became of it is not known
        (2, 200, ["find", "update", "update"]),
        (2, 503, ["find", "update", "update"]),
    ],
)
def test_what_fails_puts_the_default_back(v3, queues, monkeypatch, number, status, made) -> None:
    failing(v3, monkeypatch, number, status=status)
    show, other = queues
    with pytest.raises(BackendError, match=f"refusal {number}"):
        show.merge_into(other)
    assert v3.calls[-1] == ("update", "queue", DEFAULT, {"default": True})
    assert [call[0] for call in v3.calls] == made
    assert not show.is_deleted


def test_who_may_not_choose_the_default_hears_that_and_nothing_else(
    v3, queues, monkeypatch
) -> None:
    failing(v3, monkeypatch, 1, 2, 3)
    with pytest.raises(BackendError, match="refusal 1"):
        queues[0].merge_into(queues[1])
    assert [call[0] for call in v3.calls] == ["find"]


def test_a_default_that_may_have_been_made_and_is_not_put_back_says_so(
    v3, queues, monkeypatch
) -> None:
    failing(v3, monkeypatch, 1, 2, status=503)
    with pytest.raises(HalfDoneError) as caught:
        queues[0].merge_into(queues[1])
    assert caught.value.done == (f"Queue {OTHER} may have been made the default",)


def test_who_interrupts_it_gets_the_default_back(v3, queues, monkeypatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(v3, "delete_one", interrupt)
    with pytest.raises(KeyboardInterrupt):
        queues[0].merge_into(queues[1])
    assert v3.calls[-1] == ("update", "queue", DEFAULT, {"default": True})


def test_a_merged_queue_whose_default_is_not_put_back_says_so(v3, queues, monkeypatch) -> None:
    failing(v3, monkeypatch, 3)
    show, other = queues
    with pytest.raises(HalfDoneError) as caught:
        show.merge_into(other)
    assert str(caught.value) == (
        f"Queue: Queue {SHOW} was merged into {OTHER}, which is the default now: "
        f"make {DEFAULT} the default again"
    )
    assert caught.value.left == (f"make {DEFAULT} the default again",)
    assert str(caught.value.__cause__) == "queue: refusal 3"
    assert show.is_deleted


def test_a_default_that_cannot_be_put_back_after_a_failure_says_so(v3, queues, monkeypatch) -> None:
    failing(v3, monkeypatch, 2, 3)
    show, other = queues
    with pytest.raises(HalfDoneError) as caught:
        show.merge_into(other)
    assert caught.value.done == (f"Queue {OTHER} was made the default",)
    assert str(caught.value.__cause__) == "queue: refusal 2"
    assert not show.is_deleted


def test_queues_that_are_not_there_are_said_before_anything_changes(v3, queues) -> None:
    show, other = queues
    with pytest.raises(EntityNotFoundError, match=f"{9:024x}"):
        show.merge_into(f"{9:024x}")
    del v3.records["queue"][SHOW]
    with pytest.raises(EntityNotFoundError, match=SHOW):
        show.merge_into(other)
    assert {call[0] for call in v3.calls} == {"find"}


def test_what_makes_no_sense_is_refused_before_anything_is_asked(v3, queues) -> None:
    show, other = queues
    v3.records["queue"][f"{4:024x}"] = {"id": f"{4:024x}"}
    gone = Queue.get(f"{4:024x}")
    gone.delete()
    v3.calls.clear()
    for target, said in (
        (show, "cannot be merged into itself"),
        (SHOW, "cannot be merged into itself"),
        (Queue(name="New"), "is new or deleted"),
        (gone, "is new or deleted"),
    ):
        with pytest.raises(EntityStateError, match=said):
            show.merge_into(target)
    for queue in (gone, Queue(name="New")):
        with pytest.raises(EntityStateError):
            queue.merge_into(other)
    assert v3.calls == []


@pytest.mark.parametrize("protocol", ["v3", "v1"])
def test_all_jobs_move_whatever_they_do(protocol) -> None:
    with EmbeddedWorkspace() as workspace, workspace.session(protocol=protocol) as session:
        default = Queue.where(Queue.default == True).one()
        show, other = (Queue.where(Queue.code == code).one() for code in ("low", "overnight"))
        before = {job.id: (job.status, job.progress) for job in show.jobs}
        ended = {job.id: job.status for job in show.jobs.finished()}
        others = {job.id for job in other.jobs}
        assert len({status for status, _ in before.values()}) > 2
        assert ended
        with session.stats.measure() as asked:
            show.merge_into(other)
        assert asked.requests == 4
        now = {job.id: (job.status, job.progress) for job in other.jobs if job.id not in others}
        assert now == before
        assert {job.id: job.status for job in other.jobs.finished()} == ended
        assert Queue.where(Queue.default == True).one() == default
        assert Queue.where(Queue.code == "low").one_or_none() is None
        assert Job.where(Job.parent == show.id).all() == []
