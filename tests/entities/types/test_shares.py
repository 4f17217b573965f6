"""Volumes, folders, homes, collections and their files: what is sent, what is read, how spelled."""

from __future__ import annotations

import pytest

from accsyn_orm import (
    Collection,
    ConfigurationError,
    EntityNotFoundError,
    EntityStateError,
    EntityValidationError,
    File,
    Folder,
    Home,
    ReadOnlyAttributeError,
    Server,
    Share,
    ShareStatus,
    ShareType,
    Volume,
)
from accsyn_orm.entities.active import active_backend

PATHS = {"linux": "/mnt/projects"}
SERVER = f"{7:024x}"
KINDS = [(Volume, "root"), (Folder, "standard"), (Home, "user")]


# -- creating -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "v3_sent", "v1_sent"),
    [
        (
            lambda: Folder(name="TheProject", parent="projects", path="TheProject", queue="high"),
            ("folder", {"name": "TheProject", "parent": "projects", "path": "TheProject"}),
            ("share", {"code": "TheProject", "parent": "projects", "path": "TheProject"}),
        ),
        (
            lambda: Home(user="lisa@example.com", queue="high"),
            ("home", {"user": "lisa@example.com"}),
            ("share", {"user": "lisa@example.com"}),
        ),
    ],
)
def test_share_is_created_in_the_words_of_each_generation(v3, v1, share, v3_sent, v1_sent):
    made = share()
    made.save(session=v3)
    assert v3.calls == [("create", v3_sent[0], {**v3_sent[1], "queue": "high"}, None)]
    kind = {Folder: "standard", Home: "user"}[type(made)]
    share().save(session=v1)
    assert v1.calls == [("create", v1_sent[0], {"type": kind, **v1_sent[1], "queue": "high"}, None)]


def test_volume_names_its_server_in_v3_and_none_in_v1(v3, v1):
    Volume(code="projects", paths=PATHS, server=SERVER).save(session=v3)
    Volume(code="projects", paths=PATHS).save(session=v1)
    assert v3.calls == [
        ("create", "volume", {"code": "projects", "paths": PATHS, "server": SERVER}, None)
    ]
    assert v1.calls == [
        ("create", "share", {"type": "root", "code": "projects", "paths": PATHS}, None)
    ]


@pytest.mark.parametrize(
    ("make", "problems"),
    [
        (lambda: Volume(name="P"), ["paths"]),
        (lambda: Volume(name="P", paths={}), ["paths"]),
        (lambda: Volume(name="P", paths={"amiga": "DH0:"}), ["paths"]),
        (lambda: Volume(paths=PATHS).save(), ["name", "server"]),
        (lambda: Folder(name="a"), ["path"]),
        (lambda: Folder(path="a").save(), ["name"]),
        (Home, ["user"]),
        (lambda: Folder(name="", path=""), ["name", "path"]),
        (lambda: Collection(files=[]).save(), ["name"]),
        (lambda: File(collection="a" * 24), ["path"]),
        (lambda: File(collection="a" * 24, path="/mnt/a.mov").save(), ["path"]),
    ],
)
def test_what_a_share_cannot_do_without_is_told_before_anything_is_sent(v3, make, problems):
    with pytest.raises(EntityValidationError) as error:
        make()
    assert [name for name, _ in error.value.problems] == problems
    assert v3.calls == []


def test_volume_without_server_is_refused_in_v3_only(v3, v1):
    with pytest.raises(EntityValidationError, match="server: is required"):
        Volume(code="projects", paths=PATHS).save(session=v3)
    with pytest.raises(EntityValidationError, match="v1 generation of the backend does not know"):
        Volume(code="projects", paths=PATHS, server=SERVER).save(session=v1)
    assert v3.calls == v1.calls == []


# -- finding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cls", "spelling"), KINDS)
def test_v1_finds_a_kind_by_its_type(v1, cls, spelling):
    for number, kind in enumerate(("root", "standard", "user", "collection"), 1):
        v1.add("share", number, code=kind, type=kind)
    found = cls.where().all()
    assert [share.code for share in found] == [spelling]
    cls.where((cls.name == "a") | (cls.name == "b")).all()
    assert v1.calls[-1][1] == f"Share WHERE type={spelling} AND (code=a OR code=b)"
    assert type(found[0]) is cls
    assert found[0].type == ShareType(spelling)


def test_v1_finds_shares_of_all_kinds_each_as_what_it_is(v1):
    for number, kind in enumerate(("root", "standard", "user", "cloud"), 1):
        v1.add("share", number, code=kind, type=kind)
    found = Share.where(Share.type != "home").only("code").all()
    assert [type(share).__name__ for share in found] == ["Volume", "Folder", "Share"]
    assert v1.calls == [
        ("find", "Share WHERE type!=user", {"attributes": ["id", "type", "code"], "limit": 501})
    ]
    assert not found[2].type.is_known


def test_v1_get_refuses_a_share_of_another_kind(v1):
    record = v1.add("share", 1, code="projects", type="root")
    assert type(Share.get(record["id"])) is Volume
    with pytest.raises(EntityNotFoundError):
        Folder.get(record["id"])


def test_v3_get_of_any_share_asks_for_one_kind_after_the_other(v3):
    record = v3.add("home", 1, code="lisa@example.com")
    share = Share.get(record["id"])
    assert (type(share), share.type) == (Home, ShareType.HOME)
    assert [call[1] for call in v3.calls] == ["folder", "volume", "home"]
    with pytest.raises(EntityNotFoundError):
        Share.get("f" * 24)
    with pytest.raises(EntityNotFoundError):
        Share.get("")


