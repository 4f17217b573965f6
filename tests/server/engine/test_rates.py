"""How bandwidth is divided, and what may be moved after how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accsyn_orm.server.engine.rates import Credit, remaining_time, shares, speed


@pytest.mark.parametrize(
    ("bandwidth", "limits", "expected"),
    [
        (None, [None, 5], [None, 5]),
        (100, [], []),
        (100, [None], [100]),
        (100, [None, None], [50, 50]),
        (100, [None, 10, None], [45, 10, 45]),
        (100, [200, 10], [90, 10]),
        (100, [10, 10], [10, 10]),
        (100, [0, None], [0, 100]),
        (1, [None, None, None], [0, 0, 1]),
    ],
)
def test_bandwidth_is_shared_evenly_and_what_one_cannot_use_goes_to_the_rest(
    bandwidth, limits, expected
):
    assert shares(bandwidth, limits) == expected


def test_credit_grows_to_the_byte_whatever_the_steps():
    credit = Credit(3)
    moved = 0
    for _ in range(1_000):
        credit.grow(timedelta(milliseconds=10))
        moved += credit.available or 0
        credit.spend(credit.available or 0)
    assert moved == 30


def test_credit_without_a_rate_has_no_bounds():
    credit = Credit()
    credit.grow(timedelta(seconds=1))
    credit.spend(5)
    assert credit.available is None
    assert credit.seconds_until(10**12) == 0


def test_credit_says_when_it_is_enough():
    credit = Credit(3)
    assert credit.seconds_until(0) == 0
    wait = credit.seconds_until(10)
    assert wait == pytest.approx(10 / 3, abs=1e-6)
    credit.grow(timedelta(seconds=wait or 0))
    assert credit.available == 10
    assert credit.seconds_until(10) == 0
    assert Credit(0).seconds_until(1) is None


def test_time_that_goes_back_counts_as_none():
    credit = Credit(1_000)
    credit.grow(timedelta(seconds=-5))
    assert credit.available == 0


@pytest.mark.parametrize(
    ("size", "megabytes_per_second", "expected"),
    [
        (0, 1.0, "0h:00m:00s"),
        (1, 1.0, "0h:00m:01s"),
        (750_000_000, 1.0, "0h:12m:30s"),
        (7_325_000_000_000, 1.0, "2034h:43m:20s"),
        (5, 0.0, ""),
        (5, -1.0, ""),
    ],
)
def test_remaining_time_is_rounded_up(size, megabytes_per_second, expected):
    assert remaining_time(size, megabytes_per_second) == expected


def test_speed_is_in_megabytes_per_second():
    assert speed(10_000_000, timedelta(seconds=4)) == 2.5
    assert speed(1, timedelta(hours=1)) == 0.0
