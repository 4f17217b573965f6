"""Every attribute of every entity type: what is said to be readable is sent, and nothing else.

Together with `test_matrix` this covers the lines of the fidelity table that are no behaviours.
"""

from __future__ import annotations

from typing import Any

import pytest

from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules import RULES, EntityRules
from accsyn_orm.server.storage.tables import V1, V3, Generation

JOHN = "john@user.com"
GENERATIONS: tuple[Generation, ...] = ("v1", "v3")
NAMED = [
    pytest.param(rules, generation, id=f"{generation} {rules.names.shown(generation)}")
    for generation in GENERATIONS
    for rules in RULES
    if rules.names.shown(generation)
]
CHECKED_LATER = {"tasks", "files", "input", "recipients"}
"""Options of many shapes: what they hold is looked at where it is used."""
FIELDS = [
    pytest.param(rules, field, id=f"{rules.name}.{field.name} {position}")
    for rules in RULES
    for position, field in enumerate(rules.schema.fields)
    if field.name not in CHECKED_LATER
]


def beneath(client: Any, kind: str) -> dict[str, Any]:
    """Say where members of other entities are looked for."""
    match kind:
        case "task" if client.protocol == "v1":
            (job, *_) = client.find("job")
            return {"query": f"job.id={job['id']}"}
        case "task":
            (job, *_) = client.find("transfer")
            return {"parent": job["id"]}
        case "file":
            (collection, *_) = client.find("collection")
            return {"parent": collection["id"]}
        case _:
            return {}


@pytest.mark.parametrize(("rules", "generation"), NAMED)
def test_records_have_just_the_attributes_that_can_be_read(
    furnished: Any, rules: EntityRules, generation: Generation
):
    client = furnished.client(JOHN, generation)
    kind = rules.names.shown(generation)
    (record, *_) = client.find(kind, **beneath(client, rules.name))
    assert set(record) == set(rules.schema.readable(generation))
    listed = client.call("GET", "attributes", {"entitytype": kind})
    assert listed == rules.schema.readable(generation)


@pytest.mark.parametrize(("rules", "field"), FIELDS)
def test_every_attribute_that_can_be_written_checks_its_value(rules: EntityRules, field: Any):
    generation: Generation = "v3" if field.generations >= V3 else "v1"
    assert field.generations <= V1 | V3
    role = Role.ADMIN if Role.ADMIN in field.writers else next(iter(field.writers))
    check = rules.schema.check_create if field.create else rules.schema.check_update
    with pytest.raises(Refusal, match=rf"\b{field.name}\b"):
        check({field.name: [[5]]}, generation, role)
