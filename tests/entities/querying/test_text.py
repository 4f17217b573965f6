from __future__ import annotations

import pytest

from accsyn_orm import Job, Queue, Transfer, User
from accsyn_orm.entities import Attr, Entity, attr
from accsyn_orm.errors import QueryFieldError, QueryValueError
from accsyn_orm.testing import EmbeddedWorkspace


class StudioJob(Job):
    department: Attr[str] = attr(default="comp")


@pytest.mark.parametrize(
    ("cls", "text", "found"),
    [
        (Job, "Job WHERE status=done", Job),
        (Job, "JOB where status=done", Job),
        (Transfer, "Transfer WHERE status=done", Transfer),
        (Transfer, "job WHERE status=done", Transfer),
        (Job, "Transfer WHERE status=done", Transfer),
        (StudioJob, "Job WHERE department=fx", StudioJob),
        (Entity, "User WHERE role=admin", User),
        (Entity, "Transfer", Transfer),
    ],
)
def test_text_may_name_the_class_or_a_kind_of_it_as_any_generation_does(cls, text, found) -> None:
    query = cls.parse(text)
    assert query.entity is found
    assert (query.selection.where is None) == ("WHERE" not in text.upper())


@pytest.mark.parametrize(
    ("cls", "text", "about", "hint"),
    [
        (Job, "User WHERE role=admin", "user", "begin it with Job, or read it with User.parse()"),
        (Job, "Jbo WHERE status=done", "jbo", "begin it with Job"),
        (Job, "Qeueu", "qeueu", "begin it with Job, or read it with Queue.parse()"),
        (Job, "entitytypes", "entitytypes", "begin it with Job"),
        (StudioJob, "Transfer", "transfer", "read it with Transfer.parse()"),
        (User, "Job", "job", "begin it with User, or read it with Job.parse()"),
        (Entity, "Usre", "usre", "did you mean User?"),
        (Entity, "xyzzy", "xyzzy", "entity_class('xyzzy').parse()"),
    ],
)
def test_text_about_something_else_is_refused_with_the_right_spelling(
    cls, text, about, hint
) -> None:
    with pytest.raises(QueryValueError, match=f"is about {about}") as caught:
        cls.parse(text)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("Job WHERE statsu=failed", "did you mean 'status'"),
        ("Job WHERE status=done AND (code=x OR stats=done)", "status"),
        ("Transfer WHERE destinatoin=x", "did you mean 'destination'"),
    ],
)
def test_misspelt_attributes_in_text_name_the_nearest(text, advice) -> None:
    with pytest.raises(QueryFieldError, match=advice):
        Job.parse(text)


def test_dictionary_api_sends_text_as_it_is() -> None:
    """It is the official one: the backend decides what there is."""
    with EmbeddedWorkspace() as workspace, workspace.session("admin") as session:
        request = session.find_request("Job WHERE statsu=failed")
        assert (request.uri, request.query) == ("job/find", "statsu=failed")
        assert session.find_request("entitytypes").uri == "entitytypes"
        request = session.find_request("attributes WHERE entitytype=job")
        assert (request.uri, request.data["entitytype"]) == ("attributes", "job")


def test_queue_text_reads_back() -> None:
    query = Queue.parse("queue WHERE priority>=500")
    assert Queue.parse(str(query)) == query
