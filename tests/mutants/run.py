"""Seed defects, one after the other, and see that the tests named for each notice it.

Run it from a checkout: ``python tests/mutants/run.py [part of a name …]``; ``--list`` names them.
It works on copies of the project in temporary directories. A defect that no test notices, or that
cannot be seeded any more, makes it fail.
"""

from __future__ import annotations

import argparse
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from collection import collect, problem_of
from mutant import Mutant

ROOT = Path(__file__).parents[2]
COPIED = ("accsyn_orm", "grammar", "tests", "pyproject.toml", "docs", "README.md", "Makefile")
LINKED = (".witnesses",)
SECONDS = 120
"""How long the tests of one defect may take; a defect that makes them hang is noticed, too."""
TESTS_FAILED = 1
JOBS = 2


def main(arguments: Sequence[str]) -> int:
    """Run the defects whose names hold one of the words; all of them without words."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("words", nargs="*", metavar="part of a name")
    parser.add_argument("--list", action="store_true", help="only list them")
    options = parser.parse_args(arguments)
    words: list[str] = options.words
    chosen = [one for one in collect() if not words or any(word in one.name for word in words)]
    if not chosen:
        parser.error(f"no defect has {' or '.join(words)} in its name; --list shows all")
    if options.list:
        for one in chosen:
            _print(f"{one.file:40} {one.name}")
        return 0
    began = time.monotonic()
    with _copies() as copies, ThreadPoolExecutor(JOBS) as pool:
        sound = _verdict_on_sound(chosen, copies)
        verdicts = [sound] if sound else list(pool.map(lambda one: _say(one, copies), chosen))
    bad = sum(verdict != "killed" for verdict in verdicts)
    _print(f"{len(chosen)} defects, {bad} not noticed, {time.monotonic() - began:.0f} s")
    return 1 if bad else 0


def _verdict_on_sound(chosen: Sequence[Mutant], copies: queue.Queue[Path]) -> str | None:
    """Run the tests of all defects without any: a test that fails anyway notices nothing."""
    nodes = sorted({node for mutant in chosen for node in mutant.tests})
    copy = copies.get()
    code, output = _pytest(copy, nodes, seconds=SECONDS * 5)
    copies.put(copy)
    if code == 0:
        return None
    _print(f"without any defect, the tests fail:\n{output}")
    return "unsound"


def _say(mutant: Mutant, copies: queue.Queue[Path]) -> str:
    began = time.monotonic()
    copy = copies.get()
    try:
        verdict = problem_of(mutant, copy / "accsyn_orm", copy) or _verdict(mutant, copy)
    finally:
        copies.put(copy)
    _print(f"{verdict:9} {time.monotonic() - began:5.1f} s  {mutant.name}")
    return verdict


def _verdict(mutant: Mutant, copy: Path) -> str:
    path = copy / "accsyn_orm" / mutant.file
    source = path.read_text("utf-8")
    path.write_text(source.replace(mutant.old, mutant.new), "utf-8")
    try:
        code, output = _pytest(copy, mutant.tests, seconds=SECONDS)
    finally:
        path.write_text(source, "utf-8")
    if code in {None, TESTS_FAILED}:
        return "killed"
    return "SURVIVED" if code == 0 else f"error: pytest ended with {code}\n{output}"


def _pytest(copy: Path, nodes: Sequence[str], *, seconds: float) -> tuple[int | None, str]:
    """Run tests; return pytest's exit code, ``None`` if it had to be stopped, and its output."""
    options = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestWarning")
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *nodes],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stdout[-3_000:] + done.stderr[-1_000:]


@contextmanager
def _copies() -> Iterator[queue.Queue[Path]]:
    """Copy the project once for each job that runs at a time."""
    copies: queue.Queue[Path] = queue.Queue()
    with tempfile.TemporaryDirectory(prefix="accsyn_orm-mutants-") as base:
        for number in range(JOBS):
            copy = Path(base) / str(number)
            copy.mkdir()
            for name in COPIED:
                _copy(ROOT / name, copy / name)
            for name in LINKED:
                if (ROOT / name).exists():
                    (copy / name).symlink_to((ROOT / name).resolve())
            copies.put(copy)
        yield copies


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "_build"))
    else:
        shutil.copy2(source, target)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
