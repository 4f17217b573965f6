from __future__ import annotations

import pickle

import pytest

from accsyn_orm.entities import Job, JobStatus, Queue, Task, Transfer, User
from accsyn_orm.entities.active import activate, deactivate
from accsyn_orm.errors import (
    EntityNotFoundError,
    EntityStateError,
    MultipleEntitiesError,
    QueryFieldError,
    QueryValueError,
)
from accsyn_orm.fields import code, colour, role, status
from accsyn_orm.query import raw

JOB = "6971e16fceadd67b955b1995"


def fill(backend, count):
    for number in range(count):
        backend.add("job", number, status="failed" if number % 2 else "done", code=f"j{number}")


# -- text ------------------------------------------------------------------------------------------


def test_line_of_the_documentation_works_verbatim() -> None:
    query = Job.where(status != "failed") & (Job.code == "Daily backup")
    assert str(query) == 'Job WHERE status!=failed AND code="Daily backup"'


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (Job.where(), "Job"),
        (Transfer.where(Transfer.status == "done"), "Transfer WHERE status=done"),
        (Job.where(status == "done", code == "x"), "Job WHERE status=done AND code=x"),
        (Job.where(status == "done") | (Job.code == "x"), "Job WHERE status=done OR code=x"),
        ((Job.code == "x") & Job.where(status == "done"), "Job WHERE status=done AND code=x"),
        ((Job.code == "x") | Job.where(status == "done"), "Job WHERE status=done OR code=x"),
        (Job.where(code == "x") & Job.where(status == "done"), "Job WHERE code=x AND status=done"),
        (Job.where(code == "x") | Job.where(status == "done"), "Job WHERE code=x OR status=done"),
        (Job.where(code == "x") & Job.where(), "Job WHERE code=x"),
        (Job.where() & Job.where(code == "x"), "Job WHERE code=x"),
        (Job.where(code == "x") | Job.where(), "Job"),
        (Job.where().where(), "Job"),
    ],
)
def test_queries_print_as_canonical_text(query, text) -> None:
    assert str(query) == text


def test_text_and_expression_are_the_same_query() -> None:
    text = (
        "Job WHERE ((user=5bfeb0381da7ee4095fa217e AND source!=hq) OR status<>failed) "
        'AND code="Daily backup"'
    )
    built = Job.where(
        ((Job.user == "5bfeb0381da7ee4095fa217e") & (Job.source != "hq")) | (Job.status != "failed")
    ) & (Job.code == "Daily backup")
    assert Job.parse(text) == built
    assert hash(Job.parse(text)) == hash(built)
    assert Job.parse(str(built)) == built


def test_older_names_become_current_ones() -> None:
    assert str(Job.parse("Job WHERE dest='lars@edit.com'")) == "Job WHERE destination=lars@edit.com"
    assert str(User.parse("User WHERE clearance=user")) == "User WHERE role=standard"
    assert str(Queue.where(status == "disabled")) == "Queue WHERE status=paused"


def test_dotted_names_are_checked_by_their_first_part() -> None:
    assert str(Task.parse(f"task WHERE job.id={JOB}")) == f"Task WHERE job.id={JOB}"
    assert str(Job.parse("Job WHERE metadata.shot=010")) == "Job WHERE metadata.shot=010"
    with pytest.raises(QueryFieldError, match="no attribute 'jbo'"):
        Task.parse("task WHERE jbo.id=5")


def test_names_of_other_entities_are_refused_with_the_nearest_spelling() -> None:
    with pytest.raises(QueryFieldError, match="Job has no attribute 'role'"):
        Job.where(role == "admin")
    with pytest.raises(QueryFieldError, match="did you mean 'status'"):
        Job.parse("Job WHERE statsu=done")
    with pytest.raises(QueryFieldError, match="colour"):
        Job.where(colour == "red")
    with pytest.raises(QueryFieldError):
        Job.where(User.role == "admin")


def test_names_inside_groups_are_checked() -> None:
    with pytest.raises(QueryFieldError):
        Job.where((status == "done") | ((code == "x") & (colour == "red")))


@pytest.mark.parametrize("combine", [lambda a, b: a & b, lambda a, b: a | b])
def test_only_queries_of_one_entity_and_one_scope_combine(combine) -> None:
    with pytest.raises(QueryValueError, match="not about Job"):
        combine(Job.where(), User.where())
    with pytest.raises(QueryValueError, match="limit: 5 and 6"):
        combine(Job.where().limit(5), Job.where().limit(6))
    with pytest.raises(TypeError):
        combine(Job.where(), "status=done")


