"""Every evening the dailies of a show go to the client, with one person more than last time."""

from __future__ import annotations

from datetime import date

import pytest

from accsyn_orm import Delivery, Transfer, Volume
from accsyn_orm.testing import EmbeddedWorkspace, ManualClock

CLIENT = "lisa@example.com"
SUPERVISOR = "pete@vendor.com"


@pytest.fixture
def dailies(accsyn_workspace: EmbeddedWorkspace) -> list[str]:
    """Leave the dailies of today on the volume."""
    folder = accsyn_workspace.volume("projects") / "TheProject" / "dailies"
    folder.mkdir(parents=True)
    for shot in ("sh010", "sh020"):
        (folder / f"{shot}.mov").write_bytes(shot.encode() * 100)
    return ["sh010.mov", "sh020.mov"]


CLOCK = ManualClock()


@pytest.mark.accsyn(clock=CLOCK)
def test_dailies_are_delivered_and_downloaded(accsyn_session, dailies, accsyn_workspace):
    accsyn_session.login()
    with accsyn_session.stats.measure() as asked:
        projects = Volume.where(Volume.code == "projects").one()
        found = projects.ls("TheProject/dailies", include=["*.mov"])
        delivery = Delivery(
            name=f"Dailies {date(2026, 11, 24)}",
            tasks=[file.path for file in found],
            recipients=[CLIENT],
            status="init",
        ).save()
        delivery.add_recipient(SUPERVISOR)
        delivery.submit()
    # The volume, its files, the delivery, who the supervisor is and the grant, the submission.
    assert asked.requests == 6
    assert sorted(file.name for file in found) == dailies
    assert {person.email for person in delivery.recipients} == {CLIENT, SUPERVISOR}

    CLOCK.advance(seconds=60)  # the files are measured, and mails sent
    assert delivery.refresh().status == "waiting"

    with accsyn_workspace.session("standard") as lisa:
        assert lisa.username == CLIENT
        download = Transfer(parent=delivery, destination="/dailies/").save(session=lisa)
        accsyn_workspace.run_transfers()
        assert download.wait(timeout=20).status == "done"
        assert [job.id for job in delivery.transfers.finished()] == [download.id]
    received = accsyn_workspace.computer("standard") / "dailies"
    assert sorted(path.name for path in received.rglob("*.mov")) == dailies
