"""Find the tables of seeded defects: each module of this folder with a ``MUTANTS``."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from mutant import Mutant

HERE = Path(__file__).parent


def collect() -> list[Mutant]:
    """Return the defects of all tables, in the order of their files."""
    found: list[Mutant] = []
    for path in sorted(HERE.glob("of_*.py")):
        spec = importlib.util.spec_from_file_location(f"mutants_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        found += module.MUTANTS
    return found


def problem_of(mutant: Mutant, package: Path, root: Path) -> str | None:
    """Say why a defect cannot be seeded: its source or its tests are not there."""
    source = package / mutant.file
    if not source.is_file():
        return f"there is no {mutant.file}"
    times = source.read_text("utf-8").count(mutant.old)
    if times != 1:
        return f"its text stands {times} times in {mutant.file}"
    if mutant.old == mutant.new or not mutant.tests:
        return "it changes nothing, or names no test"
    for node in mutant.tests:
        path, _, name = node.partition("::")
        test = root / path
        if not test.is_file() or f"def {name.partition('[')[0]}(" not in test.read_text("utf-8"):
            return f"there is no test {node}"
    return None
