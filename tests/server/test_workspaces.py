"""The workspace as an entity, which v1 calls an organization."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.seeds.identity import stable_id

ACME = stable_id("workspace", "acmefilm")
KINDS = {"v1": "organization", "v3": "workspace"}


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_who_sees_the_workspace(studio, protocol):
    kind = KINDS[protocol]
    expected = {"id": ACME, "code": "acmefilm", "name": "Acme Film", "metadata": {}}
    for role in ("admin", "employee"):
        client = studio.client(role, protocol)
        assert client.find(kind) == client.find(kind, "code=AcmeFilm") == [expected]
        assert client.get(kind, ACME) == expected
    assert studio.client("standard", protocol).find(kind) == []


@pytest.mark.behaviour("workspace/edit: admins change name and metadata, nobody the code")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_who_changes_the_workspace(studio, protocol):
    kind = KINDS[protocol]
    admin = studio.client("admin", protocol)
    changed = admin.edit(kind, ACME, name="Acme", metadata={"internal": {"a": 1}})
    assert (changed["name"], changed["metadata"]) == ("Acme", {"internal": {"a": 1}})
    with pytest.raises(Refusal, match=f"{kind}.code cannot be changed"):
        admin.edit(kind, ACME, code="other")
    with pytest.raises(Refusal, match=f"employee users may not change this {kind}"):
        studio.client("employee", protocol).edit(kind, ACME, name="x")
    with pytest.raises(Refusal, match=f"there is no {kind}"):
        studio.client("standard", protocol).edit(kind, ACME, name="x")


@pytest.mark.behaviour("workspace/create: a workspace is not made by its users")
@pytest.mark.behaviour("workspace/delete: a workspace is not deleted by its users")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_a_workspace_is_neither_made_nor_deleted(studio, protocol):
    kind = KINDS[protocol]
    admin = studio.client("admin", protocol)
    with pytest.raises(Refusal, match=f"{kind} cannot be created by a call"):
        admin.create(kind, {"code": "other"})
    with pytest.raises(Refusal, match=f"{kind} cannot be deleted by a call"):
        admin.delete(kind, ACME)
    deactivation = "deactivate" if protocol == "v3" else "offline"
    with pytest.raises(Refusal, match=f"{kind} cannot be deactivated"):
        admin.call("DELETE", f"{kind}/{deactivation}", {}, ident=ACME)
