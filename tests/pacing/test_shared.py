"""Buckets in a file: shared by processes, and by nobody else."""

from __future__ import annotations

import os
import select
import signal
import stat
import subprocess
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from accsyn_orm.pacing import shared
from accsyn_orm.pacing.bucket import Level, MemoryStore, TokenBucket
from accsyn_orm.pacing.deadline import within
from accsyn_orm.pacing.shared import FileStore, bucket_of, runtime_directory

SLOW = 1e-6  # requests per second: nothing grows while a test runs

TAKER = """
import sys, time
from accsyn_orm.pacing.bucket import TokenBucket
from accsyn_orm.pacing.shared import FileStore
from pathlib import Path
bucket = TokenBucket(1e-6, 400, store=FileStore(Path(sys.argv[1])))
print(sum(bucket.reserve(1) == 0 for _ in range(200)))
"""

CHANGER = """
import sys
from accsyn_orm.pacing.bucket import TokenBucket
from accsyn_orm.pacing.shared import FileStore
from pathlib import Path
bucket = TokenBucket(1000.0, 1000, store=FileStore(Path(sys.argv[1])))
print("ready", flush=True)
while True:
    bucket.reserve()
"""


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "rate"


def started(script: str, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def free(bucket: TokenBucket, count: int) -> int:
    return sum(bucket.reserve(1) == 0 for _ in range(count))


def test_processes_take_no_token_twice(path):
    processes = [started(TAKER, path) for _ in range(3)]
    assert sum(int(process.communicate(timeout=30)[0]) for process in processes) == 400


def forked() -> int:
    with warnings.catch_warnings():
        # That threads and children do not go together is what newer Pythons warn of.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")
def test_forked_processes_take_no_token_twice(path):
    bucket = TokenBucket(SLOW, 300, store=FileStore(path))
    reading, writing = os.pipe()
    for _ in range(4):
        if forked() == 0:
            os.write(writing, f"{free(bucket, 200)} ".encode())
            os._exit(0)
    for _ in range(4):
        os.wait()
    os.close(writing)
    with os.fdopen(reading) as counts:
        assert sum(map(int, counts.read().split())) == 300


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")
def test_child_waits_for_the_lock_of_its_parent(path):
    store = FileStore(path)
    reading, writing = os.pipe()
    with store._locked():
        if forked() == 0:
            store.change(lambda _: Level(1, 1))
            os.write(writing, b"changed")
            os._exit(0)
        assert select.select([reading], [], [], 0.3)[0] == []
    assert os.read(reading, 7) == b"changed"
    os.wait()
    os.close(reading)
    os.close(writing)


def test_process_that_is_killed_leaves_the_bucket_to_others(path):
    process = started(CHANGER, path)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    found: list[Level | None] = []
    for _ in range(2):
        FileStore(path).change(lambda level: found.append(level) or Level(1, 1))
    assert found[1] == Level(1, 1)
    assert path.stat().st_size == 40


@pytest.mark.parametrize("content", [b"", b"torn", b"\0" * 40, b"x" * 1000])
def test_record_that_is_none_counts_as_a_full_bucket(path, content):
    path.write_bytes(content)
    assert free(TokenBucket(SLOW, 5, store=FileStore(path)), 9) == 5


def test_every_flipped_bit_is_noticed(path):
    FileStore(path).change(lambda _: Level(1, 2, 0.5, 3))
    record = path.read_bytes()
    for position in range(len(record)):
        broken = bytearray(record)
        broken[position] ^= 1
        assert shared._decode(bytes(broken)) is None
    assert shared._decode(record) == Level(1, 2, 0.5, 3)


def test_file_that_was_removed_is_made_anew(path):
    store = FileStore(path)
    assert free(TokenBucket(SLOW, 5, store=store), 5) == 5
    path.unlink()
    assert free(TokenBucket(SLOW, 5, store=store), 9) == 5
    assert free(TokenBucket(SLOW, 5, store=FileStore(path)), 9) == 0


def test_full_disk_stops_nobody(path):
    class Full:
        def change(self, how):
            raise OSError(28, "No space left on device")

    store = shared._CarefulStore(Full())
    assert free(TokenBucket(SLOW, 5, store=store), 9) == 5


def test_file_is_tried_again_after_a_while(path, monkeypatch):
    store = shared._CarefulStore(FileStore(path))
    monkeypatch.setattr(shared, "_LONGEST_LOCKED", 0.01)
    with FileStore(path)._locked():
        assert free(TokenBucket(SLOW, 5, store=store), 9) == 5
    assert free(TokenBucket(SLOW, 5, store=store), 9) == 0
    store._works_again = time.monotonic()
    assert free(TokenBucket(SLOW, 5, store=store), 9) == 5
    assert free(TokenBucket(SLOW, 5, store=FileStore(path)), 9) == 0


@pytest.mark.parametrize(
    ("seconds", "least", "most"), [(0.4, 0.15, 0.35), (60, 0.9, 1.9)], ids=["call ends", "no end"]
)
def test_process_that_sleeps_with_the_lock_is_not_waited_for(path, seconds, least, most):
    bucket = TokenBucket(SLOW, 5, store=shared._CarefulStore(FileStore(path)))
    with FileStore(path)._locked():
        began = time.monotonic()
        with within(seconds):
            assert bucket.reserve() == 0
        assert least <= time.monotonic() - began < most


def test_threads_wait_for_each_other_no_longer_than_for_the_lock(path, monkeypatch):
    monkeypatch.setattr(shared, "_LONGEST_LOCKED", 0.2)
    bucket = TokenBucket(SLOW, 5, store=shared._CarefulStore(FileStore(path)))
    with FileStore(path)._locked(), ThreadPoolExecutor(20) as pool:
        began = time.monotonic()
        taken = [pool.submit(bucket.reserve, 1) for _ in range(20)]
        assert sum(one.result() == 0 for one in taken) == 5
        assert time.monotonic() - began < 1.5


def test_file_of_another_that_has_got_its_number_is_left_alone(path, tmp_path):
    """Programs that go into the background close every file there is, and open their own."""
    store = FileStore(path)
    os.close(store._descriptor)
    other = tmp_path / "other"
    number = os.open(other, os.O_RDWR | os.O_CREAT)
    os.dup2(number, store._descriptor)
    try:
        assert free(TokenBucket(SLOW, 5, store=store), 9) == 5
        assert other.read_bytes() == b""
        os.fstat(number)
    finally:
        os.close(number)


# -- where ----------------------------------------------------------------------------------------


def test_file_is_for_its_owner_only(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    bucket_of("one.example.com:443", 30, 50).reserve()
    (file,) = (tmp_path / "accsyn_orm").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "example" not in file.name


def test_host_has_one_bucket_and_every_limit_its_own():
    bucket = bucket_of("two.example.com:443", 30, 50)
    assert bucket is bucket_of("TWO.example.com:443", 30, 50)
    assert bucket is not bucket_of("two.example.com:443", 3, 5)
    assert bucket is not bucket_of("three.example.com:443", 30, 50)


@pytest.mark.parametrize("given", ["", "relative", "/nowhere/at/all"])
def test_without_a_runtime_directory_it_is_one_of_the_users_own(monkeypatch, tmp_path, given):
    monkeypatch.setenv("XDG_RUNTIME_DIR", given)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    assert runtime_directory() == tmp_path / f"accsyn_orm-{os.getuid()}"


def others_can_write(path: Path) -> None:
    path.mkdir()
    path.chmod(0o777)


def points_elsewhere(path: Path) -> None:
    (path.parent / "elsewhere").mkdir()
    path.symlink_to(path.parent / "elsewhere")


@pytest.mark.parametrize(
    "prepare", [others_can_write, points_elsewhere, lambda path: path.write_text("")]
)
def test_place_that_others_control_is_not_used(monkeypatch, tmp_path, prepare):
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    prepare(tmp_path / f"accsyn_orm-{os.getuid()}")
    with pytest.raises(OSError, match=r"can be changed by others|exists"):
        runtime_directory()
    assert isinstance(shared._store_of("any"), MemoryStore)


def test_link_in_place_of_the_file_is_not_followed(path, tmp_path):
    target = tmp_path / "target"
    target.write_text("precious")
    path.symlink_to(target)
    with pytest.raises(OSError, match=r"symbolic|loop"):
        FileStore(path)
    assert target.read_text() == "precious"


def test_file_that_cannot_be_opened_again_is_nobody_elses(path, monkeypatch):
    store = FileStore(path)
    path.unlink()
    monkeypatch.setattr(shared, "_open", lambda _: (_ for _ in ()).throw(OSError(13, "no")))
    for _ in range(2):
        with pytest.raises(OSError, match="no"):
            store.change(lambda _: Level(1, 1))
    assert store._descriptor == -1
