"""The official clients, unmodified, with the files of the workspace."""

from __future__ import annotations

import pytest

V1 = ["1.4.1.post1", "2.2.1"]
EVERY = [*V1, "3.4.0"]


@pytest.fixture
def root(workspace):
    """Give the directory of the volume, with a small show on it."""
    root = workspace.volume("projects")
    (root / "show" / "plates").mkdir(parents=True)
    for number in (1, 2, 3):
        (root / "show" / "plates" / f"p_{number:03}.exr").write_bytes(b"x" * number)
    (root / "show" / "notes.txt").write_bytes(b"hello")
    return root


def names(rows):
    return [row["filename"] for row in rows]


@pytest.mark.parametrize("version", EVERY)
def test_listing(witness, root, version):
    plain, deep, shallow, folders, files, measured, problem = witness(version).run(
        """
        emit(session.ls("share=projects/show"))
        emit(session.ls("share=projects", recursive=True))
        emit(session.ls("share=projects", recursive=True, maxdepth=1))
        emit(session.ls("volume=projects", recursive=True, directories_only=True))
        emit(session.ls("show/plates", files_only=True))
        emit(session.ls("share=projects/show", getsize=True))
        problem(session.ls, "share=projects/nope")
        """
    )
    notes, plates = plain
    assert {key: notes[key] for key in ("type", "filename", "size")} == {
        "type": 1,
        "filename": "notes.txt",
        "size": 5,
    }
    # The client read it as a date.
    assert notes["modified"][:2] == "20"
    assert (plates["type"], plates["filename"], plates["size"]) == (0, "plates", 0)
    (show,) = deep
    assert names(show["files"]) == ["notes.txt", "plates"]
    assert names(show["files"][1]["files"]) == ["p_001.exr", "p_002.exr", "p_003.exr"]
    assert names(shallow) == ["show"]
    assert "files" not in shallow[0]
    assert names(folders[0]["files"]) == ["plates"]
    assert names(files) == ["p_001.exr", "p_002.exr", "p_003.exr"]
    assert measured[1]["size"] == 6
    assert "'share=projects/nope' is not there" in problem


@pytest.mark.parametrize("version", ["2.2.1", "3.4.0"])
def test_filters(witness, root, version):
    word, several, regex, without, size, rest, problem = witness(version).run(
        """
        plates = "share=projects/show/plates"
        emit([row["filename"] for row in session.ls(plates, include="P_001*")])
        emit([row["filename"] for row in session.ls(plates, include=["*1.exr", "*_002*"])])
        emit([row["filename"] for row in session.ls(plates, include="re('[23][.]exr$')")])
        emit([row["filename"] for row in session.ls(plates, exclude="p*1.exr")])
        emit(session.getsize("share=projects", include="*.txt"))
        emit(session.getsize("share=projects", exclude=["*.txt", "p_001.exr"]))
        problem(session.ls, plates, include="re('(')")
        """
    )
    assert word == ["p_001.exr"]
    assert several == ["p_001.exr", "p_002.exr"]
    assert regex == without == ["p_002.exr", "p_003.exr"]
    assert (size, rest) == (5, 5)
    assert "is not a regular expression" in problem


@pytest.mark.parametrize("version", EVERY)
def test_sizes_and_what_exists(witness, root, version):
    file, folder, there, gone, several, each = witness(version).run(
        """
        emit(session.getsize("share=projects/show/notes.txt"))
        emit(session.getsize("share=projects"))
        emit(session.exists("share=projects/show/notes.txt"))
        emit(session.exists("share=projects/show/nope"))
        emit(session.exists(["share=projects/show", "share=projects/nope"]))
        emit(session.getsize([{"share": "projects", "path": "show/plates"}]))
        """
    )
    assert (file, folder, there, gone) == (5, 11, True, False)
    assert several == [
        {"path": "share=projects/show", "result": True},
        {"path": "share=projects/nope", "result": False},
    ]
    assert each == [{"path": {"share": "projects", "path": "show/plates"}, "result": 6}]


@pytest.mark.parametrize("version", ["2.2.1", "3.4.0"])
def test_changes(witness, root, version):
    made, renamed, moved, again, elsewhere = witness(version).run(
        """
        emit(session.mkdir("share=projects/new/deep"))
        emit(session.rename("share=projects/show/notes.txt", "share=projects/show/read.me"))
        emit(session.mv("share=projects/show/read.me", "share=projects/new/deep/"))
        problem(session.mkdir, "share=projects/new")
        problem(session.rename, "share=projects/new/deep/read.me", "share=projects/read.me")
        """
    )
    assert (made, renamed, moved) == (True, True, True)
    assert (root / "new" / "deep" / "read.me").read_bytes() == b"hello"
    assert "'share=projects/new' is there already" in again
    assert "is in another folder" in elsewhere


