from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accsyn_orm.entities import UNSET, Attr, Change, Job, Queue, Task, User, attr
from accsyn_orm.entities.changes import detached, is_same
from accsyn_orm.errors import (
    AttributeNotLoadedError,
    EntityStateError,
    EntityValidationError,
    ReadOnlyAttributeError,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text("ab"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=8,
)


def job(backend, **values):
    record = {"id": "a" * 24, "code": "shots", "status": "running", "metadata": {}, **values}
    return Job.load_record(record, backend)


# -- the constructor -------------------------------------------------------------------------------


def test_constructor_holds_only_what_was_given() -> None:
    queue = Queue(name="Panic", priority=1000)
    assert (queue.name, queue.priority, queue.is_new) == ("Panic", 1000, True)
    with pytest.raises(
        AttributeNotLoadedError, match="the backend sets it when the entity is saved"
    ):
        _ = queue.id
    assert not hasattr(queue, "status")


def test_new_objects_start_with_containers_to_fill_in() -> None:
    new = Job(source="share=a/b")
    new.metadata["shot"] = "010"
    assert (new.metadata, Job(source="c").metadata) == ({"shot": "010"}, {})
    assert new.changes == {
        "source": Change(UNSET, "share=a/b"),
        "metadata": Change(UNSET, {"shot": "010"}),
    }


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: Job(status="pasued"), "did you mean 'paused'?"),
        (
            lambda: Job(status="running"),
            "'running' cannot be set when it is created, only waiting, paused",
        ),
        (lambda: Job(staus="paused"), "no such attribute; did you mean 'status'?"),
        (lambda: Job(dest="x"), "did you mean 'destination'?"),
        (lambda: Job(zzz="x"), "zzz: no such attribute"),
        (User, "User.code: is required"),
        (lambda: User(code="a@b.c", status="disabled"), "cannot be given yet: save() first"),
        (lambda: User(code="a@b.c", role="boss"), "'boss' is not one of admin, employee, standard"),
        (lambda: User(code="a@b.c", role=5), "5 is not one of admin"),
        (lambda: Queue(priority="high"), "priority: input should be a valid integer"),
        (
            lambda: Job(settings={"task_bucketsize": [1]}),
            "settings.task_bucketsize: input should be a valid string",
        ),
        (lambda: Job(tasks="a"), "takes a list of tasks"),
        (lambda: Job(tasks=[5]), "Job.tasks.0: is a path, a Task or a dictionary, not int"),
        (
            lambda: Job(tasks=[{"sorce": "x"}]),
            "Job.tasks.0.sorce: no such key of tasks of transfers; did you mean 'source'?",
        ),
        (lambda: Job(tasks=[{"@": "x"}]), "tasks.0.@: no such key"),
        (lambda: Job(tasks={"a": {"destination": "x"}}), "Job.tasks.a.source: is required"),
        (
            lambda: Job(tasks=[{"source": "x", "priority": "y"}]),
            "Job.tasks.0.priority: input should be",
        ),
    ],
)
def test_constructor_refuses_and_says_what_to_write(make, reason) -> None:
    with pytest.raises(EntityValidationError) as caught:
        make()
    assert reason in str(caught.value)


def test_constructor_reports_all_problems_at_once() -> None:
    with pytest.raises(EntityValidationError) as caught:
        Job(status="pasued", id="x", colour="red", source=1)
    assert {name for name, _ in caught.value.problems} == {"status", "id", "colour", "source"}
    assert not isinstance(caught.value, ReadOnlyAttributeError)


def test_constructor_refuses_read_only_attributes_by_their_own_error() -> None:
    with pytest.raises(ReadOnlyAttributeError, match="only the backend sets it"):
        Job(source="a", progress=5)


