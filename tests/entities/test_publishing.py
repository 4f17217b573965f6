"""Publishing: from the question to the job."""

from __future__ import annotations

import pytest

from accsyn_orm import AccsynPath, EntityStateError, EntityValidationError, Publication
from accsyn_orm.testing import EmbeddedWorkspace


def studio_hook(files):
    """Take movies only, and ask for versions in names."""
    return {
        "files": [
            {
                **file,
                "can_publish": file["filename"].endswith(".mov"),
                "rejected": "_v" not in file["filename"],
                "warning": "" if "_v" in file["filename"] else "no version",
                "path": "volume=projects/published",
            }
            for file in files
        ],
        "guidelines": "Name files name_v001.mov",
        "statuses": [{"label": "Review", "value": "rev", "default": True}],
    }


@pytest.fixture(scope="module")
def studio():
    with EmbeddedWorkspace(publish_hook=studio_hook) as workspace:
        yield workspace


@pytest.mark.parametrize("protocol", ["v3", "v1"])
def test_what_the_studio_accepts_is_published(studio, protocol) -> None:
    with studio.session("admin", protocol) as session:
        publication = Publication.prepare(
            ["/out/a_v001.mov", AccsynPath("/out/b.mov"), "/out/c_v1.nk"]
        )
        assert publication.guidelines == "Name files name_v001.mov"
        assert publication.values["statuses"][0]["value"] == "rev"
        assert [
            (file.source, file.filename, file.is_accepted, file.warning)
            for file in publication.files
        ] == [
            ("/out/a_v001.mov", "a_v001.mov", True, ""),
            ("/out/b.mov", "b.mov", False, "no version"),
            ("/out/c_v1.nk", "c_v1.nk", False, ""),
        ]
        (accepted,) = publication.accepted
        job = publication.job(
            destination="volume=projects/in/",
            answers={"a_v001.mov": {"comment": "first", "status": "rev"}},
            name="My publish",
        )
        assert job.changes["hooks"].after == [
            {
                "when": "hook-job-publish-server",
                "data": {"files": [{**accepted.values, "comment": "first", "status": "rev"}]},
            }
        ]
        assert accepted.values["path"] == "volume=projects/published"
        saved = job.save()
        assert (saved.name, [task.id for task in saved.tasks]) == ("My publish", [accepted.id])
        assert session.get_entity("job", saved.id) is not None


def test_files_of_this_computer_are_measured_and_folders_with_all_in_them(studio, tmp_path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a_v1.exr").write_bytes(b"12345")
    (tmp_path / "b_v1.exr").write_bytes(b"123")
    (tmp_path / "loop").symlink_to(tmp_path)
    with studio.session("admin"):
        publication = Publication.prepare([tmp_path, tmp_path / "b_v1.exr", "/nowhere/c_v1.mov"])
    folder, file, absent = (dict(entry.values) for entry in publication.files)
    assert (folder["size"], folder["is_dir"], file["size"], absent["size"]) == (8, True, 3, 0)
    deep = {"filename": "a_v1.exr", "size": 5}
    assert folder["files"] == [
        {"filename": "b_v1.exr", "size": 3},
        {"filename": "deep", "is_dir": True, "files": [deep], "size": 5},
    ]


def test_without_anything_accepted_there_is_no_job(studio) -> None:
    with studio.session("admin"):
        publication = Publication.prepare(["/out/b.mov"])
    with pytest.raises(EntityStateError, match=r"accepts none of the files \(b\.mov: no version\)"):
        publication.job()


def test_an_answer_about_no_file_is_refused(studio) -> None:
    with studio.session("admin"):
        publication = Publication.prepare(["/out/a_v1.mov"])
    with pytest.raises(EntityValidationError, match=r"answers\.b_v1\.mov"):
        publication.job(answers={"b_v1.mov": {}})


@pytest.mark.parametrize(("sources", "reason"), [([], "at least one"), (["/"], "has no name")])
def test_nothing_to_publish_is_refused_before_asking(v3, sources, reason) -> None:
    v3.prepublish = list
    with pytest.raises(EntityValidationError, match=reason):
        Publication.prepare(sources)


def test_a_backend_without_such_a_call_says_so(v3) -> None:
    with pytest.raises(EntityStateError, match="no calls about publishing"):
        Publication.prepare(["/a.mov"])


def test_what_is_answered_about_others_is_left_out(v3) -> None:
    v3.prepublish = lambda files: {"files": [*files, {"id": "x", "filename": "other"}]}
    publication = Publication.prepare(["/a.mov"])
    assert [file.filename for file in publication.files] == ["a.mov"]
    assert publication.guidelines is None
    assert publication.accepted == []
