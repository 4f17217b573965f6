"""Which failures are worth another attempt, how long to wait, how often at all."""

from __future__ import annotations

import threading
import time

import pytest

from accsyn_orm.errors import BackendError, ProtocolError, TransportError, TransportTimeoutError
from accsyn_orm.outcome import Outcome
from accsyn_orm.pacing.budget import CAPACITY, Budget
from accsyn_orm.pacing.deadline import seconds_left, within
from accsyn_orm.pacing.hurry import limited, no_waiting, shortened, wait
from accsyn_orm.pacing.patience import Patience, may_recover

LOST = TransportError("job/edit", "host", "broke")
LATE = TransportTimeoutError("job/edit", "host", "late")
REDIRECTED = ProtocolError("job/edit", "host", "elsewhere", is_lasting=True)


def asking(seconds: float | None) -> BackendError:
    error = BackendError("job/edit", "slow down", status_code=429)
    error.retry_after = seconds
    return error


def test_pause_is_anything_up_to_twice_the_one_before():
    delays = [Patience().delay(1, LOST) for _ in range(1000)]
    assert 0 <= min(delays) < 0.01
    assert 0.09 < max(delays) <= 0.1
    assert 0.2 < max(Patience().delay(3, LOST) for _ in range(1000)) <= 0.4


def test_what_the_backend_asks_for_is_the_least():
    delays = [Patience().delay(1, asking(7)) for _ in range(1000)]
    assert 7 <= min(delays) < 7.1
    assert max(delays) <= 8
    assert Patience().delay(3, asking(0)) == 0


@pytest.mark.parametrize(("seconds", "is_too_much"), [(None, False), (60, False), (61, True)])
def test_nobody_waits_longer_than_a_minute(seconds, is_too_much):
    assert Patience().asks_too_much(asking(seconds)) is is_too_much


def test_what_would_end_in_the_same_way_is_not_repeated():
    assert may_recover(LOST)
    assert not may_recover(REDIRECTED)


# -- the budget -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("error", "count"), [(LOST, 100), (LATE, 50)])
def test_repetitions_have_an_end_until_something_succeeds(error, count):
    budget = Budget()
    assert [budget.spend(error) for _ in range(count + 1)] == [True] * count + [False]
    for _ in range(5):
        budget.earn(was_repeated=False)
    assert budget.left == 5
    assert budget.spend(LOST)
    budget.earn(was_repeated=True)
    assert budget.left == 5


def test_budget_does_not_grow_beyond_its_size():
    budget = Budget()
    budget.earn(was_repeated=True)
    assert budget.left == CAPACITY


def test_threads_spend_nothing_twice():
    budget = Budget()
    spent: list[bool] = []
    threads = [
        threading.Thread(target=lambda: spent.extend(budget.spend(LOST) for _ in range(20)))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (sum(spent), budget.left) == (100, 0)


# -- deadlines ------------------------------------------------------------------------------------


def test_inner_limit_cannot_outlast_the_outer_one():
    assert seconds_left() is None
    with within(5):
        with within(100):
            assert seconds_left() <= 5
        with within(1):
            assert seconds_left() <= 1
        assert 4 < seconds_left() <= 5
        with within(-1):
            assert seconds_left() == 0
    assert seconds_left() is None


# -- the switch for tests -------------------------------------------------------------------------


def test_nothing_waits_while_the_switch_is_on():
    started = time.monotonic()
    with no_waiting(attempts=2):
        wait(60)
        assert (shortened(60), limited(9), limited(1)) == (0, 2, 1)
        with no_waiting():
            assert limited(9) == 9
        assert limited(9) == 2
    assert time.monotonic() - started < 1
    assert (shortened(60), limited(9)) == (60, 9)
    wait(0.01)
    assert time.monotonic() - started >= 0.01


def test_error_remembers_what_made_it():
    assert (LOST.outcome, LOST.is_lasting) == (Outcome.MAYBE_APPLIED, False)
