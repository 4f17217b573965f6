"""Every public method of the official clients is there, and takes what theirs takes."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import accsyn_orm.compat
from accsyn_orm.compat import v1, v3

MODULES = {"1.4.1.post1": v1, "2.2.1": v1, "3.4.0": v3}

PROBE = """
import inspect
def default(parameter):
    return "required" if parameter.default is parameter.empty else repr(parameter.default)
Session = accsyn_api.Session
names = [name for name in dir(Session) if not name.startswith("_")] + ["__init__"]
members = {name: inspect.getattr_static(Session, name) for name in names}
emit({
    name: {
        "is_static": isinstance(member, staticmethod),
        "parameters": [
            [parameter.name, default(parameter)]
            for parameter in inspect.signature(getattr(Session, name)).parameters.values()
        ] if callable(getattr(Session, name)) else None,
    }
    for name, member in members.items()
})
"""
MODULE_NAMES = """
import inspect
emit([
    name for name, value in vars(accsyn_api.session).items()
    if not name.startswith("_") and not inspect.ismodule(value) and not inspect.isfunction(value)
    and getattr(value, "__module__", "accsyn_api.session").startswith("accsyn_api")
])
"""

# What 1.4 calls otherwise than 2.x; ours takes both.
RENAMED = {"p": "path"}
# What 1.4 has as the fourth argument is the sixth in 2.x: told apart by type, see the calls of 1.4.
MOVED = {("1.4.1.post1", "find")}
# Defaults that mean the same.
SAME_DEFAULTS = [
    {"required", "None"},  # one of two spellings, or refused with a message
    {"['speed']", "('speed',)"},  # a list could be changed
]
# How 3.x works inside; nothing of it is public in any other way.
NOT_OFFERED = {"DEFAULT_EVENT_PAYLOAD_COMPRESS_SIZE_TRESHOLD"}


@pytest.fixture(scope="module")
def official_methods(official_client) -> dict[str, dict[str, Any]]:
    return {version: official_client(version).run(PROBE)[0] for version in MODULES}


def parameters_of(session_class: type[Any], name: str) -> list[inspect.Parameter]:
    return list(inspect.signature(getattr(session_class, name)).parameters.values())


@pytest.mark.parametrize("version", MODULES)
def test_every_public_name_is_there(version, official_methods):
    names = set(official_methods[version])
    assert len(names) >= 30
    for session_class in (MODULES[version].Session, accsyn_orm.compat.Session):
        assert {name for name in names if not hasattr(session_class, name)} == set()


@pytest.mark.parametrize("version", MODULES)
def test_parameters_have_the_same_order_and_names(version, official_methods):
    for name, method in official_methods[version].items():
        if method["parameters"] is None or (version, name) in MOVED or name == "rest":
            continue
        mine = parameters_of(MODULES[version].Session, name)
        theirs = [RENAMED.get(parameter, parameter) for parameter, _ in method["parameters"]]
        assert [parameter.name for parameter in mine][: len(theirs)] == theirs, name
        assert all(
            parameter.default is not parameter.empty or parameter.kind is parameter.VAR_KEYWORD
            for parameter in mine[len(theirs) :]
        ), name


@pytest.mark.parametrize("version", MODULES)
def test_parameters_have_the_same_defaults(version, official_methods):
    for name, method in official_methods[version].items():
        if method["parameters"] is None or (version, name) in MOVED or name == "rest":
            continue
        mine = parameters_of(MODULES[version].Session, name)
        for (parameter, theirs), ours in zip(method["parameters"], mine, strict=False):
            shown = "required" if ours.default is ours.empty else repr(ours.default)
            assert {shown, theirs} in [{theirs}, *SAME_DEFAULTS], f"{name}({parameter})"


@pytest.mark.parametrize("version", MODULES)
def test_calls_with_arguments_in_the_official_order_bind(version, official_methods):
    for name, method in official_methods[version].items():
        if method["parameters"] is None:
            continue
        signature = inspect.signature(getattr(MODULES[version].Session, name))
        required = [default for _, default in method["parameters"] if default == "required"]
        for count in (len(required), len(method["parameters"])):
            signature.bind(*range(count))


@pytest.mark.parametrize("version", MODULES)
def test_static_methods_are_called_on_the_class(version, official_methods):
    static = {name for name, method in official_methods[version].items() if method["is_static"]}
    assert "get_hostname" in static
    session_class = MODULES[version].Session
    assert {
        name
        for name in static
        if not isinstance(inspect.getattr_static(session_class, name), staticmethod)
    } == set()
    assert accsyn_orm.compat.Session.get_hostname() == session_class.get_hostname()


def test_session_for_every_script_has_every_name_of_the_two_others():
    public = {
        name for cls in (v1.Session, v3.Session) for name in dir(cls) if not name.startswith("_")
    }
    forwarded = {name for name in dir(accsyn_orm.compat.Session) if not name.startswith("_")}
    assert forwarded == public


@pytest.mark.parametrize("version", MODULES)
def test_module_session_has_every_name_of_the_official_one(version, official_client):
    (names,) = official_client(version).run(MODULE_NAMES)
    assert "Session" in names
    for module in (MODULES[version].session, accsyn_orm.compat.session):
        assert {name for name in names if not hasattr(module, name)} - NOT_OFFERED == set()


@pytest.mark.parametrize("version", MODULES)
def test_constants_have_the_official_values(version, official_client):
    (theirs,) = official_client(version).run(
        "emit({n: v for n, v in vars(accsyn_api.session).items() if n.isupper() and n != 'SSL'})"
    )
    mine = vars(MODULES[version].session)
    assert len(theirs) >= 7
    assert {name: mine[name] for name in theirs if name not in NOT_OFFERED} == {
        name: value for name, value in theirs.items() if name not in NOT_OFFERED
    }


@pytest.mark.parametrize("version", ["2.2.1", "3.4.0"])
def test_version_is_the_one_scripts_compare_with(version, official_client):
    (theirs,) = official_client(version).run("emit(accsyn_api.__version__)")
    assert MODULES[version].__version__ == MODULES[version].Session.__version__ == theirs


def test_version_of_the_session_for_every_script_is_that_of_3():
    assert accsyn_orm.compat.__version__ == accsyn_orm.compat.Session.__version__ == "3.4.0"
