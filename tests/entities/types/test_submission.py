"""What new jobs are submitted with: checked before it is sent, every problem with its place."""

from __future__ import annotations

import pytest

from accsyn_orm import (
    AccsynPath,
    Compute,
    Delivery,
    EntityValidationError,
    Job,
    ReadOnlyAttributeError,
    Request,
    Stream,
    Task,
    Transfer,
    User,
)

LISA = "lisa@example.com"


def problems(make) -> dict[str, str]:
    with pytest.raises(EntityValidationError) as caught:
        make()
    return dict(caught.value.problems)


def sent(backend, entity) -> dict[str, object]:
    """Save an entity, and return the data that created it."""
    entity.save()
    operation, _, data, _ = backend.calls[-1]
    assert operation == "create"
    return data


# -- tasks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        (["share=a/b"], ["share=a/b"]),
        ([AccsynPath("share=a/b")], ["share=a/b"]),
        (("share=a", {"source": "b"}), ["share=a", {"source": "b"}]),
        ({"source": "a", "destination": "b"}, [{"source": "a", "destination": "b"}]),
        ({"source": AccsynPath("share=a")}, [{"source": "share=a"}]),
        ({"x": {"source": "a"}, 1: "b"}, {"x": {"source": "a"}, "1": "b"}),
        (
            [Task(source="a", uri="x", priority=0, settings={"n": 1}, status="onhold")],
            [
                {
                    "uri": "x",
                    "source": "a",
                    "status": "onhold",
                    "priority": 0,
                    "settings": {"n": "1"},
                }
            ],
        ),
        (
            [{"source": "a", "metadata": {"shot": [1]}, "id": "4f1c"}],
            [{"source": "a", "metadata": {"shot": [1]}, "id": "4f1c"}],
        ),
    ],
)
def test_tasks_in_every_shape_are_sent(v3, tasks, expected) -> None:
    assert sent(v3, Transfer(tasks=tasks))["tasks"] == expected


@pytest.mark.parametrize(
    ("tasks", "found"),
    [
        ("share=a", {"tasks": "takes a list of tasks, or a dictionary of tasks by uri"}),
        ([""], {"tasks.0": "is a path, a Task or a dictionary, not str"}),
        (["a", 5], {"tasks.1": "is a path, a Task or a dictionary, not int"}),
        (["a", "b", {"destination": "c"}], {"tasks.2.source": "is required"}),
        ({"x": "a", "y": []}, {"tasks.y": "is a path, a Task or a dictionary, not list"}),
        (
            {"x": {"source": "a", "uri": "y"}},
            {"tasks.x.uri": "is 'y', and the key is 'x': leave one out"},
        ),
        (
            [{"sorce": "a"}, {"source": "a", "status": "done"}],
            {
                "tasks.0.sorce": "no such key of tasks of transfers; did you mean 'source'?",
                "tasks.1.status": "only queued, onhold, excluded when it is created",
            },
        ),
        (
            [{"source": "a", "settings": {"x": []}, "priority": 1001}],
            {
                "tasks.0.settings.x": "input should be a valid string",
                "tasks.0.priority": "input should be less than or equal to 1000",
            },
        ),
        (
            [{"source": "a", "deps": ["b"]}],
            {"tasks.0.deps": "is for tasks of compute jobs, not of transfers"},
        ),
        (
            [{"source": "a", "@": 1}],
            {
                "tasks.0.@": "no such key of tasks of transfers: id, uri, source, destination, "
                "priority, metadata, settings, status"
            },
        ),
    ],
)  # fmt: skip
def test_problems_of_tasks_are_all_found_and_name_their_place(tasks, found) -> None:
    assert problems(lambda: Transfer(tasks=tasks)) == found
    job = Transfer(source="a")
    assert problems(lambda: setattr(job, "tasks", tasks)) == found


