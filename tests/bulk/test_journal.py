"""The journal: on the disk before the request leaves, and proof against every bit."""

from __future__ import annotations

import json
import os
import resource
import stat
from pathlib import Path

import pytest

from accsyn_orm import Queue, bulk
from accsyn_orm.bulk import JournalError, PlanError
from accsyn_orm.bulk.history import read_history
from accsyn_orm.bulk.journal import Journal
from accsyn_orm.bulk.records import encode_record
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.errors import BackendError

REFUSED = BackendError("queue/edit", "no")


@pytest.fixture
def queues(backend):
    for number in range(40):
        backend.add("queue", number, code=f"q{number}", name=f"q{number}", priority=number)
    return Query(Queue, backend=backend)


@pytest.fixture
def written(queues, apply, path) -> Path:
    """Give the journal of a change of 40 rows."""
    apply(queues.update(priority=lambda queue: queue.priority + 1), path, workers=2)
    return path


def test_only_the_owner_can_read_it(written):
    assert stat.S_IMODE(written.stat().st_mode) == 0o600


def test_it_tells_all_there_was_and_all_there_is(written):
    history = read_history(written)
    assert [row.before["priority"] for row in history.rows] == list(range(40))
    assert {end.state.value for end in history.results.values()} == {"done"}
    assert history.workspace == "acmefilm"
    assert (history.doubtful, history.suspects, history.damage) == (set(), [], [])


def test_nothing_is_sent_before_its_announcement_is_on_the_disk(
    backend, queues, apply, path, monkeypatch
):
    synced = [0]
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        size = os.fstat(descriptor).st_size
        fsync(descriptor)
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            synced[0] = max(synced[0], size)

    sent = []
    update = backend.update

    def checked(entitytype, entityid, data):
        on_disk = path.read_bytes()[: synced[0]]
        prefix = path.parent / entityid
        prefix.write_bytes(on_disk)
        history = read_history(prefix)
        number = next(row.number for row in history.rows if row.id == entityid)
        sent.append(number in history.announced)
        return update(entitytype, entityid, data)

    plan = queues.update(priority=7)
    monkeypatch.setattr(os, "fsync", noted)
    backend.update = checked
    apply(plan, path, workers=3)
    assert sent == [True] * 39  # one of them was so already


def test_creations_are_announced_one_by_one(backend, apply, path):
    plan = bulk.create(Queue, [{"code": f"n{n}"} for n in range(3)], session=backend)
    apply(plan, path, workers=1)
    announcements = [line for line in path.read_bytes().splitlines() if b'"sending"' in line]
    assert len(announcements) == 3


def test_rows_that_could_not_be_sent_are_not_doubtful(backend, queues, apply, path):
    plan = queues.update(priority=9)
    backend.script["update"] = [REFUSED]
    apply(plan, path, workers=1, on_error="stop")
    history = read_history(path)
    assert history.doubtful == set()
    assert [end.state.value for end in history.results.values()].count("failed") == 1


# -- files ----------------------------------------------------------------------------------------


def test_journal_that_exists_is_not_overwritten(queues, written):
    content = written.read_bytes()
    with pytest.raises(JournalError, match="exists: resume it"):
        queues.update(priority=9).apply(journal=written)
    assert written.read_bytes() == content


def test_directory_that_does_not_exist_is_named(backend, queues, tmp_path):
    with pytest.raises(JournalError, match="cannot be opened: No such file"):
        queues.update(priority=9).apply(journal=tmp_path / "missing" / "j")
    assert backend.writes() == []


