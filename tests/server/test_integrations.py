"""Calls to integrations go to what the host program gave the workspace."""

from __future__ import annotations

import pytest

from accsyn_orm.errors import AccsynError, BackendError
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.testing import EmbeddedWorkspace

URI = {"v3": "workspace/integration/{}/utility", "v1": "organization/integration/{}/utility"}


@pytest.mark.behaviour("integration: an operation and its data go to the integration named")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
@pytest.mark.parametrize("role", ["admin", "employee"])
def test_a_function_stands_in_for_an_integration(protocol, role):
    asked = []

    def ftrack(operation, data):
        asked.append((operation, data))
        return {"tasks": [operation]}

    with (
        EmbeddedWorkspace(seed="empty", integrations={"FTrack": ftrack}) as workspace,
        workspace.session(role, protocol) as session,
    ):
        assert session.integration("ftrack", "list", {"a": 1}) == {"tasks": ["list"]}
        assert session.integration("Ftrack", "list") == {"tasks": ["list"]}
        with pytest.raises(BackendError, match="no integration 'shotgrid': ftrack"):
            session.integration("shotgrid", "list")
    assert asked == [("list", {"a": 1}), ("list", None)]


def test_what_a_function_refuses_reaches_the_caller():
    def ftrack(operation, _data):
        raise AccsynError(f"no operation {operation!r} here")

    with (
        EmbeddedWorkspace(seed="empty", integrations={"ftrack": ftrack}) as workspace,
        workspace.session() as session,
        pytest.raises(BackendError, match="no operation 'list' here"),
    ):
        session.integration("ftrack", "list")


@pytest.mark.behaviour("integration: an integration that the workspace does not have is refused")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_without_integrations_there_is_none(studio, protocol):
    admin = studio.client("admin", protocol)
    with pytest.raises(Refusal, match="no integration 'ftrack': none is configured"):
        admin.call("PUT", URI[protocol].format("ftrack"), {"operation": "x", "data": {}})


@pytest.mark.behaviour("integration: integrations are for who may read the workspace")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_standard_users_use_none(studio, protocol):
    standard = studio.client("standard", protocol)
    with pytest.raises(Refusal, match=r"permission denied: .* users may not use integrations"):
        standard.call("PUT", URI[protocol].format("ftrack"), {"operation": "x", "data": {}})


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"operation": ""}, "operation is empty"),
        ({"data": {}}, "operation is text"),
        ({"operation": "x", "option": 1}, "did you mean 'operation'"),
    ],
)
def test_what_is_no_operation_is_refused(studio, admin, data, problem):
    studio.service._integrations["ftrack"] = lambda operation, data: [operation, data]
    with pytest.raises(Refusal, match=problem):
        admin.call("PUT", URI["v3"].format("ftrack"), data)


def test_it_is_sent_with_put(admin):
    with pytest.raises(Refusal, match="is sent with PUT, not GET"):
        admin.call("GET", URI["v3"].format("ftrack"), {})