def test_a_task_of_another_job_is_not_taken(v3) -> None:
    old = Task.load_record({"id": "x", "job": "a" * 24}, v3)
    assert problems(lambda: Job(tasks=[old])) == {
        "tasks.0": "belongs to a job already: give its source"
    }


@pytest.mark.parametrize(
    ("job", "found"),
    [
        (Job(), {"tasks": "or source and destination are required"}),
        (Job(source="a", tasks=["b"]), {"source": "or tasks, not both: put it among the tasks"}),
        (
            Job(source="a", name="x", code="y"),
            {"code": "means the same as name, which is 'x': leave one out"},
        ),
        (Job(source="a", parent="b", append=True), {"append": "is not for files beneath a parent"}),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused_before_sending(v3, job, found) -> None:
    assert problems(job.save) == found
    assert v3.calls == []


def test_several_destinations_are_given_instead_of_one(v1) -> None:
    lisa = User.load_record({"id": "b" * 24, "code": LISA}, v1)
    assert sent(v1, Job(source="a", recipients=[LISA, lisa]))["recipients"] == [LISA, "b" * 24]
    both = Job(source="a", recipients=[LISA], destination=LISA)
    assert problems(both.save).keys() == {"recipients"}


# -- settings, hooks, options ----------------------------------------------------------------------


def test_settings_are_text_on_the_wire_whatever_they_were_given_as(v3) -> None:
    job = Job(source="a", settings={"a": 5, "b": -1.0, "c": True, "d": "x"})
    assert job.settings == {"a": "5", "b": "-1.0", "c": "true", "d": "x"}
    job.settings["e"] = 7  # in place, so it is noticed when it is sent
    assert sent(v3, job)["settings"] == {"a": "5", "b": "-1.0", "c": "true", "d": "x", "e": "7"}


def test_what_is_spoilt_in_place_is_sent_as_it_should_be(v3) -> None:
    task = Task(job="a" * 24, source="b")
    task.settings["n"] = 7
    assert sent(v3, task) == {"tasks": {"source": "b", "settings": {"n": "7"}}}


@pytest.mark.parametrize("value", [None, [], {"x": "1"}, float("nan"), float("inf")])
def test_what_is_no_setting_is_refused(value) -> None:
    assert problems(lambda: Job(source="a", settings={"n": value})).keys() == {"settings.n"}


def test_hooks_say_when(v3) -> None:
    hook = {"when": "hook-job-publish-server", "data": {"files": []}}
    assert sent(v3, Job(source="a", hooks=[hook]))["hooks"] == [hook]
    assert problems(lambda: Job(source="a", hooks=[{"data": 1}])) == {
        "hooks.0.when": "field required"
    }
    assert problems(lambda: Job(source="a", hooks=[{**hook, "whn": 1}])).keys() == {"hooks.0.whn"}


def test_options_about_duplicates_belong_to_the_new_job(v3) -> None:
    data = sent(v3, Job(source="a", allow_duplicates=False, replace_duplicates=True, append=True))
    assert (data["allow_duplicates"], data["replace_duplicates"], data["append"]) == (
        False, True, True
    )  # fmt: skip
    with pytest.raises(ReadOnlyAttributeError):
        Job.load_record({"id": "a" * 24}, v3).allow_duplicates = True


@pytest.mark.parametrize("fixture", ["session", "v1_session"])
def test_the_workspace_refuses_duplicates_if_it_is_told_to(request, fixture) -> None:
    request.getfixturevalue(fixture)
    twice = [{"source": "volume=projects/a", "destination": LISA}] * 2
    with pytest.raises(Exception, match="a task repeats another one"):
        Job(tasks=twice, allow_duplicates=False).save()
    assert Job(tasks=twice).save().tasks.count() == 1


def test_append_adds_to_a_job_between_the_same_parties(session) -> None:
    first = Transfer(source="volume=projects/one", destination=LISA).save()
    again = Transfer(source="volume=projects/two", destination=LISA, append=True).save()
    assert again.id == first.id
    assert first.tasks.count() == 2


# -- compute jobs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["4", "1-10", "5-250x5", "1-3,5", "1-3 5 , 9-9", "007"])
def test_ranges_of_frames(text) -> None:
    assert Compute(engine="x", range=text).range == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "holds no frames"),
        (" , ", "holds no frames"),
        ("1-", "'1-' is neither 4, nor 1-10, nor 5-250x5"),
        ("-5", "is neither"),
        ("1x2", "is neither"),
        ("1-10x", "is neither"),
        ("a", "is neither"),
        ("1 - 10", "'-' is neither"),
        ("10-1", "'10-1' does not count up"),
        ("1-10x0", "does not count up"),
        ("1-5,9-7", "'9-7' does not count up"),
    ],
)
def test_what_is_no_range_is_refused(text, reason) -> None:
    assert reason in problems(lambda: Compute(engine="x", range=text))["range"]