def test_second_process_is_kept_off(written):
    journal, _ = Journal.reopen(written)
    try:
        with pytest.raises(JournalError, match="another process is at work"):
            Journal.reopen(written)
    finally:
        journal.close()
    Journal.reopen(written)[0].close()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "this is no journal"),
        (b"hello\nworld\n", "this is no journal"),
        (b"\xff" * 500, "this is no journal"),
        (encode_record({"plan": "other 9"}, "0" * 16), "none that this version knows"),
        (encode_record({"what": 1}, "0" * 16), "this is no journal"),
        (encode_record({"plan": "accsyn_orm journal 1"}, "0" * 16), "none that this version"),
    ],
)
def test_file_that_is_none_is_refused(path, content, reason):
    path.write_bytes(content)
    with pytest.raises(JournalError, match=reason):
        read_history(path)
    with pytest.raises(JournalError):
        Journal.reopen(path)
    assert path.read_bytes() == content


def test_record_of_a_newer_version_is_refused(written):
    journal, _ = Journal.reopen(written)
    journal.append({"what": 1})
    journal.close()
    with pytest.raises(JournalError, match="none that this version knows"):
        read_history(written)


def test_file_that_is_not_there_is_named(path):
    with pytest.raises(JournalError, match="cannot be read: No such file"):
        read_history(path)
    with pytest.raises(JournalError, match="cannot be opened: No such file"):
        Journal.reopen(path)


def test_type_of_entity_that_is_not_known_is_named(written):
    class Reel(Queue):
        __entity_type__ = "reel"

    lines = written.read_bytes().replace(b'"queue"', b'"reel"').splitlines()
    before, chained = "0" * 16, b""
    for line in lines:
        record = encode_record(json.loads(line[17:]), before)
        before = record[:16].decode()
        chained += record
    written.write_bytes(chained)
    with pytest.raises(JournalError, match="reel"):
        read_history(written)
    assert {row.entity for row in read_history(written, [Reel]).rows} == {Reel}


# -- no room --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fails_at", ["announcement", "end", "sync"])
def test_change_stops_when_the_journal_cannot_grow(
    backend, queues, apply, path, monkeypatch, fails_at
):
    plan = queues.update(priority=99)
    write, fsync, state = os.write, os.fsync, {"ready": False}

    def limited(descriptor: int, data: bytes) -> int:
        state["ready"] = state["ready"] or b'"ready"' in data
        if fails_at == "announcement" and b'"sending"' in data:
            return write(descriptor, data[:9])
        if fails_at == "end" and b'"end"' in data:
            raise OSError(28, "No space left on device")
        return write(descriptor, data)

    def failing(descriptor: int) -> None:
        if fails_at == "sync" and state["ready"] and backend.calls[-1][0] == "find":
            state["syncs"] = state.get("syncs", 0) + 1
            if state["syncs"] > 1:
                raise OSError(5, "Input/output error")
        fsync(descriptor)

    monkeypatch.setattr(os, "write", limited)
    monkeypatch.setattr(os, "fsync", failing)
    report = apply(plan, path, workers=1)
    monkeypatch.undo()
    assert isinstance(report.stopped_by, JournalError)
    sent = [call for call in backend.writes() if call[0] == "update"]
    assert len(sent) == (1 if fails_at == "end" else 0)
    assert len(report.done) == len(sent)
    assert len(report.not_sent) == 40 - len(sent)
    again = bulk.resume(path, session=backend)
    assert again.is_complete
    assert len(backend.writes()) == 40


def test_journal_that_cannot_be_begun_leaves_nothing(queues, path, monkeypatch):
    monkeypatch.setattr(os, "write", lambda descriptor, data: len(data) - 1)
    with pytest.raises(JournalError, match="no room"):
        queues.update(priority=9).apply(journal=path)
    assert not path.exists()


def test_real_limit_of_a_process_is_met_as_well(written):
    descriptor = os.open(written, os.O_WRONLY | os.O_APPEND)
    journal = Journal(written, descriptor)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (written.stat().st_size + 10, hard))
    try:
        with pytest.raises(JournalError, match="no room"):
            journal.append({"sending": [1, 2, 3]})
        with pytest.raises(JournalError, match="could not be written before"):
            journal.append({"sending": [4]})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        journal.close()


