"""Deactivating, activating and deleting."""

from __future__ import annotations

import copy

import pytest

from accsyn_orm.errors import ConfigurationError, EntityValidationError

ID = "614d660de50d45bb027c9bdd"
FILE = "1f0c2f7e-5f3a-4f0e-9a0e-0d6a1f1d0c11"


def sent(recorder) -> dict:
    return recorder.events[-1].json


@pytest.mark.parametrize(
    ("protocol", "entitytype", "uri"),
    [
        ("v3", "User", "user/deactivate"),
        ("v3", "volume", "volume/deactivate"),
        ("v1", "user", "user/offline"),
        ("v1", "Queue", "job/offline"),
        ("v1", "site", "organization/site/offline"),
    ],
)
@pytest.mark.parametrize("call", ["deactivate_one", "offline_one"])
def test_deactivation_goes_where_the_generation_has_it(
    recorder, make_session, protocol, entitytype, uri, call
):
    assert getattr(make_session(protocol=protocol), call)(entitytype, ID) is True
    event = recorder.events[-1]
    assert (event.verb, event.uri, sent(recorder)["id"]) == ("DELETE", uri, ID)


def test_activation_takes_an_id_or_a_code(recorder, session):
    assert session.activate_one("User", ID.upper()) is True
    assert (sent(recorder)["uri"], sent(recorder)["id"]) == ("user/activate", ID)
    assert "query" not in sent(recorder)
    session.activate_one("user", " Lisa@Example.com")
    assert sent(recorder)["query"] == "lisa@example.com"
    assert "id" not in sent(recorder)


@pytest.mark.parametrize("ident", ["", " ", None, "*", "a\nb", 5])
def test_lifecycle_calls_never_go_out_without_an_id(recorder, session, ident):
    for call in (
        lambda: session.activate_one("user", ident),
        lambda: session.deactivate_one("user", "" if ident == "*" else ident),
        lambda: session.delete_many("collection", ident, {"files": [FILE]}),
    ):
        with pytest.raises(EntityValidationError, match="id"):
            call()
    assert not recorder.requests


@pytest.mark.parametrize("options", ["force", True, [("force", True)], 5])
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_delete_takes_a_dictionary_of_options_only(recorder, make_session, protocol, options):
    with pytest.raises(EntityValidationError, match="a dictionary of options"):
        make_session(protocol=protocol).delete_one("user", ID, options)
    assert not recorder.requests


def test_delete_many_takes_files_out_of_a_collection(recorder, session):
    data = {"files": (FILE,)}
    before = copy.deepcopy(data)
    assert session.delete_many("Collection", ID, data) is True
    assert data == before
    assert (sent(recorder)["uri"], sent(recorder)["id"]) == ("collection/file/remove", ID)
    assert sent(recorder)["data"] == {"files": [FILE]}


def test_delete_many_sends_other_options_as_they_are(recorder, session):
    session.delete_many("collection", ID, {"files": [FILE], "force": True})
    assert sent(recorder)["data"] == {"files": [FILE], "force": True}


@pytest.mark.parametrize(
    ("entitytype", "data"),
    [
        ("job", {"files": [FILE]}),
        ("collection", {}),
        ("collection", None),
        ("collection", {"force": True}),
        ("collection", [FILE]),
        ("collection", {"files": []}),
        ("collection", {"files": FILE}),
        ("collection", {"files": [""]}),
    ],
)
def test_delete_many_never_deletes_all(recorder, session, entitytype, data):
    with pytest.raises(EntityValidationError):
        session.delete_many(entitytype, ID, data)
    assert not recorder.requests


def test_what_v1_does_not_have_says_so(recorder, v1_session):
    for call in (
        lambda: v1_session.activate_one("user", ID),
        lambda: v1_session.delete_many("collection", ID, {"files": [FILE]}),
    ):
        with pytest.raises(ConfigurationError, match="v3 only"):
            call()
    assert not recorder.requests


@pytest.mark.parametrize(("result", "expected"), [(True, True), (False, False), (None, False)])
def test_lifecycle_calls_return_what_the_backend_says(recorder, session, result, expected):
    recorder.will_answer(*[{"result": result}] * 3)
    assert session.deactivate_one("user", ID) is expected
    assert session.activate_one("user", ID) is expected
    assert session.delete_many("collection", ID, {"files": [FILE]}) is expected
