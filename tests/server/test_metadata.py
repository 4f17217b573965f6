"""The internal part of metadata, which standard users neither see nor change."""

from __future__ import annotations

import pytest

from accsyn_orm.errors import QueryFieldError
from accsyn_orm.server.refusals import Refusal

pytestmark = pytest.mark.usefixtures("shared")

INTERNAL = {"internal": {"rate": 5}, "external": {"shot": "010"}, "free": 1}
SHOWN = {"external": {"shot": "010"}, "free": 1}


@pytest.fixture
def job(admin, standard):
    payload = {
        "source": "share=projects/a",
        "destination": "standard@acmefilm.com:share=projects/b",
    }
    task = {**payload, "metadata": INTERNAL}
    return admin.create("transfer", {"tasks": [task], "metadata": INTERNAL})


def test_standard_users_do_not_see_the_internal_part(studio, admin, standard, job):
    admin.edit("user", standard.user_id, metadata={**INTERNAL, "Internal": 2})
    for protocol in ("v1", "v3"):
        client, kind = (
            studio.client("standard", protocol),
            "job" if protocol == "v1" else "transfer",
        )
        assert client.get("user", standard.user_id)["metadata"] == SHOWN
        assert client.get(kind, job["id"])["metadata"] == SHOWN
        (found,) = client.find(kind, attributes=["metadata"])
        assert found["metadata"] == SHOWN
        (task,) = client.find("task", f"job.id={job['id']}")
        assert task["metadata"] == SHOWN
    assert studio.client("employee").get("transfer", job["id"])["metadata"] == INTERNAL


def test_standard_users_change_the_rest_and_keep_the_internal_part(admin, standard, job):
    (task,) = standard.find("task", parent=job["id"])
    changed = standard.edit("transfer", job["id"], metadata={"free": 2})
    assert changed["metadata"] == {"free": 2}
    assert standard.edit("task", task["id"], metadata={})["metadata"] == {}
    internal = {"internal": {"rate": 5}}
    assert admin.get("transfer", job["id"])["metadata"] == {"free": 2, **internal}
    assert admin.get("task", task["id"])["metadata"] == internal
    assert admin.edit("transfer", job["id"], metadata={})["metadata"] == {}


@pytest.mark.parametrize("key", ["internal", "Internal"])
def test_standard_users_do_not_write_the_internal_part(standard, job, download, key):
    metadata = {key: {"rate": 6}}
    (task,) = standard.find("task", parent=job["id"])
    with pytest.raises(Refusal, match=r"transfer\.metadata: the part 'internal' is not for you"):
        standard.edit("transfer", job["id"], metadata=metadata)
    with pytest.raises(Refusal, match=r"task\.metadata: the part"):
        standard.edit("task", task["id"], metadata=metadata)
    with pytest.raises(Refusal, match=r"user\.metadata: the part"):
        standard.edit("user", standard.user_id, metadata=metadata)
    with pytest.raises(Refusal, match=r"transfer\.metadata: the part"):
        standard.create("transfer", download(metadata=metadata))


@pytest.mark.behaviour("find: internal metadata does not exist for standard users")
def test_standard_users_do_not_search_by_the_internal_part(admin, standard, job):
    assert [found["id"] for found in admin.find("transfer", "metadata.internal.rate=5")] == [
        job["id"]
    ]
    assert len(standard.find("transfer", "metadata.external.shot=010")) == 1
    for query in (
        "metadata.internal.rate=5",
        "metadata.INTERNAL.rate!=null",
        "metadata.internal=null",
        "status=waiting and (code=x or metadata.internal.rate>4)",
    ):
        with pytest.raises(QueryFieldError, match=r"metadata\.internal"):
            standard.find("transfer", query)
    for query in ("metadata=5", "metadata contains rate", "metadata matches 5"):
        assert standard.find("transfer", query) == []
