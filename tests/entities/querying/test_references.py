from __future__ import annotations

import pytest

from accsyn_orm import (
    Acl,
    Folder,
    Home,
    Job,
    Queue,
    Share,
    Site,
    Transfer,
    User,
    Volume,
    Workspace,
)
from accsyn_orm.errors import EntityValidationError, QueryValueError
from accsyn_orm.fields import user

ID = "6971e16fceadd67b955b1995"


@pytest.fixture
def loaded(v3):
    return lambda cls: cls.load_record({"id": ID, "code": "x"}, v3)


@pytest.mark.parametrize(
    "build",
    [
        lambda other: Job.user == other,
        lambda other: Job.user != other,
        lambda other: Job.user.in_([ID, other]),
        lambda other: Job.user.not_in([other]),
        lambda other: Transfer.user == other,
        lambda other: Folder.parent == other,
        lambda other: Job.source == other,
        lambda other: Acl.target != other,
    ],
)
def test_condition_refuses_an_entity_that_the_attribute_never_names(loaded, build) -> None:
    with pytest.raises(QueryValueError, match=r"never names a Queue \(compare it with a "):
        build(loaded(Queue))


def test_refused_condition_names_the_class_that_is_wanted(loaded) -> None:
    reason = r"Job\.user never names a Queue \(compare it with a User, or with an id\)"
    with pytest.raises(QueryValueError, match=reason):
        _ = Job.user == loaded(Queue)


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (Job.user, User),
        (Job.parent, Queue),
        (Folder.parent, Volume),
        (Folder.parent, Share),  # all that v1 says
        (Home.user, User),
        (Job.source, User),
        (Job.source, Workspace),
        (Job.destination, Site),
        (Acl.target, Volume),
        (user, Queue),  # of no class, so it means any
    ],
)
def test_condition_takes_an_entity_that_the_attribute_can_name(loaded, field, kind) -> None:
    assert (field == loaded(kind)).value == ID


def test_condition_takes_an_entity_of_a_derived_class(loaded) -> None:
    class Person(User): ...

    assert (Job.user == loaded(Person)).value == ID


def test_entity_refuses_a_reference_to_another_class(loaded) -> None:
    with pytest.raises(EntityValidationError, match=r"Job\.queue: is a Queue, not a User"):
        Job(code="x", source="a", destination="b", queue=loaded(User))
    changed = loaded(User)
    with pytest.raises(EntityValidationError, match=r"User\.queue: is a Queue, not a Volume"):
        changed.queue = loaded(Volume)
    changed.queue = loaded(Queue)
    assert changed.queue == ID
