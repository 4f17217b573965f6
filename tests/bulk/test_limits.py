from __future__ import annotations

import pytest

from accsyn_orm.bulk.limits import TokenBucket, bucket_of, limit_of, seconds_for
from accsyn_orm.entities.backend import RateLimit

LIMIT = RateLimit("acmefilm", 30, 50)


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


def taken(bucket: TokenBucket, time: Time, count: int) -> float:
    started = time.now
    for _ in range(count):
        bucket.take(time.pass_by)
    return time.now - started


def test_burst_goes_out_at_once_and_the_rest_at_the_rate(time):
    bucket = TokenBucket(LIMIT, clock=time)
    assert taken(bucket, time, 50) == 0
    assert taken(bucket, time, 600) == pytest.approx(20)


def test_pause_fills_the_bucket_up_to_the_burst(time):
    bucket = TokenBucket(LIMIT, clock=time)
    taken(bucket, time, 50)
    time.pass_by(1_000)
    assert taken(bucket, time, 50) == 0
    assert taken(bucket, time, 30) == pytest.approx(1)


def test_hold_stops_everything_for_so_long_whoever_hears_it(time):
    bucket = TokenBucket(LIMIT, clock=time)
    for _ in range(8):
        bucket.hold(2)
    assert taken(bucket, time, 1) == pytest.approx(2 + 1 / 30)
    bucket.hold(0)
    assert taken(bucket, time, 1) == pytest.approx(1 / 30)


def test_each_caller_waits_for_its_own_turn(time):
    bucket = TokenBucket(LIMIT, clock=time)
    waits: list[float] = []
    for _ in range(53):
        bucket.take(waits.append)
    assert waits == pytest.approx([1 / 30, 2 / 30, 3 / 30])


def test_backend_says_whether_it_has_a_limit(backend, session):
    assert limit_of(backend) is None
    assert limit_of(session) is None  # on this machine
    assert bucket_of(session) is None
    backend.rate_limit = LIMIT
    assert limit_of(backend) is LIMIT
    assert limit_of(object()) is None


def test_all_changes_of_a_process_share_the_bucket_of_a_workspace(backend):
    backend.rate_limit = RateLimit("one of its own", 30, 50)
    assert bucket_of(backend) is bucket_of(backend)


@pytest.mark.parametrize(
    ("requests", "limit", "seconds"), [(50, LIMIT, 0), (650, LIMIT, 20), (9_999, None, 0)]
)
def test_time_at_the_limit(requests, limit, seconds):
    assert seconds_for(requests, limit) == seconds
