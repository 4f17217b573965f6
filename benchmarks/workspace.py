"""A workspace in a process of its own, as a backend would be, with as many jobs as wanted."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def workspace(*, jobs: int) -> Iterator[Path]:
    """Run ``accsyn-orm serve`` over TLS; give the directory with its ``.env`` files.

    Args:
        jobs: how many jobs there are beside those of the demo.
    """
    with tempfile.TemporaryDirectory() as folder:
        with _served(Path(folder)):
            pass  # only to make it
        _fill(Path(folder), jobs)
        with _served(Path(folder)):
            yield Path(folder)


def settings(folder: Path) -> dict[str, str]:
    """Return what the ``.env`` file of the administrator says."""
    lines = (folder / ".env.admin").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


@contextmanager
def _served(folder: Path) -> Iterator[None]:
    ready = folder / "ready"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "accsyn_orm", "serve", "--port", "0", "--tls"]
    command += ["--data", f"{folder}/data", "--write-env", str(folder), "--ready-file", str(ready)]
    command += ["--no-transfers", "--connections", "0"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(1200):
            if ready.exists() or server.poll() is not None:
                break
            time.sleep(0.05)
        if not ready.exists():
            raise RuntimeError("the workspace does not start")
        yield
    finally:
        server.terminate()
        server.wait(30)


def _fill(folder: Path, jobs: int) -> None:
    """Copy one job of the demo: through the front door 100,000 would take minutes."""
    path = next((folder / "data").glob("*.db"))
    with closing(sqlite3.connect(path)) as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(jobs)")]
        copied = [name for name in names if name != "sequence"]
        values = {
            "id": "printf('%024x', n)",
            "name": "'job ' || n",
            "name__folded": "'job ' || n",
        }
        selected = ", ".join(values.get(name, f'"{name}"') for name in copied)
        columns = ", ".join(f'"{name}"' for name in copied)
        database.execute(
            f"""WITH RECURSIVE counted(n) AS (
                    SELECT 1 WHERE ? > 0 UNION ALL SELECT n + 1 FROM counted WHERE n < ?
                )
                INSERT INTO jobs ({columns}) SELECT {selected} FROM counted,
                (SELECT * FROM jobs WHERE scope = 'active' AND status = 'waiting' LIMIT 1)""",
            (jobs, jobs),
        )
        database.commit()
