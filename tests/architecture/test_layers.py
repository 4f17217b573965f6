"""The import graph keeps the layers of docs/explanation/architecture.md and has no cycles."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import accsyn_orm

ROOT = Path(__file__).parents[2]
PACKAGE = Path(next(iter(accsyn_orm.__path__)))
MODULES = {
    ".".join(("accsyn_orm", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
        ".__init__"
    ): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

# part -> parts of the package it may import; every part may import errors, outcome, secret, itself.
ALLOWED = {
    "accsyn_orm": {"session", "bulk", "exports", "entities", "query", "paths", "fields"},
    "__main__": {"cli"},
    "cli": {
        "accsyn_orm",
        "session",
        "bulk",
        "exports",
        "schema",
        "entities",
        "query",
        "fields",
        "server",
        "testing",
        "profiles",
        "doctor",
    },
    "doctor": {"session", "profiles", "transport", "wire"},
    "profiles": {"session"},
    "pytest_plugin": {"testing", "session"},
    "testing": {"session", "server", "pacing"},
    "compat": {"accsyn_orm", "session", "query", "wire"},
    "session": {"entities", "query", "paths", "wire", "transport", "pacing"},
    "fields": {"query"},
    "bulk": {"entities", "query", "pacing"},
    "exports": {"entities"},
    "schema": {"entities", "session"},
    "entities": {"query", "paths", "pacing"},
    "server": {"query", "wire"},
    "mypy": set(),
    "query": set(),
    "wire": set(),
    "transport": {"pacing"},
    "pacing": set(),
    "paths": set(),
    "errors": set(),
    "outcome": set(),
    "secret": set(),
}
# module -> the parts above it that it hands over to, when it is called and not before
HANDS_OVER = {
    # update() and delete() make a plan, to_dicts() and the like a table
    "accsyn_orm.entities.querying.query": {"bulk", "exports"},
}
# part -> foreign packages only it (and the parts named with it) may import
RESERVED = {
    "lark": {"query"},
    "pydantic": {"entities"},
    "pydantic_core": {"entities", "wire"},
    "requests": {"transport"},
    "urllib3": {"transport"},
    "socks": {"transport"},
    "sqlalchemy": {"server"},
    "starlette": {"server"},
    "uvicorn": {"server"},
    "re2": {"server"},
    "trustme": {"server"},
    "typer": {"cli"},
    "rich": {"cli", "entities"},
    "yaml": {"cli"},
    # entities only name them, in the types of what they return
    "pandas": {"exports", "entities"},
    "polars": {"exports", "entities"},
    "pyarrow": {"exports", "entities"},
    "mypy": {"mypy"},
    "pytest": {"pytest_plugin"},
}
# the protocol and the language do no input or output
NETWORK = {"asyncio", "http", "selectors", "socket", "socketserver", "ssl", "urllib.request"}
WITHOUT_IO = {"query": NETWORK, "wire": NETWORK | {"pathlib", "shutil", "subprocess", "tempfile"}}


def part_of(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def imports(module: str, *, only_at_import: bool) -> Iterator[str]:
    """Yield what a module imports: at import time only, or anywhere in its code."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else str(node.module)
        elif only_at_import and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        elif (
            only_at_import
            and isinstance(node, ast.If)
            and "TYPE_CHECKING" in ast.unparse(node.test)
        ):
            pending.extend(node.orelse)
        else:
            pending.extend(ast.iter_child_nodes(node))


def test_every_part_of_the_package_has_a_layer():
    assert {part_of(module) for module in MODULES} <= set(ALLOWED)


def test_every_layer_is_explained():
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")
    rows = "\n".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `"))
    assert [part for part in ALLOWED if f"`{part}`" not in rows] == ["accsyn_orm", "__main__"]


def test_no_module_takes_what_another_one_keeps_to_itself():
    taken = [
        f"{module}: {alias.name}"
        for module, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("accsyn_orm")
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]
    assert taken == []


def test_every_module_on_the_page_is_there():
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")
    named = set(re.findall(r"`(?!tests/)(?:\w+/)*(\w+\.py)`", page))
    assert len(named) > 50
    assert named <= {path.name for path in MODULES.values()}


@pytest.mark.parametrize(
    ("folder", "title"),
    [("entities", "the entities"), ("session", "the session"), ("server", "the workspace")],
)
def test_every_module_of_a_large_part_is_explained(folder: str, title: str):
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")
    section = page.split(f"## Inside {title}\n")[1].split("\n## ")[0]
    rows = "\n".join(line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))
    inside = [path for path in (PACKAGE / folder).iterdir() if not path.name.startswith("__")]
    assert [path.name for path in inside if f"`{path.name}`" not in rows] == []


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_only_from_layers_below(module: str):
    part = part_of(module)
    allowed = ALLOWED[part] | {part, "errors", "outcome", "secret"} | HANDS_OVER.get(module, set())
    for target in imports(module, only_at_import=False):
        if target.split(".")[0] == "accsyn_orm" and target in MODULES:
            assert part_of(target) in allowed, f"{module} imports {target}"


@pytest.mark.parametrize("module", MODULES)
def test_foreign_packages_are_imported_by_one_part_only(module: str):
    part = part_of(module)
    for target in imports(module, only_at_import=False):
        owners = RESERVED.get(target.split(".")[0])
        assert owners is None or part in owners, f"{module} imports {target}"
        for forbidden in WITHOUT_IO.get(part, set()):
            assert not f"{target}.".startswith(f"{forbidden}."), f"{module} imports {target}"


@pytest.mark.parametrize("module", [m for m in MODULES if part_of(m) == "wire"])
def test_protocol_opens_no_files(module: str):
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not [call for call in calls if isinstance(call, ast.Name) and call.id == "open"]


def test_import_graph_has_no_cycles():
    graph = {
        module: {t for t in imports(module, only_at_import=True) if t in MODULES and t != module}
        for module in MODULES
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


def test_modules_fit_in_a_head():
    too_long = {
        m: n for m, p in MODULES.items() if (n := len(p.read_text("utf-8").splitlines())) > 500
    }
    assert not too_long
