"""Clients of all kinds, sites, engines and ACLs: what is sent, what is read, in which words."""

from __future__ import annotations

import pytest

from accsyn_orm import (
    Acl,
    App,
    Browser,
    Client,
    ClientStatus,
    ClientType,
    Collection,
    Engine,
    EngineStatus,
    EntityNotFoundError,
    EntityStateError,
    EntityValidationError,
    Folder,
    Home,
    Lane,
    Server,
    Site,
    SiteStatus,
    User,
    UserRole,
    UserServer,
    Volume,
)

ID = f"{9:024x}"
KINDS = [(App, 0), (Server, 1), (UserServer, 2), (Browser, 3), (Lane, 4), (Lane, 5)]


# -- clients --------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", ["v1", "v3"])
@pytest.mark.parametrize(("cls", "number"), KINDS)
def test_client_becomes_what_its_type_says(request, generation, cls, number):
    backend = request.getfixturevalue(generation)
    record = backend.add("client", 1, code="hq", type=number)
    assert type(Client.get(record["id"])) is cls
    assert [type(found) for found in Client.where().only("code")] == [cls]


@pytest.mark.parametrize("number", [6, None, "1"])
def test_client_of_unknown_type_stays_a_client(v3, number):
    v3.add("client", 1, type=number)
    assert type(Client.where().one()) is Client


@pytest.mark.parametrize(("cls", "number"), KINDS)
def test_v1_finds_a_kind_by_its_number(v1, cls, number):
    for other in range(6):
        v1.add("client", other, code=str(other), type=other)
    assert str(number) in [client.code for client in cls.where()]
    assert len(cls.where().all()) == (2 if cls is Lane else 1)
    assert type(cls.get(f"{number:024x}")) is cls
    with pytest.raises(EntityNotFoundError):
        cls.get(f"{(number + 2) % 6:024x}")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Client.type_hr == "lane", 'type_hr="compute lane"'),
        (Client.host_ident == "8E", "host_id=8E"),
    ],
)
def test_v1_is_asked_in_its_own_words(v1, ours, theirs):
    Client.where(ours).all()
    assert v1.calls[0][1] == f"Client WHERE {theirs}"


@pytest.mark.parametrize(
    ("generation", "record"),
    [
        ("v1", {"code": "hq", "type_hr": "user server", "host_id": "8E:74"}),
        ("v3", {"name": "hq", "type_hr": "userserver", "host_ident": "8E:74"}),
        ("v3", {"name": "hq", "type_hr": "userserver", "host_id": "8E:74"}),
    ],
)
def test_spellings_of_both_generations_are_one_attribute(request, generation, record):
    client = Client.load_record({"id": ID, **record}, request.getfixturevalue(generation))
    assert (client.name, client.type_hr, client.host_ident) == (
        "hq", ClientType.USER_SERVER, "8E:74",
    )  # fmt: skip
    assert client.extra == {}


def test_relations_of_a_client_lead_to_their_classes(v3):
    for kind in ("server", "site", "user"):
        v3.add(kind, 9, code=kind)
    lane = Lane.load_record({"id": "a" * 24, "parent": ID, "site": ID, "user": ID}, v3)
    found = [lane.parent.fetch(), lane.site.fetch(), lane.user.fetch()]
    assert [type(entity) for entity in found] == [Server, Site, User]
    assert Server.load_record({"id": ID, "parent": None}, v3).parent is None


@pytest.mark.parametrize("given", ["online", "enabled", ClientStatus.ONLINE])
def test_both_words_enable_a_client(v3, given):
    v3.add("server", 9, status="disabled-offline")
    server = Server.get(ID)
    server.status = given
    server.save()
    assert v3.calls[-1] == ("update", "server", ID, {"status": "online"})


def test_clients_cannot_be_created(v3):
    with pytest.raises(EntityStateError, match="appears when accsyn's software first runs"):
        Server().save()
    with pytest.raises(EntityValidationError):
        Server(code="hq")
    assert v3.calls == []


@pytest.mark.parametrize(
    ("cls", "status", "reason"),
    [
        (Server, "online", "is online: only clients that are offline"),
        (App, "disabled", "is disabled: only clients that are offline"),
        (Lane, "offline", "change the setting client_compute_lanes"),
    ],
)
def test_clients_that_accsyn_keeps_are_not_deleted(v3, cls, status, reason):
    client = cls.load_record({"id": ID, "status": status}, v3)
    with pytest.raises(EntityStateError, match=reason):
        client.delete()
    assert v3.calls == []


@pytest.mark.parametrize("status", [{"status": "offline"}, {"status": "disabled-offline"}, {}])
def test_client_that_may_be_offline_is_deleted(v3, status):
    v3.add("server", 9, **status)
    Server.get(ID).delete()
    assert v3.records["server"] == {}


@pytest.mark.parametrize(
    ("status", "wanted", "can_become", "fulfils"),
    [
        ("online", "online", False, True),
        ("online", "disabled", True, False),
        ("offline", "online", False, True),
        ("disabled", "online", True, False),
        ("disabled-offline", "disabled", False, True),
        ("init", "disabled", True, False),
    ],
)
def test_only_what_is_disabled_is_enabled_and_the_other_way(status, wanted, can_become, fulfils):
    before, after = ClientStatus(status), ClientStatus(wanted)
    assert (before.can_become(after), before.fulfils(after)) == (can_become, fulfils)


