"""Everything the workspace does is tagged with how it is known, and tested."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import accsyn_orm
from accsyn_orm.server.fidelity import fidelity, summary
from accsyn_orm.server.operations.work import ROUTES
from accsyn_orm.server.provenance import BEHAVIOURS, Source
from accsyn_orm.server.rules import RULES
from accsyn_orm.server.rules.base import EntityRules
from accsyn_orm.server.rules.families import FamilyRules

TESTS = Path(__file__).parent.parent
OF_EVERY_TYPE = ("create", "edit", "delete")
OF_SOME_TYPES = ("activate", "deactivate")


def marked() -> set[str]:
    """Collect the behaviours that tests say they cover."""
    return {
        argument.value
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.behaviour"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }


def implements(rules: EntityRules, operation: str) -> bool:
    return getattr(type(rules), operation) is not getattr(EntityRules, operation)


TYPES = [rules for rules in RULES if not isinstance(rules, FamilyRules)]
OPERATIONS = [
    f"{rules.subject or rules.name}/{operation}"
    for rules in TYPES
    for operation in OF_EVERY_TYPE + OF_SOME_TYPES
    if operation in OF_EVERY_TYPE or implements(rules, operation)
]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_of_a_type_says_what_it_does(operation: str):
    assert operation in {one.area for one in BEHAVIOURS}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.verb} {route.uri}")
def test_every_operation_of_its_own_says_what_it_does(route):
    answer = f"{route.answer.__module__}.{route.answer.__qualname__}"
    assert answer in {one.where for one in BEHAVIOURS}


def test_the_table_knows_of_every_module_that_declares_something():
    package = Path(accsyn_orm.__file__).parent
    declaring = {
        ".".join(("accsyn_orm", *path.relative_to(package).with_suffix("").parts))
        for path in package.rglob("*.py")
        if re.search("^ *@behaviour\\(", path.read_text("utf-8"), re.MULTILINE)
    }
    code = "import sys, accsyn_orm.server.fidelity; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()
    assert len(declaring) > 20
    assert declaring - set(loaded) == set()


def test_every_behaviour_has_a_test():
    assert sorted({one.name for one in BEHAVIOURS} - marked()) == []


def test_every_test_of_a_behaviour_names_one_that_is_declared():
    assert sorted(marked() - {one.name for one in BEHAVIOURS}) == []


def test_no_behaviour_is_declared_twice():
    assert [name for name, times in Counter(b.name for b in BEHAVIOURS).items() if times > 1] == []


def test_every_cell_has_one_source():
    cells = fidelity()
    assert all(isinstance(cell.source, Source) for cell in cells)
    counted = Counter((cell.subject, cell.statement) for cell in cells)
    assert [cell for cell, times in counted.items() if times > 1] == []


def test_the_table_covers_operations_attributes_and_rights():
    subjects = {cell.subject for cell in fidelity()}
    assert {"queue/delete", "queue.code", "queue for employee"} <= subjects


def test_the_summary_counts_every_cell():
    cells = fidelity()
    assert sum(summary(cells).values()) == len(cells)


# What the documentation leaves open, or names without saying so of this operation.
READ_BY_INFERENCE = {
    "collection": "type",
    "delivery": "description destination metadata progress queue size source uri",
    "engine": "description name vendor version",
    "file": "parent path share",
    "folder": "type",
    "home": "type user",
    "job": "description engine queue",
    "task": "metadata",
    "transfer": "description queue",
    "volume": "inactive server siteservers status_hr",
}
CREATED_BY_INFERENCE = {
    "acl": "ident",
    "folder": "description email",
    "home": "description email user",
    "queue": "description",
    "transfer": "dest mirror parent",
    "user": "clearance description",
    "volume": "description email",
}
CHANGED_BY_INFERENCE = {
    "app": "description metadata",
    "collection": "description email metadata",
    "compute": "code metadata name",
    "delivery": "code metadata name",
    "folder": "description email metadata path",
    "home": "description email metadata path",
    "queue": "compute_default default description metadata priority",
    "server": "description metadata",
    "site": "description metadata name",
    "transfer": "code metadata name",
    "user": "description metadata queue",
    "volume": "default description email metadata",
}


@pytest.mark.parametrize(
    ("operation", "listed"),
    [
        ("can be read", READ_BY_INFERENCE),
        ("given at creation", CREATED_BY_INFERENCE),
        ("can be changed", CHANGED_BY_INFERENCE),
    ],
)
def test_what_nobody_documents_is_called_inferred(operation, listed):
    inferred = {
        cell.subject
        for cell in fidelity()
        if operation in cell.statement and cell.source is Source.INFERRED
    }
    named = {f"{kind}.{name}" for kind, names in listed.items() for name in names.split()}
    assert named - inferred == set()


def test_the_table_says_that_only_who_may_write_an_entity_writes_its_attributes():
    cells = {(cell.subject, cell.statement) for cell in fidelity()}
    assert ("volume.paths", "must be given at creation by admin (v1, v3)") in cells
    assert ("volume.name", "can be changed by admin (v3)") in cells
    assert ("folder.name", "can be given at creation by admin, employee (v3)") in cells
    assert ("delivery.name", "can be changed by admin, employee (v3)") in cells


def test_the_table_says_that_nobody_creates_clients():
    kinds = ("app", "browser", "client", "lane", "server", "userserver")
    rights = {cell.subject: cell.statement for cell in fidelity()}
    assert {rights[f"{kind} for admin"] for kind in kinds} == {
        "reads all; writes all; creates none"
    }