def test_and_takes_over_what_only_one_of_the_queries_says() -> None:
    merged = Job.where().limit(5) & Job.where().finished()
    assert (merged.selection.limit, merged.selection.finished) == (5, True)


@pytest.mark.parametrize(
    "narrowed",
    [
        Job.where(status == "done").finished(),
        Job.where(status == "done").limit(3),
        Job.where(status == "done").skip(3),
        Job.where(status == "done").only("code"),
        Job.where(status == "done").archived(),
        Task.where(status == "done").under(JOB),
    ],
)
def test_or_of_queries_that_one_request_cannot_answer_is_refused(narrowed) -> None:
    failed = narrowed.entity.where(status == "failed")
    for combine in (lambda: failed | narrowed, lambda: narrowed | failed):
        with pytest.raises(QueryValueError, match="run them one after the other"):
            combine()
    assert str(
        narrowed | narrowed.where(code == "x" if narrowed.entity is Job else status == "done")
    )


def test_or_keeps_what_both_queries_say() -> None:
    either = Job.where(status == "done").finished() | Job.where(status == "aborted").finished()
    assert str(either) == "Job WHERE status=done OR status=aborted"
    assert either.selection.finished is True


@pytest.mark.parametrize(
    ("condition", "advice"),
    [
        ("status=failed", r"Job\.parse\('Job WHERE …'\)"),
        (None, r"write Job\.where\(\)"),
        (True, r"did you mean Job\.status == … instead of job\.status == …\?"),
        (Job.status, r"compare it with a value: Job\.status == …"),
        (status, "compare it with a value: status == …"),
        (Job.where(), "combine queries with & or |"),
        (5, r"not int"),
    ],
)
def test_what_is_no_condition_is_refused_and_never_means_everything(condition, advice) -> None:
    with pytest.raises(TypeError, match=advice):
        Job.where(condition)
    with pytest.raises(TypeError, match=advice):
        Job.where(status == "done").where(condition)


def test_queries_are_values() -> None:
    query = Job.where(status == "done").limit(3).only("code").finished()
    twin = pickle.loads(pickle.dumps(query))
    assert twin == query
    assert len({twin, query, Job.where()}) == 2
    with pytest.raises(AttributeError):
        query.entity = User


# -- asking ----------------------------------------------------------------------------------------


def test_nothing_is_asked_before_the_first_entity_is_needed(v3) -> None:
    found = iter(Job.where(status == "failed"))
    assert v3.calls == []
    with pytest.raises(StopIteration):
        next(found)


@pytest.mark.parametrize("count", [-1, True, "5", 1.5, 5.0, None])
def test_limit_skip_and_pages_take_natural_numbers(count) -> None:
    for use in (Job.where().limit, Job.where().skip, Job.where().pages):
        with pytest.raises(QueryValueError, match="takes a whole number from"):
            use(count)


def test_pages_hold_at_least_one_entity() -> None:
    with pytest.raises(QueryValueError, match="from 1 up"):
        Job.where().pages(0)


def test_first_one_count_and_exists(v3) -> None:
    fill(v3, 5)
    failed = Job.where(status == "failed")
    assert failed.first() == failed.all()[0]
    assert (failed.count(), failed.exists(), failed.limit(1).count()) == (2, True, 1)
    assert Job.where(code == "j3").one().code == "j3"
    assert failed.limit(1).one().code == "j1"
    with pytest.raises(MultipleEntitiesError, match="Job WHERE status=failed"):
        failed.one()
    nothing = Job.where(code == "nothing")
    assert (nothing.first(), nothing.count(), nothing.exists()) == (None, 0, False)
    with pytest.raises(EntityNotFoundError, match="code=nothing"):
        nothing.one()


def test_ends_ask_for_no_more_than_they_need(v3) -> None:
    fill(v3, 5)
    for end in (
        Job.where().first,
        Job.where().exists,
        Job.where(code == "j1").one,
        Job.where().count,
    ):
        end()
    assert [call[2] for call in v3.calls] == [
        {"limit": 1},
        {"limit": 1, "attributes": ["id"]},
        {"limit": 2},
        {"limit": 501, "attributes": ["id"]},
    ]


def test_scopes_are_sent(v3) -> None:
    Job.where().finished().all()
    User.where().inactive().all()
    Job.where().archived().all()
    assert [call[2] for call in v3.calls] == [
        {"limit": 501, "finished": True},
        {"limit": 501, "inactive": True},
        {"limit": 501, "archived": True},
    ]


