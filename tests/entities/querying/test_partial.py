"""Partial loading: only() in both generations, and what becomes of entities loaded so."""

from __future__ import annotations

import pytest

from accsyn_orm import AttributeNotLoadedError, Job, QueryFieldError, Queue, Task, User
from accsyn_orm.fields import destination

JOB = "6971e16fceadd67b955b1995"


def test_only_loads_what_was_asked_for_and_the_id(v3) -> None:
    v3.add("job", 0, status="done", code="j0")
    job = Job.where().only(Job.status, "code", "dest", destination, Job.user).one()
    assert v3.calls[-1][2]["attributes"] == ["id", "status", "code", "destination", "user"]
    assert job.status == "done"
    with pytest.raises(AttributeNotLoadedError, match=r"only\('progress', …\).*refresh\(\)"):
        _ = job.progress
    with pytest.raises(QueryFieldError, match="did you mean 'status'"):
        Job.where().only("statsu")


@pytest.mark.parametrize("key", ["metadata.shot", Job.metadata["shot"], Job.metadata, "metadata"])
def test_key_of_a_dictionary_loads_the_dictionary(v3, key) -> None:
    v3.add("job", 0, metadata={"shot": "sh010"}, code="j0")
    job = Job.where().only(key).one()
    assert v3.calls[-1][2]["attributes"] == ["id", "metadata"]
    assert job.metadata == {"shot": "sh010"}


def test_attribute_of_the_parent_loads_the_reference() -> None:
    assert Task.where().only("job.id").selection.attributes == ("id", "job")


def test_only_again_replaces_what_was_asked_for() -> None:
    assert Job.where().only("code").only("name").selection.attributes == ("id", "name")


def test_what_is_sent_beside_is_kept(v3, monkeypatch) -> None:
    monkeypatch.setattr(v3, "find", lambda *_, **__: [{"id": JOB, "code": "a", "colour": "red"}])
    job = Job.where().only("code").one()
    assert (job.code, job.colour, dict(job.extra)) == ("a", "red", {"colour": "red"})


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_partly_loaded_entity_sends_only_what_changed(workspace, protocol) -> None:
    with workspace.session("admin", protocol=protocol) as session:
        made = Queue(name=f"partial_{protocol}", priority=300, description="kept").save()
        queue = Queue.where(Queue.id == made.id).only(Queue.priority).one()
        with pytest.raises(AttributeNotLoadedError):
            _ = queue.description
        assert queue.priority == 300
        queue.priority = 301
        queue.metadata = {"a": 1}
        assert set(queue.changes) == {"priority", "metadata"}
        sent = []
        update = session.update
        session.update = lambda *call, before: sent.append(call) or update(*call, before=before)
        queue.save()
        assert sent == [("queue", made.id, {"priority": 301, "metadata": {"a": 1}})]
        queue.save()
        assert len(sent) == 1
        assert queue.refresh().description == "kept"


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_references_are_loaded_in_part_too(workspace, protocol) -> None:
    with workspace.session("admin", protocol=protocol):
        job = Job.where().only(Job.user).first()
        assert job.user == User.get(str(job.user)).id
        with pytest.raises(AttributeNotLoadedError):
            _ = job.status
