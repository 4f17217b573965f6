"""Each call names its typed equivalent, once for each place it stands in."""

from __future__ import annotations

import re
import warnings

import pytest

import accsyn_orm
from accsyn_orm.compat import CompatDeprecationWarning, Session, v1, v3
from accsyn_orm.compat.equivalents import EQUIVALENTS
from accsyn_orm.entities import Entity


@pytest.fixture
def noted():
    """All notes that are given, with no filter in between."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CompatDeprecationWarning)
        yield caught


def texts(caught) -> list[str]:
    return [str(warning.message) for warning in caught]


def test_call_is_noted_once_for_each_place_it_stands_in(v3_session, noted):
    for _ in range(3):
        v3_session.find("Job")
        v3_session.find("Job")
    assert len(noted) == 2
    assert {warning.filename for warning in noted} == {__file__}
    assert noted[1].lineno == noted[0].lineno + 1
    assert issubclass(noted[0].category, DeprecationWarning)


@pytest.mark.parametrize("kind", [Session, v3.Session])
def test_opening_a_session_is_noted_where_the_script_does_it(kind, open_session, noted):
    open_session(kind, workspace="acmefilm")
    (text,) = texts(noted)
    assert text.startswith("Session() is kept for scripts of the official client")
    assert "accsyn_orm.Session(workspace=…, username=…, api_key=…)" in text
    assert noted[0].filename.endswith("conftest.py")


@pytest.mark.parametrize(
    ("call", "equivalent"),
    [
        ("find('Job WHERE status=failed')", "accsyn_orm.Job.where(…)"),
        ("find(query=' queue')", "accsyn_orm.Queue.where(…)"),
        ("find_one('user')", "accsyn_orm.User.where(…).first()"),
        ("create('queue', {'name': 'x'})", "accsyn_orm.Queue(…).save()"),
        ("delete_one(entitytype='task', entityid='614d660de50d45bb027c9bdd')", "Task.get(id)"),
        ("find('integration')", "accsyn_orm.Session.find()"),
        ("find('entitytypes')", "accsyn_orm.Session.find()"),
        ("rm('share=a/b')", "accsyn_orm.Session.delete()"),
        ("publish([{'id': '1', 'size': 1}])", "accsyn_orm.Session.prepublish()"),
        ("ls('share=a')", "accsyn_orm.Session.ls()"),
        ("str({})", "accsyn_orm.Session.dump()"),
    ],
)
def test_note_names_the_typed_equivalent(v3_session, noted, call, equivalent):
    eval(f"session.{call}", {"session": v3_session})
    (text,) = texts(noted)
    assert equivalent in text


def test_call_without_its_first_argument_fails_as_any_call(v3_session, noted):
    with pytest.raises(TypeError, match="query"):
        v3_session.find()
    assert len(noted) == 1


def test_notes_that_are_errors_stop_every_call(v3_session):
    with warnings.catch_warnings():
        warnings.simplefilter("error", CompatDeprecationWarning)
        for _ in range(2):
            with pytest.raises(CompatDeprecationWarning, match=r"find\(\)"):
                v3_session.find("Job")


def test_note_is_given_to_scripts_and_not_to_libraries_by_default(v3_session):
    for name, count in (("__main__", 1), ("studio.tools", 0)):
        script = compile("session.find('Job')", f"{name}.py", "exec")
        with warnings.catch_warnings(record=True) as caught:
            warnings.resetwarnings()
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
            exec(script, {"__name__": name, "session": v3_session})
        assert len(caught) == count, name


@pytest.mark.parametrize("kind", [v1.Session, v3.Session])
def test_every_call_has_an_equivalent(kind):
    calls = {
        name for name in dir(kind) if name[0] != "_" and hasattr(getattr(kind, name), "__wrapped__")
    }
    assert len(calls) > 50
    assert calls <= {*EQUIVALENTS}


@pytest.mark.parametrize("text", EQUIVALENTS.values())
def test_equivalent_exists(text):
    named = re.findall(r"accsyn_orm\.(?:(\w+)\.)?(\w+)", text)
    for owner, name in named:
        assert hasattr(getattr(accsyn_orm, owner) if owner else accsyn_orm, name), text
    for name in re.findall(r"\{entity\}\.(\w+)", text):
        assert hasattr(Entity, name) or name == "where", text
