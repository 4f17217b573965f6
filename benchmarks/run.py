"""Measure ours and the peers in one run; print the ratios, keep them as JSON.

python benchmarks/run.py [--quick] [--json FILE]

The exit code is 1 when a figure is missed that is not known to be, or when a known one has become
worse than documented. What the figures mean, and why some are missed, is in
docs/explanation/performance.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import calls
import curves
import hydration
import language
import load
import startup
from measure import Point, Result, Verdict

WITNESS = Path(__file__).parent.parent / ".witnesses" / "3.4.0"
LATEST = Path(__file__).parent / "results" / "latest.json"


def _official() -> Path:
    if not (WITNESS / "accsyn_api").is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
        subprocess.run([*command, str(WITNESS), "accsyn-python-api==3.4.0"], check=True)
    return WITNESS


def _results(*, is_quick: bool) -> Iterator[Result]:
    official = _official()
    yield from language.results()
    yield from startup.results(official)
    yield from hydration.results(is_quick=is_quick)
    yield from calls.results(official, is_quick=is_quick)


def _points(*, is_quick: bool) -> Iterator[Point]:
    yield from curves.points(is_quick=is_quick)
    yield from load.points(is_quick=is_quick)


def _shown(value: float, peer: str) -> str:
    return f"{value / 2**20:10.2f} MiB" if peer.endswith("MiB") else f"{value * 1e3:10.4f} ms "


def _line(result: Result) -> str:
    verdict = result.verdict.value
    if result.verdict is Verdict.KNOWN_MISS:
        verdict += f" ({result.documented:.3f}): see performance.md"
    ours, theirs = _shown(result.ours, result.peer), _shown(result.theirs, result.peer)
    figures = f"{ours}{theirs}{result.ratio:9.3f}{result.bound:9.3f}"
    return f"{result.work:28}{result.peer:24}{figures}  {verdict}"


def main() -> None:
    """Run everything; the exit code tells whether every figure is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller curves")
    parser.add_argument("--json", type=Path, default=LATEST, help="file to keep the results in")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}")
    head = f"{'ours':>14}{'theirs':>14}{'ratio':>9}{'at most':>9}"
    print(f"{'work':28}{'beside':24}{head}")
    results: list[Result] = []
    for result in _results(is_quick=options.quick):
        results.append(result)
        print(_line(result), flush=True)
    points: list[Point] = []
    for point in _points(is_quick=options.quick):
        points.append(point)
        figures = "  ".join(f"{name} {value:,.2f}" for name, value in point.figures.items())
        print(f"{point.curve:28}{point.size:>12,}  {figures}", flush=True)
    kept = {
        "python": platform.python_version(),
        "figures": [result.as_json() for result in results],
        "curves": [point.as_json() for point in points],
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", "utf-8")
    counts = Counter(result.verdict for result in results)
    print(", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict))
    sys.exit(counts[Verdict.FAILED] > 0)


if __name__ == "__main__":
    main()
