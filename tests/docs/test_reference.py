"""The reference holds every public name, every entity type once, and every attribute described."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

import accsyn_orm
from accsyn_orm import bulk, exports, schema
from accsyn_orm.entities import ENTITY_CLASSES

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGES = sorted((DOCS / "reference" / "api").glob("*.md"))
DIRECTIVE = re.compile(r"^\.\. (?:auto\w+|entity):: ([\w.]+)$", re.MULTILINE)
DOCUMENTED = Counter(
    name.removeprefix("accsyn_orm.")
    for page in PAGES
    for name in DIRECTIVE.findall(page.read_text("utf-8"))
)
PARTS = ("bulk", "schema", "exports", "query")
VALUES = {"METADATA_KINDS", "Kind", "Misfits", "DriftKind", "ProgressCallback", "__version__"}
"""Public names that are types of arguments, or constants: told where they are used."""


@pytest.fixture(scope="module")
def rows_of() -> Iterator[ModuleType]:
    path = DOCS / "_extensions" / "entity_rows.py"
    spec = spec_from_file_location("entity_rows", path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def public_names() -> Iterator[str]:
    yield from accsyn_orm.__all__
    for part in (bulk, exports, schema):
        inner = part.__name__.removeprefix("accsyn_orm.")
        yield from (f"{inner}.{name}" for name in part.__all__ if name not in accsyn_orm.__all__)


def test_every_public_name_is_in_the_reference_once():
    names = [name for name in public_names() if name.split(".")[-1] not in VALUES]
    spellings = {name: [name, *(f"{part}.{name}" for part in PARTS)] for name in names}
    found = {name: sum(DOCUMENTED[one] for one in those) for name, those in spellings.items()}
    assert {name: count for name, count in found.items() if count != 1} == {}


def test_every_attribute_of_every_type_is_described(rows_of: ModuleType):
    for cls in ENTITY_CLASSES.values():
        rows = [*rows_of.attribute_rows(cls), *rows_of.relation_rows(cls)]
        assert {row.name for row in rows} >= set(cls.__entity_attributes__)
        assert [(cls, row.name) for row in rows if not (row.type and row.description)] == []


def test_row_tells_type_rules_and_generation(rows_of: ModuleType):
    rows = {row.name: row for row in rows_of.attribute_rows(accsyn_orm.Job)}
    assert rows["status"].type == "JobStatus"
    assert rows["status"].written.startswith("when created waiting, paused; once saved waiting,")
    assert rows["created"].type == "datetime"
    assert rows["finished"].type == "datetime | None"
    assert rows["id"].written == "no"
    assert rows["hooks"].written == "when created, not in queries"
    assert "v3 only" in rows["append"].description


def test_actions_of_a_type_are_listed_without_those_that_all_have(rows_of: ModuleType):
    names = [name for _, name in rows_of.own_members(accsyn_orm.Job)]
    assert {"pause", "wait", "add"} <= {*names}
    assert not {"where", "accept", "settings_kept"} & {*names}


def test_readme_counts_the_types():
    readme = (DOCS.parent / "README.md").read_text("utf-8")
    assert f"**Every entity type as a class**, {len(ENTITY_CLASSES)} of them" in readme


def test_figures_of_the_readme_are_those_of_the_page_about_speed():
    told = (DOCS / "explanation" / "performance.md").read_text("utf-8")
    readme = (DOCS.parent / "README.md").read_text("utf-8")
    figures = re.findall(r"\| ((?:< )?[\d.,]+ (?:µs|ms|MiB)) \|", readme.partition("## Figures")[2])
    assert len(figures) > 6
    assert [figure for figure in figures if f"| {figure} |" not in told] == []


def test_index_describes_every_page():
    listed, _, trees = (DOCS / "index.md").read_text("utf-8").partition("```{toctree}")
    pages = {
        str(page.relative_to(DOCS).with_suffix(""))
        for page in DOCS.rglob("*.md")
        if page.name != "index.md" and "_build" not in page.parts
    }
    described = set(re.findall(r"\]\(([\w/-]+)\.md\)", listed))
    assert described == pages, "docs/index.md has one line for each page"
    assert set(re.findall(r"^[\w-]+/[\w/-]+$", trees, re.MULTILINE)) == pages
