"""The token bucket, by a clock that the tests move."""

from __future__ import annotations

import threading

import pytest

from accsyn_orm.pacing.bucket import Level, MemoryStore, TokenBucket


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def bucket(time) -> TokenBucket:
    return TokenBucket(30, 50, clock=time)


def taken(bucket: TokenBucket, time: Time, count: int) -> float:
    started = time.now
    for _ in range(count):
        delay = bucket.reserve()
        assert delay is not None
        time.now += delay
    return time.now - started


def test_burst_goes_out_at_once_and_the_rest_at_the_rate(bucket, time):
    assert taken(bucket, time, 50) == 0
    assert taken(bucket, time, 600) == pytest.approx(20)


def test_pause_fills_the_bucket_up_to_the_burst(bucket, time):
    taken(bucket, time, 50)
    time.now += 1_000
    assert taken(bucket, time, 50) == 0
    assert taken(bucket, time, 30) == pytest.approx(1)


def test_each_caller_waits_for_its_own_turn(bucket):
    waits = [bucket.reserve() for _ in range(53)]
    assert waits[50:] == pytest.approx([1 / 30, 2 / 30, 3 / 30])


def test_whoever_cannot_wait_takes_nothing(bucket, time):
    taken(bucket, time, 50)
    assert [bucket.reserve(1 / 60) for _ in range(9)] == [None] * 9
    assert bucket.reserve(1 / 30 + 1e-9) == pytest.approx(1 / 30)


def test_refusal_empties_and_holds_whoever_hears_it(bucket, time):
    for _ in range(8):
        bucket.throttled(2)
    assert bucket.reserve() == pytest.approx(2 + 1 / 30 / 0.7)


def test_refusal_without_a_time_empties(bucket):
    bucket.throttled(None)
    assert bucket.reserve() == pytest.approx(1 / 30 / 0.7)


def test_nobody_is_held_longer_than_a_minute(bucket):
    bucket.throttled(86_400)
    assert bucket.reserve() < 61


def test_refusals_slow_down_at_most_once_a_second_and_not_to_a_standstill(bucket, time):
    for _ in range(100):
        bucket.throttled(0)
    assert bucket.reserve() == pytest.approx(1 / 30 / 0.7)
    for _ in range(100):
        time.now += 1
        bucket.throttled(0)
    assert 0.5 < bucket.reserve() <= 1 / 30 / 0.05


def test_pace_recovers_when_nothing_is_refused(bucket, time):
    bucket.throttled(0)
    taken(bucket, time, 600)
    taken(bucket, time, 20)
    assert taken(bucket, time, 300) == pytest.approx(10, rel=0.01)


@pytest.mark.parametrize(
    "level",
    [Level(0, 100 + 3600), Level(0, 90, 1, 5_000)],
    ids=["filled in the future", "slowed in the future"],
)
def test_level_of_another_clock_counts_for_nothing(time, level):
    store = MemoryStore()
    store.change(lambda _: level)
    assert taken(TokenBucket(30, 50, store=store, clock=time), time, 50) == 0


def test_threads_take_no_token_twice():
    bucket = TokenBucket(1e-6, 500)
    free: list[float | None] = []

    def take() -> None:
        for _ in range(50):
            delay = bucket.reserve(1)
            if delay is not None:
                free.append(delay)

    threads = [threading.Thread(target=take) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert free == [0.0] * 500
