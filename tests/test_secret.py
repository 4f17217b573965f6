"""A value that has to be asked for."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import asdict, dataclass

import pytest

from accsyn_orm.secret import Secret


@dataclass
class Holder:
    key: Secret[str]


def test_secret_is_revealed_to_who_asks():
    assert Secret("CANARY").reveal() == "CANARY"


def test_secret_is_in_no_text_and_no_dump():
    secret = Secret("CANARY")
    holder = Holder(secret)
    shown = [repr(secret), f"{secret}", f"{secret!r:>20}", "%s" % secret, repr(holder)]  # noqa: UP031  # as well
    shown += [str(asdict(holder)), str(vars(holder)), json.dumps(holder.__dict__, default=str)]
    shown += [repr([getattr(secret, name) for name in Secret.__slots__])]
    assert "CANARY" not in "".join(shown)
    assert repr(secret) == "***"


def test_secret_cannot_be_pickled():
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(Holder(Secret("CANARY")), protocol)


def test_secrets_are_equal_by_value():
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("å") == Secret("å")
    assert Secret({"a": 1}) == Secret({"a": 1})
    assert Secret("a") != Secret(1)
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_secret_is_its_own_copy():
    secret = Secret(["a"])
    assert copy.copy(secret) is copy.deepcopy(secret) is secret
