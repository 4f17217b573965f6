"""Payloads made fit for a log."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accsyn_orm.wire.redaction import MASK, is_secret, redact

SECRETS = [
    "pwd", "password", "PassWord", "api_key", "apiKey", "session_key", "session_key_reuse",
    "session_id", "session", "token", "access-token", "client_secret", "Authorization", "key",
    "ssh_private_key", "passphrase", "db_pwd",
]  # fmt: skip
HARMLESS = ["code", "keyboard", "sessions", "name", "monkey", "query", "id", "created", "turkey"]


@pytest.mark.parametrize("name", SECRETS)
def test_secret_names_are_known(name):
    assert is_secret(name)


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_names_are_not_masked(name):
    assert not is_secret(name)


@given(
    st.sampled_from(SECRETS),
    st.recursive(
        st.just("CANARY"),
        lambda inner: st.lists(inner, min_size=1) | st.dictionaries(st.text(), inner, min_size=1),
        max_leaves=5,
    ),
    st.sampled_from([lambda v: v, lambda v: [v], lambda v: {"a": [1, {"b": v}]}, lambda v: (v,)]),
)
@settings(max_examples=150)
def test_secret_never_survives_wherever_it_is(name, value, wrap):
    payload = wrap({name: value, "code": "kept"})
    before = copy.deepcopy(payload)
    shown = json.dumps(redact(payload))
    assert "CANARY" not in shown
    assert "kept" in shown
    assert payload == before


def test_absent_secret_is_shown_as_absent():
    assert redact({"pwd": None, "code": "x"}) == {"pwd": None, "code": "x"}


def test_value_of_a_secret_setting_is_masked():
    assert redact({"name": "smtp.password", "value": "CANARY"})["value"] == MASK
    assert redact({"name": "smtp.host", "value": "box"})["value"] == "box"
    assert redact({"name": 5, "value": "box"})["value"] == "box"


def test_compressed_data_is_replaced_by_its_length():
    assert redact({"gz_data": "x" * 2000}) == {"gz_data": "(2000 characters, compressed)"}
    assert redact({"gz_data": "x"}) == {"gz_data": "(1 characters, compressed)"}
    assert redact({"gz_data": 5}) == {"gz_data": 5}