@pytest.mark.parametrize(
    ("tasks", "sent"),
    [
        (
            ["share=a", {"source": "b", "dest": "c"}],
            ["share=a", {"source": "b", "destination": "c"}],
        ),
        ([Task(source="a", status="excluded")], [{"source": "a", "status": "excluded"}]),
        ({"source": "a", "destination": "b"}, [{"source": "a", "destination": "b"}]),
        ({"0": {"source": "a"}, "1": "b"}, {"0": {"source": "a"}, "1": "b"}),
    ],
)
def test_tasks_are_taken_in_every_documented_shape(tasks, sent) -> None:
    assert Job(tasks=tasks).changes["tasks"].after == sent


# -- assignment ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("status", "done!", "did you mean 'done'?"),
        ("status", "running", "cannot be set by a change, only waiting, paused, aborted, done"),
        ("status", "pending", "cannot be set by a change"),
        ("metadata", 5, "input should be a valid dictionary"),
        ("staus", "done", "did you mean 'status'?"),
        ("_state", None, "no such attribute"),
    ],
)
def test_refused_assignment_changes_nothing(v3, name, value, reason) -> None:
    loaded = job(v3)
    with pytest.raises(EntityValidationError, match=reason.replace("?", r"\?")):
        setattr(loaded, name, value)
    assert loaded.changes == {}
    assert loaded.status == "running"


@pytest.mark.parametrize(
    ("name", "value"), [("id", "x"), ("progress", 5), ("source", "x"), ("tasks", [])]
)
def test_attributes_that_cannot_change_are_read_only(v3, name, value) -> None:
    with pytest.raises(ReadOnlyAttributeError) as caught:
        setattr(job(v3), name, value)
    assert isinstance(caught.value, AttributeError)


def test_v1_lets_a_pending_job_be_sent_again(v1) -> None:
    loaded = job(v1)
    loaded.status = "pending"
    assert loaded.changes["status"].after == "pending"


def test_update_only_attributes_wait_for_the_first_save() -> None:
    queue = Queue(name="x")
    with pytest.raises(EntityValidationError, match="save"):
        queue.status = "paused"


def test_attributes_cannot_be_deleted(v3) -> None:
    with pytest.raises(EntityValidationError, match="only changed"):
        del job(v3).status


def test_assignment_of_an_attribute_that_was_not_loaded_is_a_change(v3) -> None:
    loaded = Job.load_record({"id": "a" * 24}, v3)
    loaded.status = "paused"
    assert loaded.changes == {"status": Change(UNSET, "paused")}


# -- what changed ----------------------------------------------------------------------------------


def test_changes_are_noticed_deep_inside_values(v3) -> None:
    loaded = job(v3, metadata={"a": {"b": [1, {"c": 2}]}})
    loaded.metadata["a"]["b"][1]["c"] = 3
    change = loaded.changes["metadata"]
    assert (change.before, change.after) == (
        {"a": {"b": [1, {"c": 2}]}},
        {"a": {"b": [1, {"c": 3}]}},
    )


def test_going_back_to_the_old_value_is_no_change(v3) -> None:
    loaded = job(v3, status="waiting")
    loaded.status = "paused"
    loaded.status = "waiting"
    loaded.metadata["x"] = 1
    del loaded.metadata["x"]
    assert loaded.changes == {}


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_detached_values_are_the_same_and_share_nothing_that_can_change(value) -> None:
    copied = detached(value)
    assert is_same(value, copied)
    if isinstance(value, (dict, list)):
        assert copied is not value


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (1, 1.0), ([1], [1, 2]), ({"a": 1}, {"b": 1}), ([0], [False]), ("", None)],
)
def test_values_that_differ_on_the_wire_are_not_the_same(one, other) -> None:
    assert not is_same(one, other)


# -- what Python asks of a value -------------------------------------------------------------------


def test_repr_is_short_and_holds_nothing_that_may_be_secret(v3) -> None:
    loaded = job(v3, name="shots", metadata={"password": "hunter2"}, description="hunter2")
    shown = f"Job.loaded(id='{'a' * 24}', code='shots', status='running')"
    assert repr(loaded) == str(loaded) == shown
    new = Job(source="share=a/b", settings={"k": "hunter2"}, description="hunter2", tasks=["c"])
    assert repr(new) == "<Job(tasks=['c'], source='share=a/b') with description, settings>"


