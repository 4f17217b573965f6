"""Settings and integrations."""

from __future__ import annotations

import copy

import pytest

from accsyn_orm.errors import ConfigurationError, EntityValidationError, ProtocolError

ID = "614d660de50d45bb027c9bdd"


def sent(recorder) -> dict:
    return recorder.events[-1].json


# -- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "expected"), [({"result": "10"}, "10"), ({"result": None}, None), ({}, None)]
)
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_get_setting_returns_the_value_or_none(recorder, make_session, protocol, answer, expected):
    recorder.will_answer(answer)
    assert make_session(protocol=protocol).get_setting("transfer_speedlimit") == expected


def test_setting_of_an_entity_is_addressed_as_the_generation_does(recorder, session, v1_session):
    session.get_setting("x", "User", ID)
    assert sent(recorder)["id"] == ID
    assert sent(recorder)["data"] == {"entitytype": "user", "name": "x", "data": None}
    v1_session.get_setting("x", "User", ID)
    assert "id" not in sent(recorder)
    assert sent(recorder)["data"] == {"scope": "user", "name": "x", "ident": ID, "data": None}


@pytest.mark.parametrize(
    "arguments", [("", "workspace"), (5, "workspace"), ("x", ""), ("x", None), ("x", "user", "")]
)
def test_get_setting_refuses_what_names_none(recorder, session, arguments):
    with pytest.raises(EntityValidationError):
        session.get_setting(*arguments)
    assert not recorder.requests


def test_get_settings_is_a_dictionary(recorder, session):
    assert session.get_settings() == {"transfer_speedlimit": "10"}
    for empty in (None, {}):
        recorder.will_answer({"result": empty})
        assert session.get_settings("Volume", ID, share="projects") == {}
    assert sent(recorder)["data"] == {
        "entitytype": "volume",
        "recursive": False,
        "upstream": False,
        "omit_defaults": True,
        "share": "projects",
    }
    recorder.will_answer({"result": ["x"]})
    with pytest.raises(ProtocolError, match="settings"):
        session.get_settings()


@pytest.mark.parametrize(
    "options", [{"recursive": 1}, {"upstream": None}, {"omit_defaults": "no"}, {"share": ""}]
)
def test_get_settings_refuses_options_of_the_wrong_type(recorder, session, options):
    with pytest.raises(EntityValidationError):
        session.get_settings(**options)
    assert not recorder.requests


@pytest.mark.parametrize(("result", "expected"), [(True, True), ([1], True), (None, False)])
def test_set_and_delete_setting_return_what_the_backend_says(recorder, session, result, expected):
    recorder.will_answer({"result": result}, {"result": result})
    assert session.set_setting("workspace", "x", "") is expected
    assert session.delete_setting("workspace", "x") is expected


@pytest.mark.parametrize("value", [None, True, 5, {"a": 1}, ["a"], b"x"])
def test_settings_are_text_in_v3(recorder, session, value):
    with pytest.raises(EntityValidationError, match="text"):
        session.set_setting("workspace", "x", value)
    assert not recorder.requests


def test_settings_hold_more_than_text_in_v1(recorder, v1_session):
    value = {"a": [1]}
    before = copy.deepcopy(value)
    v1_session.set_setting("job", "x", value, ID, integration="ftrack", data={"b": 2})
    assert value == before
    assert sent(recorder)["data"] == {
        "scope": "job",
        "name": "x",
        "value": value,
        "ident": ID,
        "integration": "ftrack",
        "data": {"b": 2},
    }
    with pytest.raises(EntityValidationError, match="None is no value"):
        v1_session.set_setting("workspace", "x", None)


def test_set_setting_for_an_integration_is_v1(recorder, session):
    for options in ({"integration": "ftrack"}, {"data": {}}):
        with pytest.raises(ConfigurationError, match=r"v1\.0 only"):
            session.set_setting("workspace", "x", "y", **options)
    assert not recorder.requests


@pytest.mark.parametrize("entityid", [None, "", " ", "a b"])
def test_settings_of_entities_are_never_changed_without_an_id(recorder, session, entityid):
    for call in (
        lambda: session.set_setting("user", "x", "y", entityid),
        lambda: session.delete_setting("user", "x", entityid),
    ):
        with pytest.raises(EntityValidationError, match="id"):
            call()
    assert not recorder.requests


def test_what_v1_does_not_have_says_so(recorder, v1_session):
    for call in (v1_session.get_settings, lambda: v1_session.delete_setting("workspace", "x")):
        with pytest.raises(ConfigurationError, match="v3 only"):
            call()
    assert not recorder.requests


def test_secret_settings_stay_out_of_the_log(recorder, make_session, tmp_path):
    log = tmp_path / "log"
    make_session(verbose=True, path_logfile=log).set_setting("workspace", "smtp_password", "hush!")
    assert "smtp_password" in log.read_text()
    assert "hush!" not in log.read_text()


# -- integrations ---------------------------------------------------------------------------------


def test_integration_returns_whatever_it_answers(recorder, session, v1_session):
    for answer in ([1], {"a": 2}, "x", None):
        recorder.will_answer({"result": answer})
        assert session.integration("ftrack", "list", {"project": "x"}) == answer
    assert sent(recorder)["uri"] == "workspace/integration/ftrack/utility"
    v1_session.integration("ftrack", "list")
    assert sent(recorder)["uri"] == "organization/integration/ftrack/utility"
    assert sent(recorder)["data"] == {"operation": "list", "data": None}


@pytest.mark.parametrize("name", ["", None, "a/b", "..", "a b", 5, "ftrack/utility?"])
def test_integration_name_cannot_change_the_uri(recorder, session, name):
    with pytest.raises(EntityValidationError, match="integration"):
        session.integration(name, "list", {})
    assert not recorder.requests


def test_integration_needs_an_operation(recorder, session):
    with pytest.raises(EntityValidationError, match="operation"):
        session.integration("ftrack", " ", {})
    assert not recorder.requests
