"""Which servers hold a volume, and which files are in a collection."""

from __future__ import annotations

import re

import pytest

from accsyn_orm import (
    Acl,
    AttributeNotLoadedError,
    Collection,
    EntityNotFoundError,
    EntityStateError,
    EntityValidationError,
    Server,
    Volume,
)

ID = f"{9:024x}"


@pytest.mark.parametrize("protocol", ["v3", "v1"])
def test_servers_are_assigned_and_taken_away(workspace, protocol) -> None:
    with workspace.session("admin", protocol):
        volume = Volume.where(Volume.code == "library").one()
        (main,) = volume.assignments()
        other = Server.where(Server.code != main.code).one()
        volume.description = "kept"
        volume.assign(other, **({"site": True} if protocol == "v1" else {}))
        with pytest.raises(AttributeNotLoadedError, match=r"refresh\(\)"):
            _ = volume.path
        assert list(volume.changes) == ["description"]
        assert volume.assignments() == [main, other]
        assert type(volume.assignments()[0]) is Server
        volume.deassign(other.id, **({"site": True} if protocol == "v1" else {}))
        assert volume.assignments() == [main]
        assert volume.refresh().path == "/mnt/library"


def test_roles_are_named_in_v1_only(session) -> None:
    volume, server = Volume.where().first(), Server.where().first()
    assert volume
    assert server
    before = session.stats.requests
    for site in (True, False):
        with pytest.raises(EntityValidationError, match="where the server stands"):
            volume.assign(server, site=site)
    with pytest.raises(EntityValidationError, match="is no id"):
        volume.assign("hq-server")
    with pytest.raises(EntityStateError, match="is new"):
        volume.assign(Server())
    assert session.stats.requests == before


def test_what_the_backend_does_not_do_is_an_error(session, monkeypatch) -> None:
    volume = Volume.where().first()
    assert volume
    for what in ("assign", "deassign"):
        monkeypatch.setattr(session, what, lambda *_: False)
        with pytest.raises(EntityStateError, match=f"did not {what}"):
            getattr(volume, what)(ID)


def test_backends_without_such_calls_say_so(v3) -> None:
    volume = Volume.load_record({"id": ID}, v3)
    collection = Collection.load_record({"id": ID}, v3)
    with pytest.raises(EntityStateError, match="no calls about servers: use a Session"):
        volume.assign(ID)
    with pytest.raises(EntityStateError, match="no calls about members"):
        collection.remove("x")
    assert v3.calls == []


def test_files_are_added_to_a_collection_and_removed(session) -> None:
    projects = Volume.where(Volume.code == "projects").one()
    collection = Collection(name="Reviews", files=[]).save()
    first, second = collection.add(projects / "a.mov", "volume=projects/b.mov")
    assert (first.path, second.collection) == ("volume=projects/a.mov", collection)
    assert collection.add(projects / "a.mov") == [first]
    assert collection.add() == []
    collection.remove(first)
    assert collection.files.all() == [second]
    with pytest.raises(EntityNotFoundError, match="in collection"):
        collection.remove(first, second.id)
    with pytest.raises(EntityNotFoundError):
        first.delete()
    assert collection.files.all() == [second]
    collection.remove()
    second.delete()
    assert (collection.files.all(), second.is_deleted) == ([], True)


def test_plans_say_what_is_taken_away_otherwise(session) -> None:
    collection = Collection(name="Planned", files=["volume=projects/a.mov"]).save()
    for query, reason in (
        (collection.files, r"remove\(\) of the collection"),
        (Acl.where(), r"revoke\(\) of the share"),
    ):
        plan = query.delete()
        assert plan.problems
        assert all(re.search(reason, problem.reason) for problem in plan.problems)


@pytest.mark.parametrize("path", ["/mnt/a.mov", "P:/a.mov", "a.mov", "lisa@example.com"])
def test_only_files_on_shares_are_added(v3, path: str) -> None:
    collection = Collection.load_record({"id": ID}, v3)
    with pytest.raises(EntityValidationError, match="names no share"):
        collection.add("volume=projects/b.mov", path)
    assert v3.calls == []
