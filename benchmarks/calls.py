"""Calls over loopback TLS: ours, the official client and a bare pooled HTTP request."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import requests
from measure import Result, best

from accsyn_orm import Job, Session

QUERY = 'Job WHERE code="my_transfer"'

OFFICIAL = """
import json, sys, time, accsyn_api
url, user, key, query, calls = json.loads(sys.argv[1])
host, port = url.split("//")[1].split(":")
session = accsyn_api.Session("acmefilm", user, key, hostname=host, port=int(port))
def timed(work, calls):
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls
job = session.find_one(query)
jobs = session.find("Job", limit=100)
def save():
    for each in jobs:
        session.update("Job", each["id"], {"metadata": {"n": time.time()}})
print("@@" + json.dumps([timed(lambda: session.find_one(query), calls), timed(save, 1)]))
"""


@contextmanager
def _workspace() -> Iterator[Path]:
    """Run ``accsyn-orm serve`` in a process of its own, as a backend would be."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready"
        command = [sys.executable, "-m", "accsyn_orm", "serve", "--port", "0", "--tls"]
        command += ["--data", f"{folder}/data", "--write-env", folder, "--ready-file", str(ready)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            for _ in range(200):
                if ready.exists():
                    break
                time.sleep(0.05)
            yield Path(folder)
        finally:
            server.terminate()
            server.wait(10)


def _settings(folder: Path) -> dict[str, str]:
    lines = (folder / ".env.admin").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def _official(official: Path, settings: dict[str, str]) -> tuple[float, float]:
    facts = [settings[f"ACCSYN_{name}"] for name in ("URL", "API_USER", "API_KEY")]
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", OFFICIAL, json.dumps([*facts, QUERY, 20])],
        env={"PYTHONPATH": str(official)},
        capture_output=True,
        text=True,
        check=True,
    )
    answer = next(line for line in run.stdout.splitlines() if line.startswith("@@"))
    find_one, save = json.loads(answer[2:])
    return find_one, save


def _bare_get(settings: dict[str, str]) -> float:
    """Time the cheapest pooled request the same server can answer."""
    with requests.Session() as pool:
        pool.trust_env = False
        pool.verify = settings["ACCSYN_CA_BUNDLE"]
        url = urlsplit(settings["ACCSYN_URL"])._replace(path="/api/v3/nowhere").geturl()
        return best(lambda: pool.get(url).content)


def _change_and_save(session: Session) -> None:
    for job in session.query(Job).limit(100):
        job.metadata = {"n": time.time()}
        job.save()


def results(official: Path) -> Iterator[Result]:
    """Measure single calls against the official client and the floor below both."""
    with _workspace() as folder:
        settings = _settings(folder)
        theirs, their_save = _official(official, settings)
        with Session(path_envfile=folder / ".env.admin") as session:
            ours = best(lambda: session.find_one(QUERY))
            yield Result("find_one", "official 3.4.0", ours, theirs, bound=1 / 40)
            save = best(lambda: _change_and_save(session), rounds=1)
            yield Result("change and save jobs", "official 3.4.0", save, their_save, bound=1 / 40)
        yield Result("find_one", "bare pooled GET, 404", ours, _bare_get(settings), bound=5)
