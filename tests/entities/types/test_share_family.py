"""The whole family against a workspace: made, found, read and changed in both generations."""

from __future__ import annotations

import pytest

from accsyn_orm import (
    Acl,
    BackendError,
    Client,
    Collection,
    Engine,
    Entity,
    Folder,
    Home,
    Lane,
    Server,
    Share,
    Site,
    User,
    Volume,
)

CODES = {"v3": "three", "v1": "one"}


@pytest.fixture(params=["v3", "v1"])
def spoken(request, workspace):
    """Give the session of an admin in each generation, as the active one."""
    with workspace.session("admin", request.param) as session:
        yield session


def test_shares_are_made_found_read_and_changed(spoken) -> None:
    code = CODES[spoken.protocol]
    server = Server.where(Server.code == "hq-server").one()
    place = {} if code == "one" else {"server": server}
    volume = Volume(code=code, paths={"linux": f"/mnt/{code}"}, **place).save()
    folder = Folder(code=f"show-{code}", parent=volume, path="show").save()
    folder.status, folder.description = "disabled", "closed"
    folder.save()
    owner = User(code=f"owner.{code}@example.com").save()
    # In v1 every new user has a home.
    home = Home.where(Home.code == owner.code).one() if place == {} else Home(user=owner).save()
    made: list[Share] = [volume, folder, home]
    for share in made:
        assert type(share).where(type(share).code == share.code).one() == share
        assert type(share).get(share.id).created == share.created
    assert Folder.get(folder.id).status == "disabled-offline" if code == "one" else "disabled"
    assert (folder.parent, volume.default, folder.description) == (volume, False, "closed")
    if code == "one":
        assert {type(share) for share in Share.where()} == {Volume, Folder, Home}
    folder.delete()
    assert not Folder.where(Folder.code == folder.code).exists()


def test_files_are_added_to_collections_and_taken_out(session) -> None:
    collection = Collection(name="Dailies", files=["volume=projects/sh010.mov"]).save()
    (first,) = collection.files
    assert (first.path, first.collection.fetch()) == ("volume=projects/sh010.mov", collection)
    assert first.share.fetch().code == "projects"
    first.delete()
    assert not collection.files.exists()


def test_clients_are_found_as_what_they_are_and_switched(spoken) -> None:
    lane = Lane.where().one()
    assert type(lane.parent.fetch()) is Server
    assert {type(client).__name__ for client in Client.where()} == {
        "App", "Lane", "Server", "UserServer",
    }  # fmt: skip
    for word, expected in (("disabled", "disabled"), ("enabled", "online")):
        lane.status = word
        lane.save()
        assert Lane.get(lane.id).status == expected


@pytest.mark.parametrize("cls", [Site, Engine])
def test_sites_and_engines_are_made_and_changed(spoken, cls: type[Site | Engine]) -> None:
    made = cls(code=f"new-{CODES[spoken.protocol]}", description="new").save()
    made.status = "disabled"
    made.save()
    found: Entity = cls.where(cls.code == made.code).one()
    assert (found, made.status, made.description) == (made, "disabled", "new")
    made.delete()


def test_acl_is_made_changed_and_found_in_its_own_words(spoken) -> None:
    user = User.where(User.code == "lisa@example.com").one()
    folder = Folder.where(Folder.code == "luts").one()
    what = {"entity": f"user:{user.id}", "target": f"share:{folder.id}", "path": spoken.protocol}
    first = Acl(**what, read=True).save()
    again = Acl(**what, read=True, write=True).save()
    assert (
        first == again == Acl.where(Acl.target == what["target"], Acl.path == spoken.protocol).one()
    )
    assert (again.entity, first.refresh().write) == (what["entity"], True)


def test_standard_users_see_no_volumes_and_create_no_folders(workspace) -> None:
    with workspace.session("standard"):
        assert Volume.where().all() == []
        with pytest.raises(BackendError):
            Folder(name="mine", path="mine").save()
