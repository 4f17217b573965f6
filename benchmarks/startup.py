"""Processor time of importing, each in a fresh interpreter, the fastest of several."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from measure import Result

BARE = "pass"
OURS = "import accsyn_orm"
OURS_WITH_JOB = "from accsyn_orm import Job; Job.where(Job.code == 'x')"
OFFICIAL = "import accsyn_api"


def _seconds(code: str, path: Path | None = None) -> float:
    timed = f"import time; t = time.process_time(); {code}; print(time.process_time() - t)"
    environment = {**os.environ, "PYTHONPATH": str(path or "")}
    runs = (
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", timed],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        for _ in range(7)
    )
    return min(float(run.stdout) for run in runs)


def results(official: Path) -> Iterator[Result]:
    """Measure importing the package against its ceilings and the official client."""
    yield Result("import accsyn_orm", "60 ms", _seconds(OURS), 60e-3, bound=1)
    yield Result("import and use Job", "250 ms", _seconds(OURS_WITH_JOB), 250e-3, bound=1)
    yield Result("import", "official 3.4.0", _seconds(OURS), _seconds(OFFICIAL, official), bound=1)
