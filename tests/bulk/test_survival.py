"""The promises of bulk changes, each held against the database: a fast variant and the whole one.

Two thousand changes while three calls in ten fail; a process killed a hundred times; undo of what
was done, whole and half. ``make test-deep`` runs the whole ones.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from accsyn_orm import Queue, bulk
from accsyn_orm.bulk import JournalError
from accsyn_orm.bulk.history import read_history
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.session.settings import Pace
from accsyn_orm.testing import Faults

CHILD = Path(__file__).with_name("change_by_one.py")
ROOT = Path(__file__).parents[2]
deep = pytest.mark.deep
sizes = pytest.mark.parametrize


def changed() -> Query[Queue]:
    return Queue.where(Queue.name.startswith("q"))


# -- faults ---------------------------------------------------------------------------------------


@sizes(("count", "seed"), [(200, 1), pytest.param(2_000, 2, marks=deep, id="whole")])
@sizes("is_journalled", [False, True])
def test_changes_at_thirty_percent_faults(  # a figure with its whole procedure
    workspace, session, make_queues, database, tmp_path, count, seed, is_journalled
):
    make_queues(count)
    plan = changed().update(priority=lambda queue: queue.priority + 1)
    before = database.column("queues", "priority")
    database.watch("queues")
    workspace.faults = Faults(0.3, seed=seed, retry_after=0)
    report = plan.apply(workers=8, journal=tmp_path / "journal" if is_journalled else None)
    faults, workspace.faults = workspace.faults, None
    writes, after = database.writes(), database.column("queues", "priority")

    duplicates = [ident for ident, times in writes.items() if times > 1]
    lost = [r.row.number for r in report.done if after[r.row.id] != before[r.row.id] + 1]
    untrue = [
        r.row.number
        for r in (*report.failed, *report.not_sent)
        if after[r.row.id] != before[r.row.id]
    ]
    assert sum(faults.injected.values()) > count * 0.3
    assert (duplicates, lost, untrue, len(report.unknown)) == ([], [], [], 0)
    assert len(report.done) > count * 0.99
    if not report.is_complete:
        assert report.retry().is_complete


@sizes("count", [60, pytest.param(1_000, marks=deep, id="whole")])
def test_creations_at_thirty_percent_faults(workspace, session, database, count):
    plan = bulk.create(Queue, [{"code": f"new{n}", "priority": n % 900} for n in range(count)])
    workspace.faults = Faults(0.3, seed=3, retry_after=0)
    report = plan.apply(workers=8)
    workspace.faults = None
    found = Counter(code for code in database.column("queues", "code").values() if "new" in code)
    assert report.is_complete, report
    assert found == {f"new{n}": 1 for n in range(count)}


# -- the process is killed ------------------------------------------------------------------------


def _spoil(journal: Path, chance: random.Random) -> bool:
    """Cut off, or flip a bit of, the last record of a journal; not of the plan in it."""
    content = bytearray(journal.read_bytes())
    last = content.rindex(b"\n", 0, -1) + 1
    if b'{"ready":true}' not in content[:last]:
        return False  # the last record is of the plan
    if len(content) - last < 3:
        return False  # the kill has torn it already
    if chance.random() < 0.5:
        del content[chance.randrange(last + 1, len(content)) :]
    else:
        content[chance.randrange(last, len(content) - 1)] ^= 1 << chance.randrange(8)
    journal.write_bytes(content)
    return True


class Victim:
    """The process that is killed, started again and again until its work is done."""

    def __init__(self, env_file: Path, journal: Path) -> None:
        self._command = [sys.executable, "-W", "error", str(CHILD), str(env_file), str(journal)]

    def run(self, patience: float | None) -> bool:
        """Run until it ends, or kill it so many seconds after it began to work."""
        with subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"working\n", child.communicate()
            try:
                child.wait(patience)
            except subprocess.TimeoutExpired:
                child.kill()
            _, complaint = child.communicate(timeout=60)
        assert child.returncode in {0, -9}, complaint.decode()
        return child.returncode == 0


@sizes("is_spoilt", [False, True], ids=["killed", "killed and journal damaged"])
@sizes(("count", "kills"), [(150, 4), pytest.param(1_000, 100, marks=deep, id="whole")])
@pytest.mark.timeout(900)
def test_every_row_is_changed_once_however_often_the_process_is_killed(
    workspace, session, make_queues, database, tmp_path, count, kills, is_spoilt
):
    make_queues(count)
    workspace.write_environment(tmp_path)
    chance = random.Random(f"{count} {is_spoilt}")
    rounds = killed = spoilt = under_way = 0
    pace = 1.0  # of this machine: the busier it is, the later it comes to the changes

    def is_proven() -> bool:
        return killed >= kills and under_way > kills / 10 and bool(spoilt) is is_spoilt

    while not is_proven():
        rounds += 1
        before = database.column("queues", "priority")
        # Each round is a change of its own, killed until it is done.
        journal = tmp_path / f"{rounds}.journal"
        victim = Victim(tmp_path / ".env.admin", journal)
        while not victim.run(None if is_proven() else pace * chance.uniform(0.03, 0.33)):
            killed += 1
            pace *= 1.1
            if not journal.exists():
                continue
            try:
                doubtful = read_history(journal).doubtful
            except JournalError:
                # Killed while the plan was being written: nothing was sent.
                assert database.column("queues", "priority") == before
                journal.unlink()
                continue
            spoilt += is_spoilt and _spoil(journal, chance)
            if doubtful:
                under_way += 1
                pace = 1.0
        pace /= 1.2
        names = database.column("queues", "name")
        after = database.column("queues", "priority")
        expected = {i: p + names[i].startswith("q") for i, p in before.items()}
        assert after == expected


# -- undo -----------------------------------------------------------------------------------------


@sizes("count", [120, pytest.param(1_000, marks=deep, id="whole")])
@sizes("is_half", [False, True], ids=["full", "half"])
def test_undo_restores_every_before_image(session, make_queues, database, tmp_path, count, is_half):
    make_queues(count)
    images = database.column("queues", "priority"), database.column("queues", "description")
    plan = changed().update(
        priority=lambda queue: (queue.priority * 7 + 1) % 1000,
        description=lambda queue: f"was {queue.priority}",
    )
    journal = tmp_path / "journal"
    stop_at = count // 2 if is_half else count + 1

    def progress(tally) -> None:
        if tally.ended == stop_at:
            raise KeyboardInterrupt

    report = plan.apply(journal=journal, progress=progress)
    assert report.is_complete is not is_half
    undo = bulk.undo(journal)
    assert len(undo) == len(report.done)
    undo.apply().raise_for_errors()
    assert (
        database.column("queues", "priority"),
        database.column("queues", "description"),
    ) == images


# -- two at once ----------------------------------------------------------------------------------


@sizes("count", [60, pytest.param(1_000, marks=deep, id="whole")])
def test_second_plan_over_the_same_rows_is_refused_row_by_row(make_queues, database, count):
    make_queues(count)
    plans = [changed().update(priority=lambda queue: queue.priority + 1) for _ in range(2)]
    first, second = plans[0].apply(), plans[1].apply()
    assert first.is_complete
    assert {result.kind for result in second.failed} == {"ConflictError"}
    assert len(second.failed) == count
    names, priorities = database.column("queues", "name"), database.column("queues", "priority")
    queues = {names[ident]: priority for ident, priority in priorities.items()}
    assert [queues[f"q{number}"] for number in range(count)] == [n % 900 + 1 for n in range(count)]


@sizes("count", [80, pytest.param(800, marks=deep, id="whole")])
def test_two_plans_at_the_same_time_never_add_up(workspace, session, make_queues, database, count):
    make_queues(count)
    plans = [changed().update(priority=lambda queue: queue.priority + 1) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda plan: plan.apply(workers=4), plans))
    names, priorities = database.column("queues", "name"), database.column("queues", "priority")
    queues = {names[ident]: priority for ident, priority in priorities.items()}
    # The look and the change are two requests: both may see the old value, none may see a sum.
    assert [queues[f"q{number}"] for number in range(count)] == [n % 900 + 1 for n in range(count)]
    done = sum(len(report.done) for report in reports)
    refused = sum(len(report.failed) for report in reports)
    assert done + refused == 2 * count
    assert done >= count


# -- the rate limit -------------------------------------------------------------------------------


def test_time_is_that_of_the_rate_limit(workspace, session, monkeypatch, make_queues):
    pace = property(lambda _: Pace(200, 10))
    monkeypatch.setattr(type(session._connection), "pace", pace)
    make_queues(60)
    plan = changed().update(priority=1000)
    started = time.monotonic()
    report = plan.apply()
    elapsed = time.monotonic() - started
    assert report.is_complete
    assert elapsed > plan.seconds > 0.2
