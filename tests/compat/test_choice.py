from __future__ import annotations

import pytest

from accsyn_orm.compat import v1, v3
from accsyn_orm.compat.choice import official_class
from accsyn_orm.errors import ConfigurationError

V1, V3 = v1.Session, v3.Session
WHO = ("acmefilm", "john@user.com", "key-1")


@pytest.mark.parametrize(
    ("args", "kwargs", "expected"),
    [
        # names
        ((), {"domain": "acmefilm"}, V1),
        ((), {"domain": None}, V1),
        ((), {"workspace": "acmefilm"}, V3),
        ((), {"workspace": "acmefilm", "domain": "acmefilm"}, V3),
        ((), {"domain": "acmefilm", "path_envfile": "studio.env"}, V3),
        (WHO[:2], {"pwd": "secret"}, V1),
        (WHO[:2], {"session_key": "k"}, V1),
        (WHO, {"dev": False}, V1),
        # types
        ((*WHO, None, None, "host", 443), {}, V1),
        ((*WHO, "host", 443), {}, V3),
        ((*WHO, None, None, "host", "443"), {}, V1),
        ((*WHO, None, 443), {}, V3),
        ((*WHO, None, "k"), {}, V1),
        ((*WHO, None, None, None, True), {}, V3),
        ((*WHO, None, None, None, None, "proxy"), {}, V1),
        ((*WHO, *[None] * 7, False), {}, V1),
        ((*WHO, *[None] * 9, "studio.env"), {}, V3),
        ((*WHO, *[None] * 10, 20), {}, V1),
        # nothing tells
        ((), {}, V3),
        (WHO, {}, V3),
        ((*WHO, None, None), {}, V3),
        (WHO, {"hostname": "host", "port": 443, "verbose": True}, V3),
    ],
)
def test_arguments_tell_which_client_a_script_was_written_for(args, kwargs, expected):
    assert official_class(args, kwargs) is expected


@pytest.mark.parametrize("more", [("x",), ("host", "443"), (None, None, "x"), (*[None] * 8, "x")])
def test_arguments_that_mean_two_things_are_refused(more):
    with pytest.raises(ConfigurationError, match=r"import accsyn_orm\.compat\.v1 or"):
        official_class((*WHO, *more), {})


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"ACCSYN_DOMAIN": "acmefilm"}, V1),
        ({"ACCSYN_ORG": "acmefilm"}, V1),
        ({"FILMHUB_DOMAIN": "acmefilm"}, V1),
        ({"ACCSYN_WORKSPACE": "acmefilm"}, V3),
        ({"ACCSYN_WORKSPACE": "acmefilm", "ACCSYN_DOMAIN": "acmefilm"}, V3),
        ({"ACCSYN_WORKSPACE": " ", "ACCSYN_DOMAIN": "acmefilm"}, V1),
        ({"ACCSYN_CREDENTIALS_PATH": "studio.env", "ACCSYN_DOMAIN": "acmefilm"}, V3),
    ],
)
def test_environment_tells_it_when_the_arguments_do_not(monkeypatch, environment, expected):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert official_class((), {}) is expected
    assert official_class((), {"verbose": True}) is expected
    assert official_class(WHO, {}) is V3
