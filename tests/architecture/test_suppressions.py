"""What checkers are told to pass over has a rule and a reason; so has a test that is skipped."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import accsyn_orm

ROOT = Path(__file__).parents[2]
PACKAGE = Path(accsyn_orm.__file__).parent
FILES = sorted(
    path
    for folder in (PACKAGE, *(ROOT / name for name in ("tests", "benchmarks", "docs")))
    for path in folder.rglob("*.py")
    # Each line of it is a mistake, which its own test reads.
    if path != ROOT / "tests" / "typing" / "rejected.py" and "_build" not in path.parts
)
SUPPRESSION = re.compile(
    r"#\s*(?:ruff: |flake8: )?noqa|#\s*type: ignore|#\s*(?:pyright|mypy): (?!strict)\w"
)
WELL_FORMED = re.compile(
    r"# (?:(?:ruff: )?noqa: [A-Z]+\d+(?:, [A-Z]+\d+)*|(?:type|pyright): ignore\[[\w, -]+\])"
    r"  ?# \S.*"
)
MOST_OF_A_THOUSAND = 2.0


def suppressions(path: Path) -> Iterator[str]:
    if not any(
        word in path.read_bytes() for word in (b"noqa", b": ignore", b"# pyright", b"# mypy")
    ):
        return
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type == tokenize.COMMENT and SUPPRESSION.match(token.string):
                yield token.string


@pytest.mark.parametrize(
    "comment",
    ["# noqa", "# noqa: E501", "# type: ignore", "# type: ignore[misc]", "# pyright: basic"],
)
def test_bare_suppression_would_be_noticed(comment):
    assert SUPPRESSION.match(comment)
    assert not WELL_FORMED.fullmatch(comment)


def test_every_suppression_names_its_rule_and_its_reason():
    found = {
        str(path): [c for c in suppressions(path) if not WELL_FORMED.fullmatch(c)] for path in FILES
    }
    assert {path: comments for path, comments in found.items() if comments} == {}


def test_suppressions_of_the_package_are_few():
    paths = [path for path in FILES if path.is_relative_to(PACKAGE)]
    lines = sum(len(path.read_bytes().splitlines()) for path in paths)
    count = sum(len(list(suppressions(path))) for path in paths)
    assert count / lines * 1_000 <= MOST_OF_A_THOUSAND


def test_skipped_tests_say_what_the_machine_lacks():
    bare = []
    for path in FILES:
        source = path.read_bytes()
        for node in ast.walk(ast.parse(source if b"skip" in source or b"xfail" in source else b"")):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            words = {word.arg for word in node.keywords}
            is_bare = (name == "pytest.skip" and not node.args) or (
                name.startswith("pytest.mark.skip") and "reason" not in words
            )
            if is_bare or name in {"pytest.mark.xfail", "pytest.xfail"}:
                bare.append(f"{path}:{node.lineno}")
    assert bare == []
