"""Every example of accsyn's page "Using the accsyn Python API", as text and in its typed form.

The page is the one this project started from. Each example runs on both wire generations against an
embedded workspace on each kind of database, in the page's order. The proxy examples are in
tests/transport/test_official_page__proxies.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from accsyn_orm import (
    BackendError,
    EntityNotFoundError,
    Job,
    JobStatus,
    Queue,
    Session,
    SessionExpiredError,
    User,
)
from accsyn_orm.testing import EmbeddedWorkspace, ManualClock

NESTED = (
    "job WHERE ((user=5bfeb0381da7ee4095fa217e AND source!=hq) OR status<>failed)"
    ' AND code="Daily backup"'
)
JOB_ID = "614d660de50d45bb027c9bdd"


@pytest.fixture(scope="module")
def workspace(module_database_url: str) -> Iterator[EmbeddedWorkspace]:
    with EmbeddedWorkspace(seed="demo", database=module_database_url, tls=True) as workspace:
        yield workspace


@pytest.fixture(params=["v1", "v3"])
def session(request: pytest.FixtureRequest, database_url: str) -> Iterator[Session]:
    with (
        EmbeddedWorkspace(seed="demo", database=database_url) as workspace,
        workspace.session("admin", protocol=request.param) as session,
    ):
        yield session


# -- Create a session -----------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_session_by_api_key(workspace: EmbeddedWorkspace, protocol: str):
    user = workspace.credentials("admin")
    with Session(
        domain=user.workspace,
        username=user.username,
        api_key=user.api_key,
        url=workspace.url,
        verify=workspace.ca_bundle,
        protocol=protocol,
    ) as session:
        assert session.me().code == user.username


def test_session_by_password(workspace: EmbeddedWorkspace):
    user = workspace.credentials("employee")
    with Session(
        domain=user.workspace,
        username=user.username,
        pwd=user.password,
        url=workspace.url,
        verify=workspace.ca_bundle,
    ) as session:
        assert session.me().code == user.username


def test_session_by_session_key(workspace: EmbeddedWorkspace):
    user = workspace.credentials("employee")
    with workspace.session("employee", protocol="v1") as other:
        key = other.generate_session_key(lifetime=3600)
    with Session(
        domain=user.workspace,
        username=user.username,
        session_key=key,
        url=workspace.url,
        verify=workspace.ca_bundle,
    ) as session:
        assert session.me().code == user.username


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_session_from_environment(
    workspace: EmbeddedWorkspace, monkeypatch: pytest.MonkeyPatch, protocol: str
):
    user = workspace.credentials("admin")
    monkeypatch.setenv("ACCSYN_DOMAIN", user.workspace)
    monkeypatch.setenv("ACCSYN_API_USER", user.username)
    monkeypatch.setenv("ACCSYN_API_KEY", user.api_key)
    with Session(url=workspace.url, verify=workspace.ca_bundle, protocol=protocol) as session:
        assert session.me().code == user.username


def test_session_with_password_ends_after_ten_hours_and_says_so():
    clock = ManualClock()
    with EmbeddedWorkspace(seed="empty", clock=clock) as workspace:
        user = workspace.credentials("employee")
        with Session(
            user.workspace, user.username, pwd=user.password, url=workspace.url
        ) as session:
            assert session.find("User")
            clock.advance(hours=10, seconds=-1)
            assert session.find("User")
            clock.advance(hours=10, seconds=1)
            with pytest.raises(SessionExpiredError):
                session.find("User")
            assert session.get_last_message()


def test_session_with_api_key_outlives_its_session_key_unnoticed():
    clock = ManualClock()
    with (
        EmbeddedWorkspace(seed="empty", clock=clock) as workspace,
        workspace.session("employee", protocol="v1") as session,
    ):
        assert session.find("User")
        first = session.get_session_key()
        clock.advance(days=40)
        assert session.find("User")
        assert session.get_session_key() != first


def test_verbose_and_logfile(
    workspace: EmbeddedWorkspace, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    log = tmp_path / "accsyn.log"
    user = workspace.credentials("admin")
    with Session(
        user.workspace,
        user.username,
        user.api_key,
        url=workspace.url,
        verify=workspace.ca_bundle,
        verbose=True,
        path_logfile=log,
    ) as session:
        session.find_one("User")
    written = log.read_text("utf-8")
    assert "user/find" in written
    assert user.api_key not in written + "".join(capfd.readouterr())


# -- Testing the session --------------------------------------------------------------------------


def test_find_one_user_is_the_own_profile(session: Session):
    profile = session.find_one("User")
    assert profile is not None
    me = session.me()
    assert isinstance(me, User)
    assert (me.id, me.code) == (profile["id"], profile["code"])
    assert me.modified is not None
    assert me.modified.tzinfo is not None


# -- Query ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", [Job, Queue, User])
def test_find_lists_all_entities(session: Session, entity: type[Job | Queue | User]):
    records = session.find(entity.__name__)
    entities = entity.where().all()
    assert records
    assert [each.id for each in entities] == [record["id"] for record in records]


def test_nested_query_in_its_most_complex_form(session: Session):
    records = session.find(NESTED)
    mine_from_elsewhere = (Job.user == "5bfeb0381da7ee4095fa217e") & (Job.source != "hq")
    typed = Job.where(mine_from_elsewhere | (Job.status != "failed"), Job.code == "Daily backup")
    assert typed == Job.parse(NESTED)
    assert [job.id for job in typed] == [record["id"] for record in records]
    backups = session.find('Job WHERE code="Daily backup"')
    assert 0 < len(records) < len(backups)


def test_find_one_with_limited_attributes(session: Session):
    record = session.find_one(f"Job where id={JOB_ID}", attributes=["source", "destination"])
    assert record is not None
    assert set(record) == {"id", "source", "destination"}
    job = Job.where(Job.id == JOB_ID).only(Job.source, Job.destination).one()
    assert (job.source, job.destination) == (record["source"], record["destination"])


def test_paginated_query(session: Session):
    there = len(session.find("Job"))
    for number in range(160 - there):
        session.create(
            "Job", {"code": f"page-{number}", "source": "share=projects/a/b", "destination": "/x/"}
        )
    page = session.find("Job", skip=100, limit=50)
    everything = session.find("Job")
    assert len(everything) == 160
    assert [job["id"] for job in page] == [job["id"] for job in everything[100:150]]
    assert [job.id for job in Job.where().skip(100).limit(50)] == [job["id"] for job in page]


# -- Create, modify, delete -----------------------------------------------------------------------


def test_create_update_delete_as_dictionaries(session: Session):
    queue = session.create("Queue", {"code": "panic", "priority": 1000})
    assert isinstance(queue, dict)
    assert session.update("Queue", queue["id"], {"priority": 900})["priority"] == 900
    assert session.delete_one("Queue", queue["id"])
    assert session.find_one("Queue WHERE code=panic") is None


@pytest.mark.usefixtures("session")
def test_create_update_delete_as_entities():
    queue = Queue(code="panic", name="panic", priority=1000).save()
    queue.priority = 900
    queue.save()
    assert Queue.get(queue.id).priority == 900
    queue.delete()
    assert Queue.where(Queue.code == "panic").first() is None


def test_obtain_modify_and_delete_a_job_as_dictionaries(session: Session):
    job = session.find_one('Job WHERE code="my_transfer"')
    assert job is not None
    assert session.update("Job", job["id"], {"status": "paused"})["status"] == "paused"
    session.delete_one("Job", job["id"])
    assert session.find_one('Job WHERE code="my_transfer"') is None


@pytest.mark.usefixtures("session")
def test_obtain_modify_and_delete_a_job_as_entity():
    job = Job.where(Job.code == "my_transfer").one()
    job.status = JobStatus.PAUSED
    job.save()
    assert job.refresh().status is JobStatus.PAUSED
    job.delete()
    with pytest.raises(EntityNotFoundError):
        Job.where(Job.code == "my_transfer").one()


# -- Error handling -------------------------------------------------------------------------------


def test_message_of_the_last_error_can_be_fetched(session: Session):
    with pytest.raises(BackendError) as caught:
        session.update("Job", JOB_ID, {"status": "running"})
    assert session.get_last_message()
    assert session.get_last_message() in {caught.value.message, caught.value.message_hr}