@pytest.mark.parametrize(
    "text",
    [
        "", "ram:>64g", "ram:<32g", "ram:>60GB", "cores:=12", "cores:<8", "site:a+b", "site:-a",
        "site:sthlm", "hostname:+h", "hostname:-h1-h2", "hostname:h1+h2", "hostname:site/host",
        "hostname:*part*", "pool:+p", "pool:-p", "pool:~p", "pool:@p",
        "ram:>64g, site:a+b,pool:+gpu",
    ],
)  # fmt: skip
def test_documented_filters(text) -> None:
    assert Compute(engine="x", filters=text).filters == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "rams:>64g",
            "'rams:>64g' is no filter by ram, cores, site, hostname, pool (did you mean 'ram'?)",
        ),
        ("ram", "is no filter by"),
        ("ram:64g", "write ram:>64g"),
        ("cores:=many", "write cores:=12"),
        ("pool:p", "write pool:+p"),
        ("site:a, ram:x", "'ram:x' is no such filter"),
    ],
)  # fmt: skip
def test_what_is_no_filter_is_refused(text, reason) -> None:
    assert reason in problems(lambda: Compute(engine="x", filters=text))["filters"]


def test_parameters_are_checked_where_they_are_documented(v3) -> None:
    given = {
        "arguments": ["-x", "2"],
        "input_conversion": "auto",
        "mapped_share_paths": [
            {"remote": "P:", "local": AccsynPath("share=projects"), "os": "mac"}
        ],
        "remote_os": "linux",
        "clear_output_directory": True,
        "site": {"local": {"settings": {"download": {"enable": False}}}},
        "of_the_engine": {"deep": [1]},
    }
    data = sent(v3, Compute(engine="x", parameters=given))["parameters"]
    assert data == {
        **given,
        "mapped_share_paths": [{"remote": "P:", "local": "share=projects", "os": "mac"}],
        "clear_output_directory": "true",
        "site": {"local": {"settings": {"download": {"enable": "false"}}}},
    }


@pytest.mark.parametrize(
    ("parameters", "places"),
    [
        ({"input_conversion": "sometimes"}, {"parameters.input_conversion"}),
        ({"mapped_share_paths": [{"remote": "P:"}]}, {"parameters.mapped_share_paths.0.local"}),
        (
            {"mapped_share_paths": [{"remote": "", "local": "a", "os": "beos", "x": 1}]},
            {f"parameters.mapped_share_paths.0.{name}" for name in ("remote", "os", "x")},
        ),
        (
            {"site": {"hq": {"settings": {"sideways": {}}}}},
            {"parameters.site.hq.settings.sideways"},
        ),
    ],
)  # fmt: skip
def test_problems_of_parameters_name_their_place(parameters, places) -> None:
    assert problems(lambda: Compute(engine="x", parameters=parameters)).keys() == places


@pytest.mark.parametrize(
    ("envs", "expected"),
    [
        ({"A": "1", "B": 2}, {"A": "1", "B": "2"}),
        ({"common": {"A": 1}, "mac": {}}, {"common": {"A": "1"}, "mac": {}}),
        ({}, {}),
    ],
)
def test_environments_are_flat_or_for_each_system(envs, expected) -> None:
    assert Compute(engine="x", envs=envs).envs == expected


