"""The official clients move files: they submit, poll until it is done, and the bytes are there."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from accsyn_orm.testing import EmbeddedWorkspace

TYPE = {"2.2.1": "job", "3.4.0": "Transfer"}
MB = 1_000_000

POLL = """
import time
def wait(ident, wanted=("done", "failed", "aborted")):
    seen = []
    for _ in range(600):
        found = session.find_one("{kind} WHERE id=" + ident) or session.find_one(
            "{kind} WHERE id=" + ident, finished=True)
        if found["status"] not in seen:
            seen.append(found["status"])
        if found["status"] in wanted:
            return found, seen
        time.sleep(0.02)
    raise SystemExit("the job did not end: " + str(found))
"""


@pytest.fixture
def moving() -> Iterator[EmbeddedWorkspace]:
    with EmbeddedWorkspace("empty", tls=True, transfers=True) as running:
        yield running


@pytest.fixture(params=sorted(TYPE))
def version(request):
    return request.param


@pytest.fixture
def run(witness, version, moving):
    """Run a script that finds ``wait`` and the word for a transfer, ``KIND``."""
    official = witness(version, moving)
    preamble = POLL.format(kind=TYPE[version]) + f"KIND = {TYPE[version]!r}\n"
    return lambda script: official.run(preamble + script)


def test_upload_and_download(run, moving):
    computer, volume = moving.computer("admin"), moving.volume("projects")
    content = os.urandom(3 * MB)
    (computer / "out").mkdir()
    (computer / "out" / "plate ü.exr").write_bytes(content)
    (up, up_statuses), (down, _) = run(
        """
up = session.create(KIND, {"source": "/out/plate ü.exr", "destination": "share=projects/in/"})
emit(wait(up["id"]))
down = session.create(KIND, {"source": "share=projects/in/plate ü.exr", "destination": "/back/"})
emit(wait(down["id"]))
"""
    )
    assert (volume / "in" / "plate ü.exr").read_bytes() == content
    assert (computer / "back" / "plate ü.exr").read_bytes() == content
    for job in (up, down):
        assert (job["status"], job["progress"], job["size"]) == ("done", 100, 3 * MB)
    assert set(up_statuses) <= {"init", "waiting", "running", "done"}


def test_a_whole_folder_with_a_filter(run, moving):
    volume = moving.volume("projects")
    for name in ("a.exr", "deep/b.exr", "deep/c.tmp"):
        (volume / "shot" / name).parent.mkdir(parents=True, exist_ok=True)
        (volume / "shot" / name).write_bytes(name.encode())
    ((job, _),) = run(
        """
job = session.create(KIND, {"tasks": [{"source": "share=projects/shot", "destination": "/in/"}],
                            "settings": {"transfer_exclude": "*.tmp"}})
emit(wait(job["id"]))
"""
    )
    assert job["status"] == "done"
    arrived = moving.computer("admin") / "in" / "shot"
    assert (arrived / "a.exr").read_bytes() == b"a.exr"
    assert (arrived / "deep" / "b.exr").read_bytes() == b"deep/b.exr"
    assert not (arrived / "deep" / "c.tmp").exists()


def test_failing_and_retrying(run, moving):
    (moving.volume("projects") / "there").write_bytes(b"x")
    (failed, _), tasks, done = run(
        """
job = session.create(KIND, {"tasks": [
    {"source": "share=projects/" + name, "destination": "/in/"} for name in ("there", "missing")]})
emit(wait(job["id"]))
find = "task WHERE job.id=" + job["id"]
emit([(task["uri"], task["status"]) for task in session.find(find)])
missing = [task["id"] for task in session.find(find) if task["status"] == "failed"]
change = [{"id": missing[0], "status": "excluded"}]
session.update_many("task", *([job["id"], change] if KIND == "Transfer" else [change, job["id"]]))
emit(wait(job["id"], ("done",)))
"""
    )
    assert failed["status"] == "failed"
    assert tasks == [["0", "done"], ["1", "failed"]]
    assert done[0]["status"] == "done"