def test_query_bound_to_a_session_ignores_the_active_one(v3, v1) -> None:
    fill(v3, 1)
    query = type(Job.where())(Job, backend=v3)
    assert query.where(status == "done").one().session is v3
    assert v1.calls == []


def test_one_iteration_stays_in_one_session(v3, v1) -> None:
    fill(v1, 4)
    pages = Job.where().pages(2)
    next(pages)
    token = activate(v3)
    assert len(list(pages)) == 1
    deactivate(token)
    assert v3.calls == []


# -- sub-entities ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (Task.where().under(JOB), "Task"),
        (Task.where(Task.job == JOB), "Task"),
        (
            Task.parse(f"task WHERE job.id={JOB} AND status<>executing"),
            "Task WHERE status!=executing",
        ),
        (
            Task.parse(f"task WHERE status=done AND uri=0 AND job={JOB}"),
            "Task WHERE status=done AND uri=0",
        ),
    ],
)
def test_condition_on_the_job_becomes_the_parent(v3, query, text) -> None:
    query.all()
    assert v3.calls == [("find", text, {"limit": 501, "parent": JOB})]


@pytest.mark.parametrize("text", ["job=README.txt", f"job.id={JOB} OR status=done", f"job!={JOB}"])
def test_other_conditions_on_the_job_stay_conditions(v3, text) -> None:
    Task.parse(f"Task WHERE {text}").only("status").all()
    options = {"limit": 501, "attributes": ["id", "status", "job"]}
    assert v3.calls == [("find", f"Task WHERE {text}", options)]


def test_tasks_know_their_job_when_it_was_asked_for(v1) -> None:
    v1.add("task", 1, uri="0", job=JOB)
    del v1.records["task"][f"{1:024x}"]["job"]
    v1.records["task"][f"{1:024x}"]["job"] = JOB
    task = Task.parse(f"task WHERE job.id={JOB}").only("uri").one()
    assert (task.job, v1.calls[-1][2]["attributes"]) == (JOB, ["id", "uri"])


def test_under_takes_a_job(v3) -> None:
    assert Task.where().under(Job.load_record({"id": JOB}, v3)).selection.parent == JOB


# -- generations -----------------------------------------------------------------------------------


def test_v1_is_asked_in_its_own_words(v1) -> None:
    Transfer.where(Transfer.name == "x", status == "done").only("name", "code").all()
    Queue.where((Queue.status == "paused") | Queue.name.in_(["a", "b"])).all()
    Queue.where(Queue.status.in_(["paused", "waiting"])).all()
    User.where(User.role != "standard", ~(User.code == "x")).all()
    Task.where((Task.job == JOB) | (Task.uri == "0")).all()
    assert [call[1] for call in v1.calls] == [
        "Job WHERE code=x AND status=done",
        "Queue WHERE status=disabled OR code IN a,b",
        "Queue WHERE status IN disabled,waiting",
        "User WHERE role!=user AND code!=x",
        f"Task WHERE job.id={JOB} OR uri=0",
    ]
    assert v1.calls[0][2]["attributes"] == ["id", "code"]


# -- values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "condition",
    [
        lambda: Job.status == JobStatus.DONE,
        lambda: Job.status == "Done",
        lambda: Job.status == "fail*",
        lambda: Job.finished.__eq__(None),
        lambda: Job.progress == 5,
        lambda: Job.speed > 1.5,
        lambda: Job.status.raw("hibernating"),
        lambda: Job.code == "null",
        lambda: Job.status.contains("fai"),
    ],
)
def test_values_that_can_occur_are_taken(condition) -> None:
    assert Job.where(condition()).selection.where is not None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("user.code", "user is the id of another entity; ask that one first"),
        ("queue.id.x", "queue is the id of another entity"),
        ("status.x", "status is one value, without keys"),
        ("created.year", "created is one value, without keys"),
        ("source.id", "source is one value, without keys"),
        ("name.x", "name is one value, without keys"),
    ],
)
def test_keys_of_what_has_none_are_refused(name, reason) -> None:
    for ask in (lambda: Job.parse(f"Job WHERE {name}=x"), lambda: Job.where().only(name)):
        with pytest.raises(QueryFieldError, match=reason) as caught:
            ask()
        assert caught.value.name == name