# -- damage ---------------------------------------------------------------------------------------


def plan_ends(content: bytes) -> int:
    """Return where the plan of a journal ends."""
    at = content.index(b'{"ready":true}')
    return content.index(b"\n", at) + 1


def test_torn_record_is_detected_wherever_it_ends(written, tmp_path):
    content = written.read_bytes()
    last = content.rindex(b"\n", 0, -1) + 1
    whole = read_history(written)
    for end in range(last + 1, len(content)):
        torn = tmp_path / "torn"
        torn.write_bytes(content[:end])
        history = read_history(torn)
        assert history.is_torn
        assert [place.reason for place in history.damage] == ["a torn record"]
        assert history.damage[0].offset == last
        assert len(history.results) == len(whole.results) - 1
    (tmp_path / "cut").write_bytes(content[:last])
    assert not read_history(tmp_path / "cut").damage  # a record less is none too few


def test_every_flipped_bit_is_detected(written, tmp_path):
    content = written.read_bytes()
    start = plan_ends(content)
    records = content[start:].count(b"\n")
    for at in [*range(start, start + 200), *range(len(content) - 200, len(content))]:
        for bit in (0, 3, 7):
            flipped = bytearray(content)
            flipped[at] ^= 1 << bit
            (tmp_path / "flipped").write_bytes(flipped)
            history = read_history(tmp_path / "flipped")
            assert history.damage, (at, bit)
            lost = sum(1 for place in history.damage)
            assert lost <= 2  # the record, and perhaps the one that is chained to it
    assert records > 40


def test_plan_that_is_damaged_is_of_no_use(written, backend):
    content = bytearray(written.read_bytes())
    content[300] ^= 1
    written.write_bytes(content)
    with pytest.raises(JournalError, match="its plan is damaged, line"):
        bulk.resume(written, session=backend)


def test_plan_that_is_not_complete_says_that_nothing_was_sent(written, tmp_path):
    content = written.read_bytes()
    (tmp_path / "half").write_bytes(content[: content.index(b'{"ready"') - 17])
    with pytest.raises(JournalError, match="not complete, so that nothing was sent"):
        read_history(tmp_path / "half")


def test_damage_in_the_middle_spares_what_follows(written):
    content = bytearray(written.read_bytes())
    at = content.index(b'"end"', plan_ends(bytes(content)))
    content[at + 2] ^= 4
    written.write_bytes(content)
    history = read_history(written)
    assert len(history.damage) == 1
    assert str(history.damage[0]).startswith("line ")
    assert "does not fit its checksum" in str(history.damage[0])
    assert len(history.results) == 39
    assert len(history.doubtful) == 1


@pytest.mark.parametrize("how", ["a record is missing", "two have changed places"])
def test_records_are_chained_to_those_before(written, how):
    lines = written.read_bytes().splitlines(keepends=True)
    if how == "a record is missing":
        del lines[-5]
    else:
        lines[-5], lines[-6] = lines[-6], lines[-5]
    written.write_bytes(b"".join(lines))
    assert read_history(written).damage


def test_damage_that_was_accounted_for_is_not_brought_up_again(written, backend):
    content = written.read_bytes()
    written.write_bytes(content[:-9])
    first = bulk.resume(written, session=backend)
    assert first.is_complete
    assert [note.rpartition(": ")[2] for note in first.notes] == ["a torn record"]
    assert first.notes[0].startswith("the journal is damaged, line ")
    again = bulk.resume(written, session=backend)
    assert again.is_complete
    assert again.notes == ()


def test_other_workspace_is_refused(written, backend):
    backend.workspace = "other"
    with pytest.raises(PlanError, match="made for acmefilm"):
        bulk.resume(written, session=backend)
    with pytest.raises(PlanError, match="made for acmefilm"):
        bulk.undo(written, session=backend)
    backend.workspace = "acmefilm"
    bulk.resume(written, session=backend)  # it was not left locked