@pytest.mark.parametrize(
    ("generation", "ask"),
    [
        ("v3", lambda: Share.where().all()),
        ("v1", lambda: Collection.where().all()),
        ("v1", lambda: Collection.get("a" * 24)),
        ("v1", lambda: Collection(name="Dailies").save()),
        ("v1", lambda: File.where().under("a" * 24).all()),
        ("v1", lambda: File(collection="a" * 24, path="volume=a/b").save()),
    ],
)
def test_what_a_generation_does_not_have_is_told_before_anything_is_sent(request, generation, ask):
    backend = request.getfixturevalue(generation)
    other = "v1" if generation == "v3" else "v3"
    with pytest.raises(ConfigurationError, match=f"exists in {other} only"):
        ask()
    assert backend.calls == []


def test_what_to_ask_for_instead_of_any_share_is_said(v3):
    with pytest.raises(ConfigurationError, match="ask for Volume, Folder, Home or Collection"):
        Share.where().all()


# -- reading --------------------------------------------------------------------------------------


def test_attributes_are_typed(v3):
    volume = Volume.load_record(
        {"id": SERVER, "type": "volume", "status": "disabled-offline", "server": SERVER}, v3
    )
    assert volume.status is ShareStatus.DISABLED_OFFLINE
    assert volume.type is ShareType.VOLUME
    v3.add("server", 7, code="hq")
    v3.add("volume", 7, code="projects")
    assert type(volume.server.fetch()) is Server
    assert type(Folder.load_record({"id": SERVER, "parent": SERVER}, v3).parent.fetch()) is Volume


@pytest.mark.parametrize("cls", [Volume, Folder, Home, Collection])
def test_only_what_can_be_written_is_taken(v3, cls):
    share = cls.load_record({"id": SERVER, "status": "enabled", "type": "x"}, v3)
    with pytest.raises(EntityValidationError, match="only enabled, disabled"):
        share.status = "offline"
    with pytest.raises(ReadOnlyAttributeError):
        share.created = share.type = None
    share.status, share.description = "disabled", "closed"
    assert list(share.changes) == ["status", "description"]


@pytest.mark.parametrize(
    ("found", "wanted", "is_fulfilled"),
    [
        ("enabled", "enabled", True),
        ("offline", "enabled", True),
        ("disabled-offline", "disabled", True),
        ("disabled", "enabled", False),
        ("offline", "disabled", False),
    ],
)
def test_whether_a_server_is_there_says_nothing_about_what_was_wanted(found, wanted, is_fulfilled):
    assert ShareStatus(found).fulfils(ShareStatus(wanted)) is is_fulfilled


def test_the_default_volume_is_kept(v3):
    volume = Volume.load_record({"id": SERVER, "default": True}, v3)
    with pytest.raises(EntityStateError, match="make another one the default first"):
        volume.delete()
    assert v3.calls == []
    v3.records["volume"] = {SERVER: {}}
    Volume.load_record({"id": SERVER, "default": False}, v3).delete()
    assert volume.id not in v3.records["volume"]


# -- files of collections -------------------------------------------------------------------------


def test_files_are_found_under_their_collection(v3):
    collection = Collection.load_record({"id": SERVER}, v3)
    v3.add("file", 1, job=SERVER, parent=SERVER, path="volume=a/b", share=f"{8:024x}")
    v3.add("collection", 7, code="dailies")
    v3.add("folder", 8, code="show")
    (file,) = collection.files
    assert (file.path, file.collection) == ("volume=a/b", collection)
    assert (type(file.collection.fetch()), type(file.share.fetch())) == (Collection, Folder)
    assert file.extra == {"job": SERVER}
    assert file.refresh() == File.get(file.id, collection=collection)
    assert v3.calls[-1] == ("find", f"File WHERE id={file.id}", {"limit": 1, "parent": SERVER})


def test_collection_is_created_with_paths_and_then_asked_for_files(v3):
    collection = Collection(name="Dailies", files=["volume=a/b"])
    with pytest.raises(EntityStateError, match="is new"):
        collection.files.all()
    collection.save()
    assert v3.calls == [
        ("create", "collection", {"name": "Dailies", "files": ["volume=a/b"]}, None)
    ]
    assert collection.files.selection.parent == collection.id
    with pytest.raises(AttributeError, match="cannot be queried"):
        _ = Collection.files
    with pytest.raises(EntityValidationError):
        collection.files = ["volume=a/c"]


def test_file_is_added_to_its_collection(v3):
    file = File(collection=Collection.load_record({"id": SERVER}, v3), path="volume=a/b").save()
    assert v3.calls == [("create", "file", {"files": ["volume=a/b"]}, SERVER)]
    assert not file.is_new


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda: File.get("x"), "name it with collection="),
        (lambda: File.where().all(), r"use collection\.files"),
        (
            lambda: File.load_record({"id": "x"}, active_backend()).refresh(),
            "which collection it is in",
        ),
    ],
)
@pytest.mark.usefixtures("v3")
def test_file_without_collection_cannot_be_found(ask, reason):
    with pytest.raises((EntityStateError, AttributeError), match=reason):
        ask()


def test_missing_file_is_told(v3):
    with pytest.raises(EntityNotFoundError, match="in collection"):
        File.get("x", collection=SERVER)
