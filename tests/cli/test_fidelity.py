from __future__ import annotations

import json
import subprocess
import sys


def printed(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "accsyn_orm", "serve", "--fidelity", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)


def test_the_table_names_the_source_of_every_behaviour_and_serves_nothing():
    done = printed()
    (line,) = [line for line in done.stdout.splitlines() if "the default queue stays" in line]
    assert line.split() == ["queue/delete", "the", "default", "queue", "stays", "documented"]
    assert "documented, " in done.stderr
    assert "http" not in done.stderr


def test_the_table_is_json_when_asked():
    rows = json.loads(printed("--json").stdout)
    assert {"documented", "client-source", "inferred"} <= {row["source"] for row in rows}
    assert {"subject", "statement", "source"} == set(rows[0])
