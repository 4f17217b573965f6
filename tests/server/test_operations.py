from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal


@pytest.mark.parametrize(
    ("verb", "uri", "problem"),
    [
        ("GET", "root/find", "no entity type 'root'; there are .*queue, .*task, transfer, user"),
        ("GET", "organization/site/find", "no entity type 'organization/site'"),
        (
            "GET",
            "user/report",
            "no such operation; there are find, create, edit, delete, deactivate, activate",
        ),
        ("DELETE", "user/deactivate", "needs the id"),
        ("POST", "user/activate", "say which one, by its id or its code"),
        ("DELETE", "user/offline", "no such operation"),
        ("GET", "nonsense", "no entity type 'nonsense'"),
        ("GET", "", "no entity type ''"),
        ("GET", "user/create", "user/create is sent with POST, not GET"),
        ("POST", "user/find", "sent with GET, not POST"),
        ("PUT", "attributes", "sent with GET, not PUT"),
        ("PUT", "user/edit", "needs the id"),
        ("DELETE", "queue/delete", "needs the id"),
        ("GET", "user/api_key", "disabled in the backend by default"),
        ("PUT", "user/api_key", "sent with GET"),
        ("POST", "user/generate_session_key", "no such operation"),
    ],
)
def test_what_the_workspace_does_not_do_is_refused_by_name(admin, verb, uri, problem):
    with pytest.raises(Refusal, match=problem):
        admin.call(verb, uri, {})


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        (
            "site/edit/find",
            "no entity type 'site/edit'; there are .*job, organization, queue, .*task, user",
        ),
        ("server/find", "no entity type 'server'"),
        ("transfer/find", "no entity type 'transfer'"),
        ("workspace/find", "no entity type 'workspace'; there are .*organization"),
    ],
)
def test_v1_has_its_own_names(admin_v1, uri, problem):
    with pytest.raises(Refusal, match=problem):
        admin_v1.call("GET", uri, {})


@pytest.mark.behaviour("entitytypes: lists the entity types in the generation's words")
def test_uris_are_read_in_any_case(admin, admin_v1):
    assert admin.call("GET", "QUEUE/Find", {}) == admin.find("queue")
    assert admin_v1.call("GET", "JOB/find", {"type": 2}) == admin_v1.find("job", type=2)
    types = admin.call("GET", "EntityTypes", {})
    assert types == sorted(types)
    assert {"queue", "task", "transfer", "user", "site", "userserver"} <= set(types)
    types = admin_v1.call("GET", "entitytypes", {})
    assert types == sorted(types)
    assert {"job", "queue", "task", "user", "site", "client", "app"} <= set(types)
    assert not {"transfer", "server", "engine"} & set(types)


def test_attributes_takes_three_options(admin):
    with pytest.raises(Refusal, match="not entity"):
        admin.call("GET", "attributes", {"entitytype": "user", "entity": "x"})
    with pytest.raises(Refusal, match="create is true or false"):
        admin.call("GET", "attributes", {"entitytype": "user", "create": "x"})
    with pytest.raises(Refusal, match="no entity type ''"):
        admin.call("GET", "attributes", {})


@pytest.mark.parametrize(("kind", "v3_kind"), [("job", "compute"), ("share", "volume")])
def test_v1_lists_what_any_type_behind_a_name_is_created_with(admin_v1, admin, kind, v3_kind):
    known_in_v3_only = {
        "compute": {"engine", "name", "description", "replace_duplicates"},
        "volume": {"name", "server", "siteservers"},
    }
    listed = admin_v1.call("GET", "attributes", {"entitytype": kind, "create": True})
    own = admin.call("GET", "attributes", {"entitytype": v3_kind, "create": True})
    assert set(own) - known_in_v3_only[v3_kind] <= set(listed)
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(
    ("verb", "uri"),
    [
        ("GET", "entitytypes"),
        ("GET", "volume/servers"),
        ("DELETE", "user/deactivate"),
        ("POST", "user/activate"),
    ],
)
def test_what_takes_no_options_says_so(admin, verb, uri):
    with pytest.raises(Refusal, match=f"{uri} takes no options"):
        admin.call(verb, uri, {"force": True}, ident=admin.user_id)


def test_session_keys_take_a_lifetime_and_nothing_else(admin_v1):
    data = {"lifetime": 60, "scope": "all"}
    with pytest.raises(Refusal, match="takes lifetime; not scope"):
        admin_v1.call("POST", "user/generate_session_key", data, query=admin_v1.username)


@pytest.mark.parametrize(
    ("user", "kind", "operation", "data", "problem"),
    [
        ("admin", "queue", "create", {"name": "Q", "status": "paused"}, "at creation$"),
        ("admin", "user", "create", {"code": "a@b.c", "status": "disabled"}, "at creation$"),
        ("admin", "site", "edit", {"code": "x"}, "cannot be changed$"),
        ("employee", "user", "edit", {"role": "admin"}, "cannot be changed by you$"),
    ],
)
def test_only_what_others_may_write_is_not_for_you(studio, user, kind, operation, data, problem):
    client = studio.client(user)
    verb, ident = "POST", None
    if operation == "edit":
        verb, ident = "PUT", client.find(kind)[0]["id"]
    with pytest.raises(Refusal, match=problem):
        client.call(verb, f"{kind}/{operation}", data, ident=ident)


@pytest.mark.behaviour("attributes: lists what the caller may read, create or update")
def test_v1_attributes_know_queues(admin_v1):
    listed = admin_v1.call("GET", "attributes", {"entitytype": "Queue", "create": True})
    assert listed == ["code", "priority", "description"]


def test_a_refused_write_changes_nothing(admin, download):
    job = admin.create("transfer", download("a", "b"))
    before = admin.find("task", parent=job["id"])
    items = [{"uri": "0", "status": "done"}, {"uri": "7", "status": "done"}]
    with pytest.raises(Refusal):
        admin.call("PUT", "task/edit", items, ident=job["id"])
    assert admin.find("task", parent=job["id"]) == before
