from __future__ import annotations

import pytest

from accsyn_orm import fields
from accsyn_orm.entities import ENTITY_CLASSES
from accsyn_orm.entities.attributes import QUERY_FIELD
from accsyn_orm.query.fields import UnboundField


def test_every_attribute_that_can_be_queried_is_a_bare_name() -> None:
    attributes = {
        name
        for cls in ENTITY_CLASSES.values()
        for name, field in cls.model_fields.items()
        if QUERY_FIELD in field.metadata and cls.__entity_attributes__[name].readable
    }
    assert fields.__all__ == sorted(attributes)
    named = {k: v.name for k, v in vars(fields).items() if isinstance(v, UnboundField)}
    assert named == {name: name for name in attributes}


def test_every_field_of_an_entity_can_be_queried_except_what_leads_elsewhere() -> None:
    plain = {
        (cls.__name__, name)
        for cls in ENTITY_CLASSES.values()
        for name, field in cls.model_fields.items()
        if QUERY_FIELD not in field.metadata
    }
    jobs = {"Compute", "Delivery", "Job", "Request", "Stream", "Transfer"}
    expected = {(name, attribute) for name in jobs for attribute in ("tasks", "settings")}
    expected |= {(name, "recipients") for name in ("Delivery", "Request", "Stream")}
    assert plain == expected | {("Collection", "files")}


def test_registry_holds_each_class_under_its_wire_type() -> None:
    names = {name: cls.__name__ for name, cls in ENTITY_CLASSES.items()}
    assert {name.lower() for name in names.values()} == names.keys()
    assert {name: cls.__entity_type__ for name, cls in ENTITY_CLASSES.items()} == {
        name: name for name in names
    }


def test_names_of_a_studio_can_be_imported_too() -> None:
    from accsyn_orm.fields import department

    assert isinstance(department, UnboundField)


@pytest.mark.parametrize("name", ["__path__", "_private", "Status"])
def test_other_names_do_not_exist(name) -> None:
    with pytest.raises(AttributeError):
        getattr(fields, name)
