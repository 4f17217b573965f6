"""The kinds of jobs: what each is in each generation."""

from __future__ import annotations

import pytest

from accsyn_orm import (
    Compute,
    ConfigurationError,
    Delivery,
    DeliveryStatus,
    EntityNotFoundError,
    EntityValidationError,
    Job,
    JobStatus,
    Query,
    ReadOnlyAttributeError,
    Request,
    Stream,
    Transfer,
)
from accsyn_orm.entities.types.base_job import BaseJob
from accsyn_orm.entities.types.package import Package

KINDS = [Job, Transfer, Compute, Delivery, Request, Stream]
PACKAGES = [Delivery, Request, Stream]
RENDER = {
    "engine": "nuke-13",
    "input": "volume=projects/show/comp.nk",
    "output": "volume=projects/show/out",
    "range": "1-3",
}


@pytest.mark.parametrize("cls", KINDS)
def test_every_kind_has_what_jobs_have(cls) -> None:
    assert issubclass(cls, BaseJob)
    assert BaseJob.__entity_attributes__.keys() <= cls.__entity_attributes__.keys()
    assert {"status", "source", "destination", "parent"} <= cls.__entity_attributes__.keys()


@pytest.mark.parametrize("cls", [BaseJob, Package])
def test_what_kinds_have_in_common_is_no_type_of_its_own(cls) -> None:
    assert cls.__entity_type__ == ""


@pytest.mark.parametrize(
    ("job", "kind"),
    [
        (Transfer(source="volume=projects/a", destination="lisa@example.com"), JobStatus),
        (Compute(**RENDER), JobStatus),
        (Delivery(name="References"), DeliveryStatus),
        (Request(name="Your plates", destination="volume=projects/in"), DeliveryStatus),
        (Stream(name="Rushes"), DeliveryStatus),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseJob) else "",
)
def test_a_job_of_each_kind_is_made_found_and_read(session, job, kind) -> None:
    saved = job.save()
    cls = type(saved)
    found = cls.where(cls.id == saved.id).one()
    assert found == saved == cls.get(saved.id)
    assert isinstance(found.status, kind)
    assert found.status.is_known
    assert found.extra == {}
    assert found.user.fetch().code == session.username
    assert isinstance(found.tasks, Query)
    assert found.parent.fetch().default is True
    found.metadata = {"shot": "sh010"}
    assert found.save().refresh().metadata == {"shot": "sh010"}


def test_kinds_do_not_find_each_other(session) -> None:
    render = Compute(**RENDER).save()
    sent = Delivery(name="References").save()
    for other in {*KINDS} - {Compute}:
        assert other.where(other.id == render.id).all() == []
    for other in (Transfer, Delivery, Request, Stream):
        with pytest.raises(EntityNotFoundError):
            other.get(render.id)
    assert Stream.where(Stream.id == sent.id).all() == []


def test_the_engine_is_read_as_its_id(session) -> None:
    render = Compute(**RENDER).save().refresh()
    assert render.engine_hr.startswith("nuke-13")
    assert Compute.where(Compute.engine == render.engine, Compute.id == render.id).exists()


def test_compute_jobs_are_jobs_in_v1(session, v1_session) -> None:
    plain = Job(source="volume=projects/a", destination="lisa@example.com").save()
    render = Compute(**RENDER, name="Comp").save()
    assert (render.is_new, render.name) == (False, "Comp")
    found = Compute.where(Compute.name == "Comp")
    assert render in found.all()
    assert plain not in Compute.where().all()
    assert all(job.type == 3 for job in Compute.where())
    assert Compute.get(render.id) == render
    render.status = "paused"
    assert render.save().refresh().status == "paused"
    render.delete()
    assert Compute.where(Compute.id == render.id).all() == []


def test_a_transfer_is_no_compute_job_whatever_v1_answers(v1_session) -> None:
    plain = Job(source="volume=projects/a", destination="lisa@example.com").save()
    with pytest.raises(EntityNotFoundError):
        Compute.get(plain.id)


@pytest.mark.parametrize("cls", PACKAGES)
def test_v1_knows_no_packages_and_is_not_asked(v1, cls) -> None:
    for ask in (cls.where().all, cls(name="x").save, lambda: cls.get("a" * 24)):
        with pytest.raises(ConfigurationError, match=f"{cls.__name__} exists in v3 only"):
            ask()
    assert v1.calls == []


@pytest.mark.parametrize("cls", PACKAGES)
def test_a_package_starts_composed_or_as_the_workspace_decides(cls) -> None:
    assert cls(name="x", status="init").status == "init"
    for status in ("pending", "waiting", "done"):
        with pytest.raises(EntityValidationError, match="only init"):
            cls(name="x", status=status)


def test_the_files_of_a_request_come_from_its_recipients() -> None:
    with pytest.raises(ReadOnlyAttributeError, match="tasks"):
        Request(name="x", tasks=["volume=projects/a"])


def test_where_files_of_a_delivery_go_to_is_not_the_deliverys() -> None:
    with pytest.raises(ReadOnlyAttributeError, match="destination"):
        Delivery(name="x", destination="/in")


@pytest.mark.parametrize(
    ("now", "wanted", "possible"),
    [
        ("init", "pending", True),
        ("pending", "pending", True),
        ("waiting", "pending", False),
        ("waiting", "aborted", True),
        ("done", "aborted", False),
        ("aborted", "pending", False),
        ("done", "done", True),
    ],
)
def test_status_of_a_delivery_goes_forward_only(now, wanted, possible) -> None:
    assert DeliveryStatus(now).can_become(DeliveryStatus(wanted)) is possible


def test_what_was_submitted_may_be_live_already() -> None:
    assert DeliveryStatus.WAITING.fulfils(DeliveryStatus.PENDING)
    assert not DeliveryStatus.INIT.fulfils(DeliveryStatus.PENDING)