def test_repr_of_an_entity_can_be_pasted_back(v3) -> None:
    known = {"Job": Job, "Queue": Queue, "User": User, "Task": Task}
    loaded = job(v3, name="shots")
    pasted = eval(repr(loaded), known)
    assert pasted == loaded
    assert (pasted.is_new, pasted.status, repr(pasted)) == (False, "running", repr(loaded))
    for new in (
        Queue(name="Panic", priority=3),
        User(code="lisa@example.com", role="employee", mail=False),
        Task(job="b" * 24, source="share=a/b", priority=7),
        Job(source="share=a/b", destination="x@y.z", status="paused"),
    ):
        again = eval(repr(new), known)
        assert again.is_new
        assert again.changes == new.changes


def test_what_is_known_of_an_entity_is_completed_by_refresh(v3) -> None:
    v3.add("queue", 1, code="high", priority=999)
    queue = Queue.loaded(id=f"{1:024x}", code="high")
    with pytest.raises(AttributeNotLoadedError):
        _ = queue.priority
    assert queue.refresh().priority == 999
    with pytest.raises(EntityStateError, match="name it with id="):
        Queue.loaded(code="high")


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))]
)
def test_copies_keep_values_changes_and_unknown_attributes(v3, duplicate) -> None:
    loaded = job(v3, status="brand-new", colour="red", metadata={"a": 1})
    loaded.metadata["a"] = 2
    twin = duplicate(loaded)
    assert twin == loaded
    assert (twin.status, twin.extra, twin.changes) == (
        "brand-new",
        {"colour": "red"},
        loaded.changes,
    )
    assert not twin.is_new


def test_pickling_leaves_the_session_behind(v3) -> None:
    assert job(v3).session is v3
    assert pickle.loads(pickle.dumps(job(v3))).session is None


def test_copies_do_not_share_what_changed(v3) -> None:
    loaded = job(v3)
    twin = copy.deepcopy(loaded)
    twin.status = "paused"
    twin.metadata["x"] = 1
    assert loaded.changes == {}


# -- classes of a studio ---------------------------------------------------------------------------


class StudioJob(Job):
    department: Attr[str] = attr(default="comp", wire="dept")
    reviewers: Attr[list[str]] = attr(default_factory=list)
    show: Attr[str]


def test_studios_declare_attributes_of_their_own(v3) -> None:
    new = StudioJob(source="a", show="x")
    assert (new.department, new.reviewers, new.show) == ("comp", [], "x")
    with pytest.raises(EntityValidationError, match="show: is required"):
        StudioJob(source="a")
    new.save()
    assert v3.calls[-1][2] == {"source": "a", "dept": "comp", "show": "x"}
    loaded = StudioJob.load_record({"id": "b" * 24, "dept": "fx"}, v3)
    assert loaded.department == "fx"
    assert str(StudioJob.where(StudioJob.department == "fx")) == "Job WHERE dept=fx"
    assert str(StudioJob.parse("Job WHERE dept=fx")) == "Job WHERE dept=fx"
    assert not hasattr(Job, "department")


@pytest.mark.parametrize(
    ("annotation", "namespace", "advice"),
    [
        ("int", {"grade": 5}, r"write grade: Attr\[int\] = attr\(default=5\)"),
        ("int", {}, r"write grade: Attr\[int\]$"),
        ("Attr[str]", {"grade": "a"}, r"write grade: Attr\[str\] = attr\(default='a'\)"),
    ],
)
def test_attributes_that_are_not_declared_as_such_are_refused(
    annotation, namespace, advice
) -> None:
    body = {"__annotations__": {"grade": annotation}, "__module__": __name__, **namespace}
    with pytest.raises(TypeError, match=advice):
        type(Job)("Graded", (Job,), body)