@pytest.mark.parametrize(
    ("envs", "places"),
    [
        ({"A": [1], "B": "x"}, {"envs.A"}),
        ({"common": {"A": None}}, {"envs.common.A"}),
        ({"common": {}, "beos": {}}, {"envs.beos"}),
        ({"common": {}, "A": "1"}, {"envs.A"}),
        ([], {"envs"}),
    ],
)
def test_problems_of_environments_name_their_place(envs, places) -> None:
    assert problems(lambda: Compute(engine="x", envs=envs)).keys() == places


def test_nested_tasks_wait_for_each_other_and_are_sent(session) -> None:
    job = Compute(
        engine="nuke-13",
        tasks={
            "prepare": {"compute": {"parameters": {"arguments": "-p"}}},
            "render": Task(
                tasks=[Task(uri="left", metadata={"eye": "l"}), {"uri": "right"}, {}],
                deps=["prepare"],
            ),
            "publish": {"deps": ["render/left", "render/2"], "description": "at last"},
        },
    ).save()
    assert {task.uri for task in job.tasks} == {
        "prepare", "render/left", "render/right", "render/2", "publish"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tasks", "found"),
    [
        ([{"source": "a"}], {"tasks.0.source"}),
        (["share=a"], {"tasks.0"}),
        ([{"compute": {"params": {}}}], {"tasks.0.compute.params"}),
        ([{"tasks": [{"deps": "x"}]}], {"tasks.0.tasks.0.deps"}),
        ([{"tasks": 5}], {"tasks.0.tasks"}),
        ({"A": {}, "B": {"deps": ["a"]}}, {"tasks.B.deps"}),
        ({"A": {"deps": ["A"]}}, {"tasks"}),
        ({"A": {"deps": ["B"]}, "B": {"deps": ["A"]}}, {"tasks"}),
        ({"A": {"tasks": {"x": {"deps": ["A"]}}}}, {"tasks"}),
        (
            {"A": {"deps": ["B/x"], "tasks": [{}]}, "B": {"tasks": {"x": {"deps": ["A/0"]}}}},
            {"tasks"},
        ),
        ([{"uri": "a"}, {"uri": "a"}], {"tasks.1.uri"}),
        ([{"uri": "a/b"}], {"tasks.0.uri"}),
        ([{"uri": "1"}, {}], {"tasks.1.uri"}),
    ],
)  # fmt: skip
def test_problems_of_nested_tasks_name_their_place(tasks, found) -> None:
    assert problems(lambda: Compute(engine="x", tasks=tasks)).keys() == found


def test_reasons_of_an_impossible_order_say_who_waits_for_whom() -> None:
    circle = {"A": {"deps": ["B"]}, "B": {"deps": ["C"]}, "C": {"deps": ["A"]}}
    reason = problems(lambda: Compute(engine="x", tasks=circle))["tasks"]
    assert reason.startswith("wait for each other: ")
    assert [name for name in reason if name in "ABC"][:3] in (
        ["A", "B", "C"], ["B", "C", "A"], ["C", "A", "B"]
    )  # fmt: skip
    unknown = {"Render": {}, "Publish": {"deps": ["render"]}}
    assert (
        "'render' is no task of the job"
        in problems(lambda: Compute(engine="x", tasks=unknown))["tasks.Publish.deps"]
    )


def test_tasks_are_nested_to_a_depth() -> None:
    tasks: list[object] = [{}]
    for _ in range(16):
        tasks = [{"tasks": tasks}]
    deepest = "tasks" + ".0.tasks" * 16 + ".0"
    assert problems(lambda: Compute(engine="x", tasks=tasks)).keys() == {deepest}


def test_what_computes_is_named(v3) -> None:
    assert problems(Compute(engine="", range="1").save).keys() == {"engine"}
    assert v3.calls == []


