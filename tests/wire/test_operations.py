"""The table of operations: everything that is called has its class, by its name."""

from __future__ import annotations

import pytest

from accsyn_orm.server.operations.plan import OPERATIONS
from accsyn_orm.server.operations.work import ROUTES
from accsyn_orm.wire.operations import OperationClass, class_of, known_class_of

READ, SET, CREATE, FILES = OperationClass


@pytest.mark.parametrize(
    ("verb", "uri", "data", "expected"),
    [
        ("GET", "job/find", None, READ),
        ("GET", "Job/Task/Find/", {}, READ),
        ("PUT", "login", None, READ),
        ("PUT", "discovery", None, READ),
        ("GET", "job/report", {}, READ),
        ("GET", "setting", {}, READ),
        ("PUT", "setting", {}, SET),
        ("DELETE", "setting", {}, SET),
        ("PUT", "job/edit", {"status": "paused"}, SET),
        ("PUT", "share/server", {}, SET),
        ("DELETE", "share/server", {}, SET),
        ("DELETE", "job/recipient", {}, SET),
        ("PUT", "job/recipient/add", {}, CREATE),
        ("POST", "job/create", {}, CREATE),
        ("PUT", "workspace/integration/ftrack/utility", {}, CREATE),
        ("PUT", "organization/publish/preprocess", {}, CREATE),
        ("POST", "user/generate_session_key", {}, CREATE),
        ("GET", "workspace/file", {"op": "ls"}, READ),
        ("POST", "workspace/file", {"op": "mkdir"}, FILES),
        ("PUT", "organization/file", {"op": "move"}, FILES),
        ("POST", "workspace/file", {"op": "delete"}, FILES),
        ("POST", "workspace/file", {"op": "shred"}, CREATE),
        ("POST", "workspace/file", None, CREATE),
        ("POST", "acl/create", {"notify": False, "entity": "user:1"}, SET),
        ("POST", "acl/create", {"notify": False, "invite": True, "entity": "user:1"}, SET),
        ("POST", "acl/create", {"notify": False, "invite": True, "entity": "user:a@b.c"}, CREATE),
        ("POST", "acl/create", {"notify": True, "entity": "user:1"}, CREATE),
        ("POST", "acl/create", {"ident": "user:1"}, CREATE),
        ("GET", "something/nobody/knows", {}, CREATE),
        ("GET", "", None, CREATE),
    ],
)
def test_class_is_that_of_the_operation(verb, uri, data, expected):
    assert class_of(verb, uri, data) is expected


def test_every_operation_of_the_workspace_has_its_class():
    called = {(operation.verb, f"job/{name}") for name, operation in OPERATIONS.items()}
    called |= {(route.verb, route.uri) for route in ROUTES} - {
        (verb, f"{tenant}/file")
        for verb in ("GET", "POST", "PUT")
        for tenant in ("workspace", "organization")
    }
    assert len(called) > 30
    unknown = {(verb, uri) for verb, uri in called if known_class_of(verb, uri, {}) is None}
    assert not unknown


def test_what_is_asked_for_with_get_only_reads():
    for verb, uri in {(route.verb, route.uri) for route in ROUTES}:
        is_file_call = uri.endswith("/file")
        if verb == "GET" and not is_file_call:
            assert class_of(verb, uri) is READ, uri
        elif not is_file_call:
            assert class_of(verb, uri) is not READ, uri