@pytest.mark.parametrize(
    "text",
    [
        "status=failed",
        "status=FAILED",
        "status=fail*",
        "status IN done,failed",
        "status=null",
        "progress>=50",
        "progress=-1",
        "speed<1.5e3",
        "created>2026-11-01",
        "created=2026-11-*",
        "finished=2026-11-01T10:00:00",
        "source=hq",
        "code=anything",
        "status CONTAINS fai",
        'status MATCHES "^f"',
        "metadata=null",
        "metadata.x=5",
        "finished=null",
        "created>2026",
        "created>2026-02",
        "created>2028-02-29T23",
        "created>2026-11-01t23:59",
        "user.id=x",
    ],
)
def test_text_values_that_can_occur_are_taken(text) -> None:
    assert Job.parse(f"Job WHERE {text}").selection.where is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("status=faild", "did you mean 'failed'?"),
        ("status=xyzzy", "mark it with raw()"),
        ("status IN done,faild", "did you mean 'failed'?"),
        ("progress>half", "Job.progress is a number"),
        ("progress=٣", "is a number"),
        ("created>yesterday", "Job.created is a date, such as 2026-11-23"),
        ("created>2026-13-01", "Job.created is a date, such as 2026-11-23"),
        ("created>2026-02-29", "Job.created is a date, such as 2026-11-23"),
        ("created>2026-13", "Job.created is a date, such as 2026-11-23"),
        ("finished<2026-11-01T24:10", "Job.finished is a date, such as 2026-11-23"),
        ("metadata=x", "compare one of its keys: metadata.<key>"),
    ],
)
def test_values_that_can_never_occur_are_refused(text, reason) -> None:
    with pytest.raises(QueryValueError) as caught:
        Job.parse(f"Job WHERE {text}")
    assert reason in str(caught.value)


def test_fields_of_a_class_refuse_at_once() -> None:
    with pytest.raises(QueryValueError, match="did you mean 'failed'"):
        _ = Job.status == "faild"


def test_bare_fields_refuse_when_they_meet_a_class() -> None:
    condition = status == "enabled"
    assert str(User.where(condition)) == "User WHERE status=enabled"
    with pytest.raises(QueryValueError, match=r"Job\.status"):
        Job.where(condition)


# -- values that a generation spells differently ---------------------------------------------------


@pytest.mark.parametrize(
    "condition",
    [
        "role=stand*",
        "role=Standard",
        "role!=stand*",
        "role!=STANDARD",
        "role IN stand*,admin",
        "role NOT IN *a*",
        "role IN x*,y*",
        "role=null",
        "role!=null",
        "role CONTAINS standard",
        "role NOT CONTAINS stan",
        "role CONTAINS user",
        "role NOT CONTAINS user",
        "role MATCHES ^s",
        "role NOT MATCHES ^s",
        "role>employee",
        "role<=employee",
        "role=* AND (code=a* OR role<employee)",
    ],
)
def test_conditions_find_the_same_in_both_generations(workspace, condition) -> None:
    query = User.parse(f"User WHERE {condition}")
    found = {}
    for protocol in ("v1", "v3"):
        with workspace.session("admin", protocol=protocol):
            found[protocol] = sorted(user.code for user in query)
    assert found["v1"] == found["v3"]


@pytest.mark.parametrize(
    "condition", ["status=p*", "status CONTAINS aus", "status!=dis*", "status<waiting"]
)
def test_paused_queues_are_found_in_both_generations(workspace, condition) -> None:
    with workspace.session("admin"):
        paused = Queue(name=f"Held {condition}").save()
        paused.status = "paused"
        paused.save()
    query = Queue.parse(f"Queue WHERE {condition}").only("status")
    found = {}
    for protocol in ("v1", "v3"):
        with workspace.session("admin", protocol=protocol):
            found[protocol] = sorted((queue.id, queue.status.value) for queue in query)
    assert found["v1"] == found["v3"]
    assert "paused" in {status for _, status in found["v3"]}


# -- attributes that cannot be asked for -----------------------------------------------------------


@pytest.mark.parametrize(
    ("cls", "names"),
    [
        (Job, ["append", "hooks", "mirror", "mirror_paths", "recipients", "settings", "tasks"]),
        (Task, ["settings"]),
        (
            User,
            ["create_home_share", "give_all_volumes_access", "give_default_volume_access", "mail"],
        ),
        (User, ["message", "volumes"]),
    ],
)
def test_attributes_that_never_come_back_can_be_neither_queried_nor_selected(cls, names) -> None:
    for name in names:
        with pytest.raises(QueryFieldError, match="is only sent, never returned"):
            cls.parse(f"{cls.__name__} WHERE {name}=1")
        with pytest.raises(QueryFieldError, match="is only sent, never returned"):
            cls.where().only(name)
    with pytest.raises(QueryFieldError, match=r"Job\.append is only sent"):
        Job.where(Job.append == raw("true"))


