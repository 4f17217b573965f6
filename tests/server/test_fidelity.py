"""Everything the workspace does is tagged with how it is known, and tested."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

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
