"""Whatever happens in whatever order, files arrive whole, and nothing is left behind."""

from __future__ import annotations

import random

import pytest

from accsyn_orm.server.disk.inside import DRAFT_PREFIX

FILES = {"a": 9_000, "b": 0, "c": 1, "d": 4_000, "deep/e": 6_000}


class Chaos:
    """Three jobs, two engines, and somebody who cannot leave them alone."""

    def __init__(self, depot, admin, put, seed):
        self.depot, self.admin, self.random = depot, admin, random.Random(seed)
        self.put, self.content = put, {}
        self.gone = []
        self.engines = [depot.engine_with(bandwidth=0.001) for _ in range(2)]
        self.jobs = []
        for name in ("x", "y", "z"):
            for file, size in FILES.items():
                self.content[f"{name}/{file}"] = put(depot.volume / name / file, size).read_bytes()
            ends = {"source": f"share=projects/{name}", "destination": "/in/"}
            self.jobs.append(admin.create("transfer", ends)["id"])

    def pass_time(self):
        self.depot.studio.clock.advance(seconds=self.random.choice([0.3, 1, 2.5, 61]))

    def step(self):
        self.random.choice(self.engines).step(self.depot.studio.clock())

    def set_status(self):
        job, status = self.random.choice(self.jobs), self.random.choice(["paused", "aborted"])
        if self.depot.job(job)["scope"] == "active":
            self.admin.edit("transfer", job, status=status)

    def resume(self):
        self.admin.edit("transfer", self.random.choice(self.jobs), status="waiting")

    def crash(self):
        """Lose an engine, which says nothing to anybody."""
        index = self.random.randrange(2)
        self.gone.append(self.engines[index])
        self.engines[index] = self.depot.engine_with(bandwidth=0.001)

    def stop(self):
        index = self.random.randrange(2)
        self.engines[index].close()
        self.engines[index] = self.depot.engine_with(bandwidth=0.001)

    def change(self):
        name = self.random.choice(sorted(self.content))
        size = self.random.choice([0, 10, 3_000])
        self.content[name] = self.put(self.depot.volume / name, size).read_bytes()

    def arrived(self):
        root = self.depot.computer("admin") / "in"
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file() and not path.name.startswith(DRAFT_PREFIX)
        }


@pytest.fixture(params=range(3))
def chaos(depot, admin, put, request):
    chaos = Chaos(depot, admin, put, request.param)
    yield chaos
    for engine in (*chaos.engines, *chaos.gone):
        engine.close()


def test_files_arrive_whole_whatever_happens(depot, admin, chaos):
    versions = {name: {content} for name, content in chaos.content.items()}
    events = [chaos.step] * 6 + [chaos.pass_time] * 4 + [
        chaos.set_status, chaos.resume, chaos.crash, chaos.stop, chaos.change,
    ]  # fmt: skip
    for _ in range(120):
        chaos.random.choice(events)()
        for name, content in chaos.content.items():
            versions[name].add(content)
        for name, content in chaos.arrived().items():
            assert content in versions[name], f"{name} is none of what it ever was"
        for job in chaos.jobs:
            assert 0 <= depot.job(job)["progress"] <= 100
    for engine in chaos.engines:
        engine.close()
    depot.studio.clock.advance(seconds=61)
    for _ in range(3):
        for job in chaos.jobs:
            admin.edit("transfer", job, status="waiting")
        depot.run()
    assert [depot.job(job)["status"] for job in chaos.jobs] == ["done"] * 3
    assert chaos.arrived() == chaos.content
    assert not list(depot.computer("admin").rglob(f"{DRAFT_PREFIX}*"))
