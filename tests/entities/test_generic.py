"""Types that this version has no class for."""

from __future__ import annotations

import copy
import pickle

import pytest

from accsyn_orm import GenericEntity, Job, entity_class
from accsyn_orm.errors import EntityValidationError, QuerySyntaxError
from accsyn_orm.fields import code, colour, size
from accsyn_orm.testing import EmbeddedWorkspace

Gadget = entity_class("gadget")


@pytest.fixture
def gadgets(v3):
    v3.add("gadget", 1, code="red one", colour="red", size=5, parts={"wheel": ["a"]})
    v3.add("gadget", 2, code="blue one", colour="blue", size=9)
    return v3


def test_known_types_have_their_class() -> None:
    assert entity_class(" JOB ") is Job


def test_unknown_types_have_one_class_each() -> None:
    assert entity_class("Gadget") is Gadget
    assert issubclass(Gadget, GenericEntity)
    assert (Gadget.__name__, Gadget.__entity_type__) == ("Gadget", "gadget")
    assert entity_class("user_gadget").__name__ == "UserGadget"


@pytest.mark.parametrize("text", ["", "a b", "9lives", "*", "job/task"])
def test_what_is_no_name_is_no_type(text) -> None:
    with pytest.raises(EntityValidationError, match="no entity type"):
        entity_class(text)


def test_everything_that_was_sent_is_kept_and_read(gadgets) -> None:
    red = Gadget.where(colour == "red").one()
    assert (red.id, red.colour, red.size, red.parts) == (f"{1:024x}", "red", 5, {"wheel": ["a"]})
    assert {"id": red.id, **red.extra} == gadgets.records["gadget"][red.id]
    assert red == Gadget.get(red.id)
    assert red != Gadget.get(f"{2:024x}")
    assert len({red, Gadget.get(red.id)}) == 1
    with pytest.raises(AttributeError, match=r"colours.*did you mean 'colour'"):
        _ = red.colours


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        (lambda: Gadget.where(Gadget.size > 5), ["blue one"]),
        (lambda: Gadget.where((size > 5) | (Gadget.colour == "red")), ["red one", "blue one"]),
        (lambda: Gadget.parse("Gadget WHERE colour IN red,green"), ["red one"]),
        (lambda: Gadget.where(Gadget.id == f"{2:024x}"), ["blue one"]),
    ],
)
def test_any_attribute_can_be_queried(gadgets, query, codes) -> None:
    assert [one.code for one in query()] == codes


def test_any_attribute_can_be_selected(gadgets) -> None:
    assert dict(Gadget.where().only("size").first().extra) == {"size": 5}
    assert gadgets.calls[-1][2]["attributes"] == ["id", "size"]


def test_text_that_is_no_query_is_refused_here_as_well() -> None:
    with pytest.raises(QuerySyntaxError):
        Gadget.parse("Gadget WHERE colour=")


def test_it_can_be_refreshed_and_deleted(gadgets) -> None:
    red = Gadget.where().first()
    gadgets.records["gadget"][red.id]["colour"] = "green"
    assert red.refresh().colour == "green"
    red.delete()
    assert (red.is_deleted, list(gadgets.records["gadget"])) == (True, [f"{2:024x}"])


def test_what_may_be_written_is_not_known(gadgets) -> None:
    red = Gadget.where().first()
    with pytest.raises(EntityValidationError, match="does not know"):
        red.colour = "green"
    with pytest.raises(EntityValidationError, match=r"session\.create\(\)"):
        Gadget(colour="green")
    assert red.save() is red
    assert [call[0] for call in gadgets.calls] == ["find"]


def test_it_shows_what_it_is_and_survives_copies(gadgets) -> None:
    red = Gadget.where().first()
    assert repr(red) == f"entity_class('gadget').loaded(id='{1:024x}')"
    for copied in (copy.copy(red), copy.deepcopy(red), pickle.loads(pickle.dumps(red))):
        assert (copied, copied.parts) == (red, red.parts)
    assert eval(repr(red), {"entity_class": entity_class}) == red  # our own text


def test_a_session_queries_types_by_name() -> None:
    with EmbeddedWorkspace() as workspace, workspace.session(protocol="v1") as session:
        assert session.query("job").entity is Job
        found = session.query("organization").one()  # the class is called Workspace, as in v3
        assert (type(found).__name__, found.code) == ("Organization", workspace.code)
        assert session.query("Organization").where(code == workspace.code).one() == found
