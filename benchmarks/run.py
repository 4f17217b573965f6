"""Measure ours and the peers in one run; print the ratios, keep them as JSON.

python benchmarks/run.py [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import calls
import language
import startup
from measure import Result

WITNESS = Path(__file__).parent.parent / ".witnesses" / "3.4.0"


def _official() -> Path:
    if not (WITNESS / "accsyn_api").is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
        subprocess.run([*command, str(WITNESS), "accsyn-python-api==3.4.0"], check=True)
    return WITNESS


def _results() -> Iterator[Result]:
    official = _official()
    yield from language.results()
    yield from startup.results(official)
    yield from calls.results(official)


def main() -> None:
    """Run everything; the exit code tells whether every figure was reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="file to keep the results in")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}")
    print(f"{'work':24}{'beside':24}{'ours':>12}{'theirs':>12}{'ratio':>9}{'at most':>9}")
    kept: list[Result] = []
    for result in _results():
        kept.append(result)
        verdict = "reached" if result.is_reached else "MISSED"
        seconds = f"{result.ours * 1e6:9.1f} µs{result.theirs * 1e6:9.1f} µs"
        figures = f"{result.ratio:9.3f}{result.bound:9.3f}"
        print(f"{result.work:24}{result.peer:24}{seconds}{figures}  {verdict}", flush=True)
    if options.json:
        options.json.write_text(json.dumps([result.as_json() for result in kept], indent=2))
    sys.exit(not all(result.is_reached for result in kept))


if __name__ == "__main__":
    main()