def test_deleting(witness, root):
    file, refused, forced, gone, several = witness("3.4.0").run(
        """
        emit(session.delete("share=projects/show/notes.txt"))
        problem(session.delete, "share=projects/show")
        emit(session.delete("share=projects/show", force=True))
        problem(session.delete, "share=projects/show")
        session.mkdir(["share=projects/a", "share=projects/b"])
        emit(session.delete(["share=projects/a", "share=projects/b"]))
        """
    )
    assert (file, forced) == (True, True)
    assert "'share=projects/show' is not empty: delete it with force" in refused
    assert "is not there" in gone
    assert [row["result"] for row in several] == [True, True]
    assert list(root.iterdir()) == []


def test_rm_of_2_2_1_makes_a_folder_and_says_so(witness, root):
    """It sends the wrong operation, and is answered as what it sent."""
    answer, problem = witness("2.2.1").run(
        """
        emit(session.rm("share=projects/unlucky"))
        problem(session.rm, "share=projects/show/notes.txt")
        """
    )
    assert answer is True
    assert (root / "unlucky").is_dir()
    assert "is there already" in problem
    assert (root / "show" / "notes.txt").exists()


@pytest.mark.parametrize("version", EVERY)
def test_no_path_leads_out(witness, root, version):
    problems = witness(version).run(
        """
        problem(session.ls, "share=projects/..")
        problem(session.ls, "/etc")
        problem(session.getsize, "share=projects/show/../../secret")
        problem(session.exists, "C:\\\\Windows")
        """
    )
    assert "leads elsewhere" in problems[0]
    assert "no volume that you may read is at '/etc'" in problems[1]
    assert "leads elsewhere" in problems[2]
    assert "no volume that you may read is at" in problems[3]


@pytest.mark.parametrize("version", EVERY)
def test_standard_users_see_no_volume(witness, root, version):
    forbidden, missing = witness(version).run(
        """
        problem(session.ls, "share=projects")
        problem(session.ls, "share=nope")
        """,
        role="standard",
    )
    assert "there is no share 'projects' that you may read" in forbidden
    assert missing == forbidden.replace("projects", "nope")


def test_a_folder_is_shared_used_and_taken_back(witness, root):
    """What a studio does with a vendor: share a sub-folder, take what comes in, end it."""
    admin, vendor = witness("3.4.0"), witness("3.4.0")
    (folder,) = admin.run(
        """
        volume = session.find_one("Volume WHERE default=true")["id"]
        folder = {"parent": volume, "path": "show", "name": "Show"}
        emit(session.create("Folder", folder)["code"])
        session.mkdir("folder=show/in/vendor")
        user = session.find_one("User WHERE code='standard@acmefilm.com'")["id"]
        target = session.find_one("Folder WHERE code=show")["id"]
        session.grant("user", user, "folder", target, {"path": "in/vendor", "read": True,
                                                       "write": True})
        """
    )
    assert folder == "show"
    made, listed, renamed, above, beside, whole, away = vendor.run(
        """
        emit(session.mkdir("folder=show/in/vendor/day1"))
        emit([row["filename"] for row in session.ls("folder=show/in/vendor")])
        emit(session.rename("folder=show/in/vendor/day1", "folder=show/in/vendor/day2"))
        problem(session.ls, "folder=show/in")
        problem(session.mkdir, "folder=show/in/other")
        problem(session.delete, "folder=show/in/vendor/../../notes.txt", True)
        problem(session.mv, "folder=show/in/vendor/day2", "folder=show/day2")
        """,
        role="standard",
    )
    assert (made, listed, renamed) == (True, ["day1"], True)
    assert "there is no folder 'show' that you may read" in above
    assert "there is no folder 'show' that you may write to" in beside
    assert "leads elsewhere" in whole
    assert "there is no folder 'show' that you may write to" in away
    assert (root / "show" / "in" / "vendor" / "day2").is_dir()
    (revoked,) = admin.run(
        """
        user = session.find_one("User WHERE code='standard@acmefilm.com'")["id"]
        target = session.find_one("Folder WHERE code=show")["id"]
        emit(session.revoke("user", user, "folder", target))
        """
    )
    assert revoked
    (refused,) = vendor.run('problem(session.ls, "folder=show/in/vendor")', role="standard")
    assert "there is no folder 'show' that you may read" in refused


def test_a_collection_and_a_delivery_are_listed(witness, root):
    collection, inside, delivery = witness("3.4.0").run(
        """
        files = ["volume=projects/show/plates", "volume=projects/show/notes.txt"]
        session.create("Collection", {"name": "Refs", "files": files})
        emit([row["filename"] for row in session.ls("collection=refs")])
        emit(session.getsize("collection=refs/plates/p_003.exr"))
        sent = {"name": "Refs", "tasks": files, "recipients": ["standard@acmefilm.com"]}
        delivery = session.create("Delivery", sent)["id"]
        emit([row["filename"] for row in session.ls(f"delivery={delivery}")])
        """
    )
    assert collection == delivery == ["plates", "notes.txt"]
    assert inside == 3
