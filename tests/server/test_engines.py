"""Engines, which v1 calls apps."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.jobs import insert_job
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.storage.store import update_row
from accsyn_orm.server.storage.tables import JOBS, Scope

BUILT_IN = ["builtin-accsyn-transfer", "builtin-accsyn-utility"]


@pytest.mark.behaviour("engine/create: admins add compute engines")
@pytest.mark.parametrize(("protocol", "kind"), [("v3", "engine"), ("v1", "app"), ("v1", "engine")])
def test_an_engine_is_created_changed_and_deleted(studio, protocol, kind):
    admin = studio.client("admin", protocol)
    assert [engine["code"] for engine in admin.find(kind)] == BUILT_IN
    engine = admin.create(kind, {"code": "nuke-13", "version": "13.2", "vendor": "Foundry"})
    assert (engine["name"], engine["type"], engine["status"]) == ("nuke-13", "compute", "enabled")
    assert (engine["version"], engine["vendor"]) == ("13.2", "Foundry")
    assert admin.edit(kind, engine["id"], status="disabled")["status"] == "disabled"
    assert admin.delete(kind, engine["id"]) is True
    assert [engine["code"] for engine in admin.find(kind)] == BUILT_IN


@pytest.mark.behaviour("engine/create: codes are unique, whatever their case")
@pytest.mark.behaviour("engine/create: codes have 32 characters at most")
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"name": "x"}, "code is required"),
        ({"code": "BUILTIN-accsyn-transfer"}, "there already is an engine"),
        ({"code": "x" * 33}, "at most 32 characters"),
        ({"code": "x", "type": "transfer"}, "one of compute"),
        ({"code": "x", "colour": "red"}, "engine has no attribute 'colour'"),
    ],
)
def test_what_is_no_engine_is_refused(admin, data, problem):
    with pytest.raises(Refusal, match=problem):
        admin.create("engine", data)


@pytest.mark.behaviour("engine/edit: the built-in engines cannot be changed")
@pytest.mark.behaviour("engine/delete: the built-in engines stay")
@pytest.mark.parametrize("code", BUILT_IN)
def test_built_in_engines_stay(admin, code):
    ident = stable_id("engine", code)
    with pytest.raises(Refusal, match="is built in and cannot be changed"):
        admin.edit("engine", ident, status="disabled")
    with pytest.raises(Refusal, match="is built in and cannot be deleted"):
        admin.delete("engine", ident)


@pytest.mark.behaviour("engine/delete: an engine that an active job uses stays")
def test_an_engine_in_use_stays(studio, admin):
    engine = admin.create("engine", {"code": "nuke-13"})["id"]
    with studio.acting("admin") as call:
        party = f"workspace:{call.caller.workspace}"
        values = {"name": "comp", "type": 3, "engine": engine, "source": party}
        job = insert_job(call, {**values, "destination": party})
    with pytest.raises(Refusal, match="'nuke-13' is in use"):
        admin.delete("engine", engine)
    with studio.acting("admin") as call:
        update_row(call, JOBS, job, {}, scope=Scope.FINISHED)
    assert admin.delete("engine", engine) is True


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_employees_read_engines_and_standard_users_do_not(studio, protocol):
    kind = "app" if protocol == "v1" else "engine"
    employee, standard = (studio.client(user, protocol) for user in ("employee", "standard"))
    assert [engine["code"] for engine in employee.find(kind)] == BUILT_IN
    assert standard.find(kind) == []
    with pytest.raises(Refusal, match="permission denied"):
        employee.create(kind, {"code": "x"})
    with pytest.raises(
        Refusal, match=f"permission denied: employee users may not change this {kind}"
    ):
        employee.edit(kind, stable_id("engine", BUILT_IN[0]), status="disabled")
