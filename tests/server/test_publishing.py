"""What may be published."""

from __future__ import annotations

import pytest

from accsyn_orm.server.access.sessions import Lifetimes
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.service import Service
from accsyn_orm.testing import EmbeddedWorkspace

IDENT = "26468234-c9ee-48d6-8d28-e900b5957129"
FILE = {"id": IDENT, "filename": "comp_v001.mov", "size": 5}
FOLDER = {
    "id": "36468234-c9ee-48d6-8d28-e900b5957129",
    "filename": "frames",
    "is_dir": True,
    "files": [{"filename": "a.0001.exr", "size": 3}],
}


def preprocess(client, files, **more):
    base = "organization" if client.protocol == "v1" else "workspace"
    return client.call("PUT", f"{base}/publish/preprocess", {"files": files, **more})


@pytest.mark.behaviour("publish/preprocess: each file comes back with feedback about it")
@pytest.mark.behaviour("publish/preprocess: without a hook everything can be published")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
@pytest.mark.parametrize("user", ["admin", "employee", "standard"])
def test_everything_can_be_published(studio, user, protocol):
    answer = preprocess(studio.client(user, protocol), [FILE, FOLDER], size=8)
    feedback = {
        "can_publish": True, "can_upload": True, "rejected": False, "warning": "", "info": "",
    }  # fmt: skip
    assert answer == {
        "guidelines": None,
        "comment": None,
        "time_report": False,
        "files": [{**feedback, **FILE}, {**feedback, **FOLDER}],
    }


@pytest.mark.behaviour("publish/preprocess: a hook of the studio decides")
def test_a_hook_decides(studio, client_of, admin):
    def hook(files):
        rejected = [{**file, "rejected": True, "warning": "no version"} for file in files]
        return {"files": rejected, "guidelines": "Name files name_v001.mov"}

    service = Service(
        studio.database,
        clock=studio.clock,
        lifetimes=Lifetimes(),
        roots=studio.roots,
        publish_hook=hook,
    )
    answer = preprocess(client_of(service, admin.signature), [FILE])
    assert answer["files"] == [{**FILE, "rejected": True, "warning": "no version"}]
    assert answer["guidelines"] == "Name files name_v001.mov"
    assert answer["comment"] is None


def test_whoever_embeds_a_workspace_brings_the_hook():
    def hook(files):
        return {"files": files, "comment": "thanks"}

    with EmbeddedWorkspace(publish_hook=hook) as workspace, workspace.session() as session:
        answer = session.prepublish([{"id": IDENT, "filename": "a_v001.mov"}])
    assert answer["comment"] == "thanks"
    assert [file["id"] for file in answer["files"]] == [IDENT]


def deep(levels):
    return {**FOLDER, "files": [deep(levels - 1)]} if levels else FOLDER


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ([], "nothing to publish"),
        ({}, "files is a list"),
        (None, "files is a list"),
        (["a"], "file is a dictionary"),
        ([{"filename": "a"}], "file.id is text"),
        ([{**FILE, "id": "5"}], "is a UUID"),
        ([{**FILE, "filename": ""}], "filename is empty"),
        ([{**FILE, "size": -1}], "size is between"),
        ([{**FILE, "colour": 1}], "file has no attribute 'colour'"),
        ([{**FOLDER, "files": {}}], "files is a list"),
        ([{**FOLDER, "files": [{"size": 5}]}], "filename is text"),
        ([deep(25)], "at most 24 directories deep"),
    ],
)
def test_what_is_no_file_is_refused(admin, files, problem):
    with pytest.raises(Refusal, match=problem):
        preprocess(admin, files)


def test_options_that_mean_nothing_are_refused(admin):
    with pytest.raises(Refusal, match="no attribute 'sizes': did you mean 'size'"):
        preprocess(admin, [FILE], sizes=5)


@pytest.mark.usefixtures("shared")
@pytest.mark.behaviour("transfer/create: hooks bring data for when they run")
@pytest.mark.behaviour("transfer/create: hooks are kept with the job, and nothing runs them")
def test_a_publish_job_brings_ids_and_a_hook(admin):
    hooks = [{"when": "hook-job-publish-server", "data": {"files": [FILE]}}]
    tasks = [{"id": IDENT, "source": "/out/comp_v001.mov", "destination": "share=projects/in/"}]
    job = admin.create("transfer", {"tasks": tasks, "hooks": hooks})
    assert "hooks" not in job
    (task,) = admin.find("task", f"job.id={job['id']}")
    assert (task["id"], job["status"]) == (IDENT, "waiting")
