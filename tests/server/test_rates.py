from __future__ import annotations

import pytest
import requests

from accsyn_orm.server.http import rates
from accsyn_orm.server.http.limits import ACCSYN_RATE, Rate
from accsyn_orm.server.http.rates import RateLimit
from accsyn_orm.server.workspace import default_limits
from accsyn_orm.testing import EmbeddedWorkspace


@pytest.fixture
def limit(seconds):
    return RateLimit(None, Rate(10, 3), clock=seconds)


def test_a_burst_is_let_through_then_the_rate(limit, seconds):
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, pytest.approx(0.1)]
    seconds.now += 0.05
    assert limit.wait("a") == pytest.approx(0.05)
    seconds.now += 0.06
    assert limit.wait("a") == 0
    assert limit.wait("a") > 0


def test_addresses_have_limits_of_their_own(limit):
    for _ in range(3):
        limit.wait("a")
    assert limit.wait("a") > 0
    assert limit.wait("b") == 0


def test_a_rest_gives_no_more_than_a_burst(limit, seconds):
    limit.wait("a")
    seconds.now += 1_000
    assert [limit.wait("a") > 0 for _ in range(4)] == [False, False, False, True]


def test_addresses_that_have_rested_are_forgotten(limit, seconds, monkeypatch):
    monkeypatch.setattr(rates, "_KEPT", 5)
    for number in range(5):
        limit.wait(f"a{number}")
    seconds.now += 1
    for _ in range(4):
        limit.wait("a0")
    limit.wait("b")
    assert set(limit._buckets) == {"a0", "b"}
    assert limit.wait("a0") > 0


@pytest.mark.behaviour("requests: with a rate limit, an address that asks too often gets 429")
def test_beyond_the_rate_the_workspace_answers_429():
    assert (ACCSYN_RATE.per_second, ACCSYN_RATE.burst) == (30, 60)
    with EmbeddedWorkspace(seed="empty", rate_limit=True) as workspace, requests.Session() as http:
        http.trust_env = False
        url = f"{workspace.url}/api/v3/event"
        answers = [http.put(url, data="{}") for _ in range(120)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert 0 < len(refused) <= 60
        assert {answer.status_code for answer in answers[:60]} == {200}
        assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
        assert {"message"} == set(refused[0].json())
        large = [http.put(url, data=b"x" * 300_000) for _ in range(40)]
        assert 429 in {answer.status_code for answer in large}


def test_the_rate_holds_by_default_where_others_can_reach_the_address():
    assert default_limits("127.0.0.1").rate is None
    assert default_limits("localhost", is_rated=True).rate == ACCSYN_RATE
    assert default_limits("0.0.0.0").rate == ACCSYN_RATE
    assert default_limits("0.0.0.0", is_rated=False).rate is None
    assert default_limits("0.0.0.0").connections == 100
    assert default_limits("::1", connections=0).connections == 0
