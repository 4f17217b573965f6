from __future__ import annotations

import base64
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from starlette.exceptions import HTTPException

from accsyn_orm.server.http import throttle as module
from accsyn_orm.server.http.limits import FAILURE_SECONDS, MAX_ALL_FAILURES, MAX_FAILURES
from accsyn_orm.server.http.throttle import Throttle
from accsyn_orm.testing import EmbeddedWorkspace


@pytest.fixture
def throttle(seconds):
    return Throttle(seconds)


def fail(throttle, user="a", address="1"):
    with pytest.raises((LookupError, HTTPException)) as caught, throttle.attempt(address, user):
        raise LookupError
    return caught.value


def test_after_ten_failures_a_user_waits(throttle, seconds):
    for _ in range(MAX_FAILURES):
        assert isinstance(fail(throttle), LookupError)
        seconds.now += 1
    refused = fail(throttle)
    assert (refused.status_code, refused.headers) == (429, {"Retry-After": "50"})
    seconds.now += FAILURE_SECONDS - MAX_FAILURES
    assert isinstance(fail(throttle), LookupError)
    assert isinstance(fail(throttle), HTTPException)


def test_users_and_addresses_are_told_apart(throttle):
    for _ in range(MAX_FAILURES):
        fail(throttle, "A")
    assert isinstance(fail(throttle, "a"), HTTPException)
    assert isinstance(fail(throttle, "b"), LookupError)
    assert isinstance(fail(throttle, "a", "2"), LookupError)


def test_a_success_starts_the_count_anew(throttle):
    for _ in range(3):
        for _ in range(MAX_FAILURES - 1):
            fail(throttle)
        with throttle.attempt("1", "a"):
            pass


def test_not_all_that_ever_failed_are_remembered(throttle, monkeypatch):
    monkeypatch.setattr(module, "_KEPT", 3)
    for number in range(10):
        fail(throttle, f"user{number}")
    assert list(throttle._failures) == [("1", "user8"), ("1", "user9"), ("1", "")]


def test_all_users_of_an_address_share_a_limit(throttle):
    for number in range(MAX_ALL_FAILURES):
        assert isinstance(fail(throttle, f"user{number}"), LookupError)
    assert isinstance(fail(throttle, "one more"), HTTPException)
    assert isinstance(fail(throttle, "one more", "2"), LookupError)


def test_those_who_ask_all_at_once_get_no_more_tries(throttle):
    all_inside = threading.Barrier(MAX_FAILURES)

    def guess_wrong():
        all_inside.wait(timeout=10)
        raise LookupError

    def guess(_):
        with pytest.raises((LookupError, HTTPException)) as caught, throttle.attempt("1", "a"):
            guess_wrong()
        return isinstance(caught.value, LookupError)

    with ThreadPoolExecutor(40) as pool:
        tried = sum(pool.map(guess, range(60)))
    assert tried == MAX_FAILURES


def test_those_who_sign_in_at_once_rightly_all_get_in(throttle):
    def sign_in(_):
        with throttle.attempt("1", "a"):
            time.sleep(0.005)
        return True

    with ThreadPoolExecutor(40) as pool:
        assert sum(pool.map(sign_in, range(200))) == 200
    assert not +throttle._trying


def encoded(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.behaviour("sign-in: after ten failures within a minute a user has to wait")
def test_the_eleventh_failure_is_answered_with_429():
    with EmbeddedWorkspace(seed="empty") as workspace, requests.Session() as http:
        http.trust_env = False
        given = workspace.credentials()

        def sign_in(key, name=given.username):
            secret = json.dumps({"domain": "acmefilm", "username": name, "api_key": key})
            headers = {"Authorization": f"ASCredentials {encoded(secret)}"}
            url = f"{workspace.url}/api/v1.0/user/login/auth"
            return http.put(url, data="{}", headers=headers)

        answers = [sign_in(f"wrong{number}") for number in range(11)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        assert 0 < int(answers[-1].headers["Retry-After"]) <= FAILURE_SECONDS
        assert "wait" in answers[-1].json()["message"]
        assert sign_in(given.api_key).status_code == 429
        assert sign_in("wrong", "nobody@x.y").status_code == 200
