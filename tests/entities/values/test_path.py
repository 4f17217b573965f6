"""Paths in attributes: given as text or as a value, kept and sent as text."""

from __future__ import annotations

import pytest

from accsyn_orm import (
    AccsynPath,
    Collection,
    Compute,
    EntityValidationError,
    File,
    Job,
    Request,
    Task,
)

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


def test_text_is_left_to_the_backend():
    doubtful = "john@user.com/X:/download"
    assert Job(source=doubtful, destination="hq").source == doubtful