def test_what_is_computed_is_a_range_or_tasks(v3) -> None:
    assert problems(Compute(engine="x", range="1-3", tasks=[{}]).save).keys() == {"tasks"}


@pytest.mark.parametrize("name", ["description", "compute", "deps", "tasks"])
def test_tasks_that_are_added_later_have_nothing_of_a_compute_job(v3, name) -> None:
    value = {"description": "x", "compute": {}, "deps": ["a"], "tasks": [{}]}[name]
    task = Task(job="a" * 24, source="b", **{name: value})
    assert problems(task.save) == {
        name: "is for tasks that a compute job is made with: Compute(tasks=[…])"
    }


def test_v1_calls_the_engine_an_app(v1) -> None:
    assert sent(v1, Compute(engine="nuke-13", range="1-3", name="comp")) == {
        "app": "nuke-13", "range": "1-3", "code": "comp",
    }  # fmt: skip


# -- deliveries, requests, streams -----------------------------------------------------------------


@pytest.mark.parametrize("cls", [Delivery, Stream])
def test_a_delivery_of_files_with_recipients_is_submitted_at_once(session, workspace, cls) -> None:
    lisa = session.query(User).where(User.code == LISA).one()
    files = {"name": f"{cls.__name__} of shots", "tasks": ["volume=projects/show"]}
    made = cls(**files, recipients=[lisa], description="New").save()
    assert made.refresh().status in {"pending", "waiting"}
    assert [row["user"] for row in session.access(cls.__entity_type__, made.id)] == [lisa.id]
    assert [task.status for task in made.tasks] == ["queued"]
    assert cls(**files, recipients=[LISA], status="init").save().refresh().status == "init"


def test_a_request_with_recipients_is_submitted_at_once(session) -> None:
    made = Request(name="Plates", destination="volume=projects/in", recipients=[LISA]).save()
    assert made.refresh().status in {"pending", "waiting"}
    assert Request(name="Later").save().status == "init"


@pytest.mark.parametrize(
    ("make", "places"),
    [
        (lambda: Delivery(tasks=[{"source": "a", "destination": "b"}]), {"tasks.0.destination"}),
        (lambda: Delivery(tasks=["a", {}]), {"tasks.1.source"}),
        (lambda: Delivery(recipients=LISA), {"recipients"}),
        (lambda: Delivery(recipients=[LISA, ""]), {"recipients.1"}),
        (lambda: Delivery(recipients=[User(code=LISA)]), {"recipients"}),
    ],
)
def test_problems_of_deliveries_name_their_place(make, places) -> None:
    assert problems(make).keys() == places


@pytest.mark.parametrize(
    ("package", "found"),
    [(Delivery(), {"name"}), (Request(), {"name"}), (Delivery(tasks=["a"]), None)],
)
def test_a_package_has_a_name_or_files(v3, package, found) -> None:
    if found is None:
        assert sent(v3, package) == {"tasks": ["a"]}
    else:
        assert problems(package.save).keys() == found


def test_files_are_uploaded_beneath_a_delivery(session, workspace) -> None:
    draft = Delivery(name="Dailies").save()
    (workspace.computer("admin") / "a.mov").write_text("a")
    upload = Transfer(parent=draft, source="/a.mov").save()
    assert upload.refresh().parent == draft.id
    assert [task.status for task in draft.tasks] == ["pending"]


# -- publishing ------------------------------------------------------------------------------------


def test_files_are_published_with_the_ids_that_prepublish_knows(session) -> None:
    ident = "26468234-c9ee-48d6-8d28-e900b5957129"
    answer = session.prepublish([{"id": ident, "filename": "a.mov", "size": 1}])
    job = Transfer(
        tasks=[{"id": ident, "source": "volume=projects/a.mov", "destination": LISA}],
        hooks=[{"when": "hook-job-publish-server", "data": {"files": answer["files"]}}],
    ).save()
    assert [task.id for task in job.tasks] == [ident]