# -- sites and engines ----------------------------------------------------------------------------


@pytest.mark.parametrize("generation", ["v1", "v3"])
def test_site_is_created_and_changed(request, generation):
    backend = request.getfixturevalue(generation)
    site = Site(name="Stockholm", description="office").save()
    site.status = SiteStatus.DISABLED
    site.save()
    assert backend.calls == [
        ("create", "site", {"name": "Stockholm", "description": "office"}, None),
        ("update", "site", site.id, {"status": "disabled"}),
    ]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: Site(code="Local"), "'local' is reserved"),
        (lambda: Site(code="s" * 33), "at most 32 characters"),
        (lambda: Site(code="a b"), "letters, digits"),
        (lambda: Site().save(), r"name: is required \(or code\)"),
        (lambda: Engine(code="nuke 13"), "letters, digits"),
        (lambda: Engine(name="Nuke"), "code: is required"),
    ],
)
def test_codes_that_accsyn_does_not_take_are_refused(v3, make, reason):
    with pytest.raises(EntityValidationError, match=reason):
        make()
    assert v3.calls == []


def test_the_main_site_is_kept(v3):
    with pytest.raises(EntityStateError, match="is the main site"):
        Site.load_record({"id": ID, "main": True}, v3).delete()
    assert Site.load_record({"id": ID, "main": False}, v3).why_kept() is None
    assert SiteStatus.OFFLINE.fulfils(SiteStatus.ENABLED)
    assert not SiteStatus.DISABLED.fulfils(SiteStatus.ENABLED)


@pytest.mark.parametrize(("generation", "name"), [("v1", "app"), ("v3", "engine")])
def test_engine_is_an_app_in_v1(request, generation, name):
    backend = request.getfixturevalue(generation)
    engine = Engine(code="nuke-13", version="13.2").save()
    backend.records[name][engine.id]["status"] = "disabled"
    assert Engine.where(Engine.code == "nuke-13").one().status is EngineStatus.DISABLED
    assert backend.calls[0] == ("create", name, {"code": "nuke-13", "version": "13.2"}, None)


# -- ACLs -----------------------------------------------------------------------------------------


def acl(**more) -> Acl:
    return Acl(entity=f"user:{ID}", target=f"share:{ID}", **more)


@pytest.mark.parametrize(("generation", "who"), [("v1", "ident"), ("v3", "entity")])
def test_acl_names_the_user_as_the_generation_does(request, generation, who):
    backend = request.getfixturevalue(generation)
    made = acl(read=True).save()
    assert backend.calls == [
        ("create", "acl", {who: f"user:{ID}", "target": f"share:{ID}", "read": True}, None)
    ]
    found = Acl.where(Acl.entity == f"user:{ID}").one()
    assert (found, found.entity, found.extra) == (made, f"user:{ID}", {})
    assert Acl.load_record({"id": ID, "role": "standard"}, backend).role is UserRole.STANDARD


def test_acl_takes_the_user_and_the_share_themselves(v3):
    lisa = User.load_record({"id": ID}, v3)
    for kind in (Volume, Folder, Home, Collection):
        acl = Acl(entity=lisa, target=kind.load_record({"id": "a" * 24}, v3), read=True)
        assert (acl.entity, acl.target) == (f"user:{ID}", f"share:{'a' * 24}")
    with pytest.raises(EntityValidationError) as error:
        Acl(entity=Server.load_record({"id": ID}, v3), target=User(code="a@b.c"), read=True)
    assert error.value.problems == (
        ("entity", "is a user, not Server"), ("target", "is a share, not User"),
    )  # fmt: skip
    with pytest.raises(EntityValidationError, match=r"save\(\) the Folder first"):
        Acl(entity=lisa, target=Folder(name="a", path="a"), read=True)


def test_acl_that_was_there_is_found_when_the_backend_does_not_name_it(v3, monkeypatch):
    record = v3.add("acl", 5, entity=f"user:{ID}", target=f"share:{ID}", path="/", read=True)
    monkeypatch.setattr(v3, "create", lambda *_, **__: {})
    assert acl(write=True).save().id == record["id"]
    elsewhere = acl(write=True, path="show")
    with pytest.raises(EntityStateError, match="did not say its id"):
        elsewhere.save()


@pytest.mark.parametrize("rights", [{}, {"read": False}, {"read": False, "write": False}])
def test_acl_reads_writes_or_does_both(v3, rights):
    with pytest.raises(EntityValidationError, match="or write must be True"):
        acl(**rights).save()
    assert v3.calls == []


def test_options_of_v3_are_refused_in_v1(v1):
    with pytest.raises(EntityValidationError, match="3 problems"):
        acl(read=True, invite=True, notify=True, message="hello").save()
    assert v1.calls == []


def test_acl_is_deleted_in_v1(v1):
    v1.add("acl", 9)
    Acl.load_record({"id": ID}, v1).delete()
    assert v1.records["acl"] == {}