@pytest.mark.parametrize("make", ["model_construct", "model_validate", "model_validate_json"])
def test_ways_around_the_constructor_are_closed(make) -> None:
    with pytest.raises(EntityStateError, match=r"constructor, or from a record by load_record\(\)"):
        getattr(Job, make)({"status": "nonsense"})


def test_model_copy_checks_what_it_updates(v3) -> None:
    loaded = job(v3)
    twin = loaded.model_copy(update={"status": "paused"})
    assert (twin.changes.keys(), loaded.changes, loaded.model_copy().changes) == (
        {"status"},
        {},
        {},
    )
    with pytest.raises(EntityValidationError):
        loaded.model_copy(update={"status": "nonsense"})


def test_unknown_attributes_cannot_seem_to_change(v3) -> None:
    loaded = job(v3, stats={"a": [1]})
    loaded.stats["a"].append(2)
    loaded.extra["stats"]["a"].append(3)
    assert loaded.stats == loaded.extra["stats"] == {"a": [1]}
    with pytest.raises(EntityValidationError, match="this version does not know it: declare it on"):
        loaded.stats = {}


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: Queue(name=""), "Queue.name: string should have at least 1 character"),
        (lambda: Queue(code=""), "Queue.code: string should have at least 1 character"),
        (lambda: Queue(name="x", priority=True), "valid integer, not bool"),
        (lambda: Queue(name="x", priority="10"), "valid integer, not str"),
        (lambda: Queue(name="x", priority=1001), "less than or equal to 1000"),
        (lambda: Task(source="a", priority=-1), "Task.priority: input should be greater than"),
        (lambda: Job(tasks=[{"source": "a", "priority": 1001}]), "less than or equal to 1000"),
        (lambda: User(code="lisa"), "User.code: is an e-mail address, such as lisa@example.com"),
        (lambda: Task(source="a", status="done"), "only queued, onhold, excluded"),
        (lambda: Job(tasks=[{"source": "a", "status": "done"}]), "only queued, onhold, excluded"),
    ],
)
def test_limits_are_checked_before_anything_is_sent(make, problem) -> None:
    with pytest.raises(EntityValidationError) as caught:
        make()
    assert problem in str(caught.value)


def test_hints_never_name_a_status_that_cannot_be_set() -> None:
    with pytest.raises(EntityValidationError) as caught:
        Job(status="runing")
    assert "did you mean" not in str(caught.value)


def test_one_mistake_is_one_problem() -> None:
    with pytest.raises(EntityValidationError) as caught:
        Queue(name="x", status="paused")
    assert caught.value.problems == (
        ("status", "cannot be given yet: save() first, then change it"),
    )


def test_containers_filled_in_place_before_they_are_assigned_count_as_empty_before(v3) -> None:
    job = Job.load_record({"id": "a" * 24, "metadata": {}}, v3)
    job.metadata["show"] = "a"
    assert job.changes == {"metadata": Change({}, {"show": "a"})}
    job.metadata = {"show": "b"}
    assert job.changes == {"metadata": Change({}, {"show": "b"})}


def test_entities_of_one_page_differ_by_themselves(v3) -> None:
    records = [v3.add("job", number, metadata={}) for number in (1, 2)]
    one, other = Job.load_records(records, v3)
    one.metadata["show"] = "a"
    one.name = "renamed"
    assert set(one.changes) == {"metadata", "name"}
    assert not other.changes
    one.delete()
    assert (one.is_deleted, other.is_deleted) == (True, False)


@pytest.mark.parametrize(
    ("name", "meant"), [("jbos", "jobs"), ("saev", "save"), ("metdata", "metadata")]
)
def test_misspelt_relations_and_methods_are_told_as_attributes_are(name, meant) -> None:
    with pytest.raises(AttributeError, match=rf"Queue has no attribute '{name}' \(did you mean"):
        getattr(Queue(name="x"), name)
    with pytest.raises(AttributeError, match=rf"did you mean '{meant}'"):
        getattr(Queue(name="x"), name)
