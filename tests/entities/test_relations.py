"""Relations that the other side holds: queries for many, a fetched entity or nothing for one."""

from __future__ import annotations

import pytest

from accsyn_orm import (
    Acl,
    Delivery,
    EntityStateError,
    EntityValidationError,
    Folder,
    Job,
    Lane,
    Party,
    Query,
    Queue,
    Ref,
    Server,
    Site,
    User,
    Volume,
)
from accsyn_orm.entities import ENTITY_CLASSES
from accsyn_orm.entities.dialects import dialect_of
from accsyn_orm.entities.relations import Many, One, Relation
from accsyn_orm.query import Comparison

ID = "69887165f643db8cd731b31a"
RELATIONS = {
    relation.label: relation
    for cls in ENTITY_CLASSES.values()
    for name in dir(cls)
    if isinstance(relation := getattr(cls, name, None), Relation)
}


@pytest.mark.parametrize(
    ("entity", "relation", "text"),
    [
        (User, "jobs", f"Job WHERE user={ID}"),
        (User, "acls", f"Acl WHERE entity=user:{ID}"),
        (User, "clients", f"Client WHERE user={ID}"),
        (Queue, "jobs", f"Job WHERE parent={ID}"),
        (Volume, "folders", f"Folder WHERE parent={ID}"),
        (Volume, "homes", f"Home WHERE parent={ID}"),
        (Volume, "acls", f"Acl WHERE target=share:{ID}"),
        (Folder, "acls", f"Acl WHERE target=share:{ID}"),
        (Delivery, "transfers", f"Transfer WHERE parent={ID}"),
        (Site, "servers", f"Server WHERE site={ID}"),
        (Site, "clients", f"Client WHERE site={ID}"),
        (Server, "lanes", f"Lane WHERE parent={ID}"),
        (Server, "volumes", f"Volume WHERE server={ID}"),
    ],
)
def test_many_is_the_query_for_what_names_this_one_and_asks_nothing(v3, entity, relation, text):
    found = getattr(entity.loaded(id=ID, session=v3), relation)
    assert isinstance(found, Query)
    assert str(found) == text
    assert found.backend is v3
    assert not v3.calls


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=RELATIONS)
def test_every_relation_leads_to_an_attribute_that_can_be_queried(relation):
    field = getattr(relation.target, relation.attribute)
    assert isinstance(field == ID, Comparison)
    assert relation.label.endswith(f".{relation.name}")
    assert repr(relation) in {f"<Many {relation.label}>", f"<One {relation.label}>"}


def test_relation_of_sub_entities_asks_under_the_parent():
    class Shot(Job):
        frames = Many("Task", "job")

    assert Shot.loaded(id=ID).frames == Job.loaded(id=ID).tasks


@pytest.mark.parametrize("relation", ["jobs", "home"])
def test_new_entity_has_no_relations_yet(v3, relation):
    with pytest.raises(EntityStateError, match=f"is new, .* save\\(\\) it before .{relation}"):
        getattr(User(code="lisa@example.com"), relation)


def test_relation_cannot_be_assigned():
    user = User.loaded(id=ID)
    with pytest.raises(EntityValidationError, match="jobs: is what others say about it"):
        user.jobs = []
    with pytest.raises(EntityValidationError, match="jobs: is what others say about it"):
        User(code="lisa@example.com", jobs=[])


def test_one_is_fetched_for_all_that_were_loaded_together(v3):
    for number in range(1, 4):
        v3.add("user", number, code=f"u{number}@example.com")
    v3.add("home", 9, code="u2@example.com", user=f"{2:024x}")
    homes = [user.home for user in User.where()]
    assert [home and home.code for home in homes] == [None, "u2@example.com", None]
    assert len(v3.calls) == 2


def test_relation_of_a_class_is_itself():
    assert isinstance(User.jobs, Many)
    assert isinstance(User.home, One)


# -- in a workspace --------------------------------------------------------------------------------


def test_jobs_of_user_and_queue_are_those_that_name_them(each_session):
    (job, *_) = Job.where().all()
    assert job in job.user.fetch().jobs.all()
    queue = job.parent.fetch()
    assert type(queue) is Queue
    assert job in queue.jobs.all()
    assert {other.parent for other in queue.jobs} == {queue.id}


def test_shares_lead_to_what_is_beneath_and_to_who_may_use_them(each_session):
    volume = Volume.where(Volume.default == True).one()
    folders = volume.folders.all()
    assert folders
    if each_session.protocol == "v3":
        assert {folder.parent.fetch() for folder in folders} == {volume}
    acls = [acl for folder in folders for acl in folder.acls]
    assert acls
    acl = Acl.where().first()
    assert acl is not None
    assert acl.entity.fetch() in User.where().all()
    assert acl.target.fetch().id == acl.target.id


def test_home_of_a_user_is_found_in_both_generations(each_session):
    homes = {user.code: user.home for user in User.where()}
    assert any(homes.values())
    assert all(home is None or home.code == code for code, home in homes.items())


def test_machines_lead_to_each_other(each_session):
    server = Server.where().first()
    assert server is not None
    site = server.site
    assert site is not None
    assert server in site.fetch().servers.all()
    assert server in server.user.fetch().clients.all()
    lanes = Lane.where().all()
    assert {lane.parent.fetch() for lane in lanes if lane.parent} <= set(Server.where())


def test_everything_in_the_demo_workspace_leads_somewhere(each_session):
    """The admin may see all that there is, so that nothing an entity names is missing."""
    followed: set[str] = set()
    classes = [cls for cls in ENTITY_CLASSES.values() if dialect_of(cls, each_session).exists]
    for cls in classes:
        entities = cls.where().all() if cls.__parent__ is None else []
        for entity in entities:
            values = [getattr(entity, name, None) for name in cls.__entity_attributes__]
            for value in values:
                if isinstance(value, (Ref, Party)) and value:
                    followed.add(type(value.fetch()).__name__)
    assert {"Folder", "Queue", "Server", "Site", "User", "Volume", "Workspace"} <= followed
    assert each_session.stats.requests < 150