@pytest.mark.parametrize(
    ("read", "name", "message"),
    [
        (lambda: Job.staus, "staus", "Job has no attribute 'staus' (did you mean 'status'?)"),
        (lambda: Job.colour, "colour", "Job has no attribute 'colour'"),
        (lambda: Job.tasks, "tasks", "Job.tasks cannot be queried"),
        (lambda: Transfer.tasks, "tasks", "Transfer.tasks cannot be queried"),
    ],
)
def test_misspelt_attributes_of_a_class_name_the_nearest(read, name, message) -> None:
    with pytest.raises(AttributeError) as caught:
        read()
    assert message in str(caught.value)
    assert (caught.value.name, caught.value.obj.__name__) == (
        name,
        message.split(".")[0].split()[0],
    )


def test_misspelt_attributes_of_an_object_name_the_nearest(v3) -> None:
    job = Job.load_record({"id": JOB, "colour": "red"}, v3)
    with pytest.raises(AttributeError, match=r"no attribute 'stauts' \(did you mean 'status'"):
        _ = job.stauts
    with pytest.raises(AttributeError, match="did you mean 'colour'") as caught:
        _ = job.color
    assert (caught.value.name, caught.value.obj) == ("color", job)
    assert job.colour == "red"
    assert not hasattr(job, "_repr_png_")


# -- references ------------------------------------------------------------------------------------


def test_entities_are_compared_by_their_id(v3) -> None:
    queue = Queue.load_record({"id": JOB}, v3)
    assert str(Job.where(Job.queue == queue)) == f"Job WHERE queue={JOB}"
    assert str(Job.where(Job.parent.in_([queue, "high"]))) == f"Job WHERE parent IN {JOB},high"
    with pytest.raises(QueryValueError, match="an entity that was saved"):
        _ = Job.queue == Queue(name="x")


@pytest.mark.parametrize("parent", [Job(source="a"), None, "", 5])
def test_under_needs_a_parent_with_an_id(parent) -> None:
    with pytest.raises(EntityStateError, match=r"has no id: save\(\) it first"):
        Task.where().under(parent)


def test_tasks_are_never_asked_for_without_a_job(v3) -> None:
    for query in (Task.where(), Task.where(Task.status == "done")):
        for end in (query.all, query.first, query.count):
            with pytest.raises(EntityStateError, match=r"use job\.tasks or Task\.job == …"):
                end()
    assert v3.calls == []


def test_repr_of_a_query_can_be_pasted_back() -> None:
    job = "6971e16fceadd67b955b1995"
    queries = (
        Job.where(),
        Job.where(status == "done"),
        Job.where(Job.code == 'it "is"').finished().limit(3).skip(2),
        Job.where(status == "done").only("code").prefetch(Job.user).strict(),
        Task.where().under(job),
        User.where().inactive(),
        Job.where().archived(),
    )
    for query in queries:
        assert eval(repr(query), {"Job": Job, "Task": Task, "User": User}) == query
    expected = "Job.parse('Job WHERE status=done').only('id', 'code').prefetch('user').strict()"
    assert repr(queries[3]) == expected


def test_keys_of_metadata_are_compared(v3) -> None:
    v3.add("job", 1, metadata={"Shot": "SH010"})
    query = Job.where(Job.metadata["shot"] == "sh010")
    assert str(query) == "Job WHERE metadata.shot=sh010"
    assert query.exists()
    with pytest.raises(QueryFieldError, match=r"Job\.code\.x holds no dictionaries"):
        _ = Job.code["x"]


@pytest.mark.parametrize("name", ["jobs", "home"])
def test_relations_are_neither_compared_nor_selected(name) -> None:
    for ask in (lambda: User.parse(f"User WHERE {name}=x"), lambda: User.where().only(name)):
        with pytest.raises(QueryFieldError, match=rf"User\.{name} is asked for by itself"):
            ask()


@pytest.mark.parametrize(
    ("query", "condition", "reason"),
    [
        (Job, User.status == "enabled", "no value of Job.status"),
        (Job, Task.status.in_(["queued", "executing"]), "no value of Job.status"),
        (User, Job.status.in_(["failed", raw("enabled")]), None),
        (Task, Queue.priority > 5, None),
        (User, Job.status == raw("half"), None),
        (Transfer, Job.status == "failed", None),
        (Job, Transfer.created > "2026-11-01", None),
    ],
)
def test_values_that_another_class_checked_are_checked_again(query, condition, reason) -> None:
    if reason is None:
        assert query.where(condition).selection.where == condition
        return
    with pytest.raises(QueryValueError, match=reason):
        query.where(condition)
