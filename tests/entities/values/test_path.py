"""Paths in attributes: given as text or as a value, kept and sent as text."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import assume, given, settings

from accsyn_orm import (
    AccsynPath,
    Acl,
    Collection,
    Compute,
    Delivery,
    EntityValidationError,
    File,
    Folder,
    Home,
    Job,
    Request,
    Stream,
    Task,
    Transfer,
)
from tests.entities.conftest import DictBackend
from tests.paths.test_laws import texts

PLATE = AccsynPath.volume("projects", "sh010", "plate.exr")
TEXT = "volume=projects/sh010/plate.exr"


@pytest.mark.parametrize(
    ("entity", "attribute"),
    [
        (Job(source=PLATE, destination="site=london"), "source"),
        (Job(source="site=london:a", destination=PLATE), "destination"),
        (Task(job="6971e16fceadd67b955b1995", source=PLATE), "source"),
        (Request(name="Plates", destination=PLATE), "destination"),
        (File(collection="664b8b10a1c9b4d0f5b3c0f1", path=PLATE), "path"),
        (Compute(engine="nuke-13", input=PLATE, output="share=out", range="1"), "input"),
    ],
)
def test_a_path_is_kept_as_its_text(entity, attribute):
    value = getattr(entity, attribute)
    assert value == TEXT
    assert type(vars(entity)[attribute]) is str
    assert entity.changes[attribute].after == TEXT


def test_a_path_can_be_assigned():
    job = Job(source="a", destination="hq")
    job.source = PLATE
    assert job.source == TEXT
    with pytest.raises(EntityValidationError, match="source"):
        job.source = 5


def test_the_dependencies_of_a_compute_job_are_text():
    given = [PLATE, "share=fonts"]
    job = Compute(engine="x", input="share=a", output="share=b", range="1", dependencies=given)
    assert job.dependencies == [TEXT, "share=fonts"]
    assert all(type(path) is str for path in job.dependencies)


def test_the_files_of_a_new_collection_are_text():
    assert vars(Collection(name="Dailies", files=[PLATE, "share=a"]))["files"] == [TEXT, "share=a"]


@pytest.mark.parametrize(
    ("tasks", "sent"),
    [
        ([PLATE, "share=a"], [TEXT, "share=a"]),
        ({"source": PLATE, "destination": PLATE}, [{"source": TEXT, "destination": TEXT}]),
        ({"0": {"source": PLATE}}, {"0": {"source": TEXT}}),
        ([Task(source=PLATE)], [{"source": TEXT}]),
    ],
)
def test_the_tasks_of_a_new_job_are_text(tasks, sent):
    assert vars(Job(tasks=tasks))["tasks"] == sent


# -- text that is given ----------------------------------------------------------------------------

WRONG = "shaer=projects/x"
JOB = "6971e16fceadd67b955b1995"
GIVEN = {
    "source": lambda path: Job(source=path, destination="hq"),
    "destination": lambda path: Transfer(source="a", destination=path),
    "tasks.1": lambda path: Job(tasks=["a", path]),
    "tasks.0.source": lambda path: Job(tasks=[{"source": path}]),
    "tasks.x.destination": lambda path: Job(tasks={"x": {"source": "a", "dest": path}}),
    "Delivery tasks.0": lambda path: Delivery(name="a", tasks=[path]),
    "Delivery tasks.0.source": lambda path: Delivery(name="a", tasks=[{"source": path}]),
    "Stream tasks.0": lambda path: Stream(name="a", tasks=[path]),
    "Request destination": lambda path: Request(name="a", destination=path),
    "Task source": lambda path: Task(job=JOB, source=path),
    "Task destination": lambda path: Task(job=JOB, source="a", destination=path),
    "Compute input": lambda path: Compute(engine="x", input=path, output="a", range="1"),
    "Compute output": lambda path: Compute(engine="x", input="a", output=path, range="1"),
    "dependencies.0": lambda path: Compute(engine="x", dependencies=[path]),
    "parameters.mapped_share_paths.0.local": lambda path: Compute(
        engine="x", parameters={"mapped_share_paths": [{"remote": "P:", "local": path}]}
    ),
    "files.0": lambda path: Collection(name="a", files=[path]),
    "File path": lambda path: File(collection="664b8b10a1c9b4d0f5b3c0f1", path=path),
}
"""What takes a path, by where it says that one is wrong."""


@pytest.mark.parametrize("place", GIVEN)
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (WRONG, "did you mean share=?"),
        ("volume=projects/../../etc", "'..' is no name"),
        ("site=:x", "write site=code"),
        (AccsynPath.parse("volume=a/../b", strict=False), "'..' is no name"),
        (Path("/mnt/x"), "AccsynPath.local() takes a path of pathlib"),
        (PureWindowsPath("C:/x"), "not PureWindowsPath"),
    ],
    ids=repr,
)
def test_what_is_hardly_meant_is_refused_where_it_stands(place, path, reason):
    with pytest.raises(EntityValidationError) as caught:
        GIVEN[place](path)
    ((attribute, said),) = caught.value.problems
    assert attribute == place.split()[-1]
    assert reason in said


def test_a_refused_path_changes_nothing():
    job = Job(source="share=a", destination="hq")
    with pytest.raises(EntityValidationError, match="volume=code"):
        job.destination = "volume="
    assert job.destination == "hq"
    with pytest.raises(EntityValidationError, match="no such attribute") as caught:
        Job(source=WRONG, dst="hq", name=5)
    assert [name for name, _ in caught.value.problems] == ["dst", "source", "name"]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: Folder(name="ff", path="/abs/../ff"), "without steps up"),
        (lambda: Folder(name="ff", path="volume=projects/ff"), "begins at a share"),
        (lambda: Home(user="lisa@example.com", path="../x"), "without steps up"),
        (lambda: Acl(entity="user:a", target="share:b", read=True, path="a/.."), "steps up"),
    ],
)
def test_a_part_of_a_share_never_leaves_it(make, reason):
    with pytest.raises(EntityValidationError, match=reason) as caught:
        make()
    assert [name for name, _ in caught.value.problems] == ["path"]


def test_what_was_put_into_a_list_afterwards_is_judged_before_it_is_sent(v3):
    job = Compute(engine="x", input="share=a", output="share=b", range="1", dependencies=["c"])
    job.dependencies.append(WRONG)
    with pytest.raises(EntityValidationError, match="share="):
        job.save()
    assert not v3.calls


def test_what_the_backend_says_is_taken_as_it_is(v3):
    record = {"id": JOB, "source": WRONG, "destination": "volume=", "input": WRONG, "path": "../x"}
    for kind in (Job, Task, Request, Compute, File, Folder, Acl):
        loaded = kind.load_record(record, v3)
        kept = {name: vars(loaded)[name] for name in record if name in vars(loaded)}
        assert kept.items() <= record.items()
        assert len(kept) > 1


@pytest.mark.parametrize("text", ["john@user.com/X:/download", "acmefilm:share=proj:in/a.mov"])
def test_documented_text_in_older_notation_is_left_to_the_backend(text):
    assert Job(source=text, destination="hq").source == text


@settings(deadline=None, max_examples=60)
@given(texts)
def test_what_is_taken_is_sent_as_it_was_given(text):
    backend = DictBackend()
    try:
        job = Job(tasks=[text, {"source": text, "destination": text}], destination=text)
        other = Job(source=text, destination="hq")
    except EntityValidationError:
        assume(False)
        raise
    for entity in (job, other):
        entity.save(session=backend)
    sent = [data for _, _, data, _ in backend.calls]
    task = {"source": text, "destination": text}
    assert sent == [
        {"tasks": [text, task], "destination": text},
        {"source": text, "destination": "hq"},
    ]
