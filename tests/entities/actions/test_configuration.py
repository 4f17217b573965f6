"""Settings as a mapping, and the log."""

from __future__ import annotations

from datetime import timezone

import pytest

from accsyn_orm import (
    Client,
    ConfigurationError,
    EntityStateError,
    EntityValidationError,
    Folder,
    Home,
    LogEntry,
    Queue,
    ReadOnlyAttributeError,
    Server,
    Settings,
    Site,
    Transfer,
    User,
    Volume,
    Workspace,
)


@pytest.fixture
def volume(session) -> Volume:
    found = session.query(Volume).where(Volume.code == "library").one()
    found.settings.clear()
    return found


# -- a mapping ------------------------------------------------------------------------------------


def test_settings_are_set_read_listed_and_taken_away(volume: Volume) -> None:
    volume.settings["transfer_speedlimit"] = 50
    volume.settings.update(transfer_mode="onewaysync", transfer_resume=True)
    expected = {
        "transfer_speedlimit": "50", "transfer_mode": "onewaysync", "transfer_resume": "true",
    }  # fmt: skip
    assert volume.settings == expected
    assert list(volume.settings) == list(expected)
    assert "task_bucketsize" not in volume.settings
    del volume.settings["transfer_mode"]
    assert volume.settings.get("transfer_mode") is None
    with pytest.raises(KeyError, match="transfer_mode"):
        del volume.settings["transfer_mode"]
    with pytest.raises(KeyError, match="transfer_mode"):
        _ = volume.settings["transfer_mode"]


def test_one_request_loads_all_of_them(session, volume: Volume) -> None:
    volume.settings["transfer_mode"] = "copy"
    before = session.stats.requests
    settings = volume.settings
    assert session.stats.requests == before
    assert (dict(settings), len(settings), settings["transfer_mode"]) == (
        {"transfer_mode": "copy"}, 1, "copy",
    )  # fmt: skip
    assert session.stats.requests == before + 1
    settings["transfer_mode"] = "onewaysync"
    assert settings == {"transfer_mode": "onewaysync"}
    del settings["transfer_mode"]
    assert settings == {}
    assert session.stats.requests == before + 3
    volume.settings["transfer_mode"] = "copy"
    assert settings == {}
    settings.refresh()
    assert settings == {"transfer_mode": "copy"}


def test_what_holds_is_inherited_or_the_default(session, volume: Volume) -> None:
    folder = Folder(name="Settled", parent=volume, path="settled").save()
    volume.settings["transfer_speedlimit"] = "7"
    assert folder.settings == {}
    assert folder.settings.effective["transfer_speedlimit"] == "7"
    assert folder.settings.effective["transfer_mode"] == "copy"
    session.settings["task_bucketsize"] = 20
    assert session.settings == {"task_bucketsize": "20"}
    assert folder.settings.effective["task_bucketsize"] == "20"
    del session.settings["task_bucketsize"]
    with pytest.raises(TypeError):
        folder.settings.effective["task_bucketsize"] = "1"


@pytest.mark.parametrize("cls", [Home, User, Queue, Client, Server, Workspace])
def test_everything_that_accsyn_says_has_settings_has_them(session, cls) -> None:
    entity = cls.where().all()[-1]
    entity.settings["transfer_speedlimit"] = 3
    assert entity.settings == {"transfer_speedlimit": "3"}
    del entity.settings["transfer_speedlimit"]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("transfer_mode", None, "no text, number or truth value"),
        ("transfer_mode", ["copy"], "no text, number or truth value"),
        ("transfer_mode", float("nan"), "no text, number or truth value"),
        ("", "copy", "is no name"),
        (5, "copy", "is no name"),
    ],
)
def test_what_is_no_text_is_refused_before_anything_is_sent(
    session, volume: Volume, name, value, reason: str
) -> None:
    before = session.stats.requests
    with pytest.raises(EntityValidationError, match=reason):
        volume.settings[name] = value
    assert session.stats.requests == before


def test_v1_reads_one_setting_at_a_time_and_cannot_list_them(workspace) -> None:
    with workspace.session("admin", "v1") as session:
        volume = Volume.where(Volume.code == "projects").one()
        volume.settings["transfer_resume"] = True
        session.settings["transfer_mode"] = "onewaysync"
        assert volume.settings["transfer_resume"] == "true"
        assert volume.settings["transfer_mode"] == "onewaysync"
        session.settings["transfer_mode"] = "copy"
        with pytest.raises(KeyError):
            _ = volume.settings["transfer_attributes"]
        for ask in (
            lambda: list(volume.settings),
            lambda: volume.settings.effective,
            lambda: volume.settings.pop("transfer_resume"),
        ):
            with pytest.raises(ConfigurationError, match="v3 only"):
                ask()


def test_values_that_are_no_text_become_text(v3, monkeypatch) -> None:
    class Keeper:
        protocol = "v3"

        def get_settings(self, *_: object, **__: object) -> dict[str, object]:
            return {"a": 1, "b": False, "c": ["x"], "d": "é"}

        get_setting = set_setting = delete_setting = get_settings

    volume = Volume.load_record({"id": "a" * 24}, v3)
    for name in ("get_settings", "get_setting", "set_setting", "delete_setting"):
        monkeypatch.setattr(v3, name, getattr(Keeper(), name), raising=False)
    assert volume.settings == {"a": "1", "b": "false", "c": '["x"]', "d": "é"}
    assert repr(volume.settings) == f"<Settings of {volume!r}>"


def test_what_the_backend_does_not_set_is_an_error(volume: Volume, monkeypatch) -> None:
    monkeypatch.setattr(volume.session, "set_setting", lambda *_: False)
    with pytest.raises(EntityStateError, match="did not set 'transfer_mode'"):
        volume.settings["transfer_mode"] = "copy"


def test_new_entities_and_plain_backends_have_no_settings(v3) -> None:
    with pytest.raises(EntityStateError, match="save"):
        _ = Folder(code="a", path="a").settings
    with pytest.raises(EntityStateError, match="no calls about settings: use a Session"):
        _ = Folder.load_record({"id": "a" * 24}, v3).settings


# -- of jobs --------------------------------------------------------------------------------------


def test_settings_of_a_job_are_created_with_it_and_then_kept_by_the_backend(session) -> None:
    job = Transfer(
        source="volume=projects/TheProject/README.txt", destination="lisa@example.com:",
        settings={"task_bucketsize": 5}, status="paused",
    )  # fmt: skip
    job.settings["transfer_resume"] = True
    assert isinstance(job.settings, Settings)
    assert job.settings == {"task_bucketsize": "5", "transfer_resume": "true"}
    del job.settings["transfer_resume"]
    assert (len(job.settings), repr(job.settings)) == (1, "<Settings of a new Transfer>")
    job.settings.refresh()
    with pytest.raises(EntityStateError, match="what it inherits"):
        _ = job.settings.effective
    with pytest.raises(EntityValidationError, match="no text, number"):
        job.settings["task_bucketsize"] = [1]
    job.save()
    assert job.settings == {"task_bucketsize": "5"}
    job.settings["transfer_mode"] = "copy"
    assert not job.changes
    assert Transfer.get(job.id).settings == {"task_bucketsize": "5", "transfer_mode": "copy"}
    assert job.settings.effective["job_on_missing"] == "fail"
    with pytest.raises(ReadOnlyAttributeError):
        job.settings = {"transfer_mode": "copy"}
    with pytest.raises(AttributeError, match="cannot be queried"):
        _ = Transfer.settings


# -- logs -----------------------------------------------------------------------------------------


def test_log_of_an_entity_is_read(volume: Volume) -> None:
    volume.description = "logged"
    volume.save()
    rows = volume.logs(newest_first=True)
    assert isinstance(rows[0], LogEntry)
    assert rows[0].date
    assert rows[0].date.tzinfo is timezone.utc
    assert all(row.values["entityid"] == volume.id for row in rows)
    assert volume.logs(limit=1) == volume.logs()[:1]
    assert volume.logs("no such text") == []
    with pytest.raises(TypeError):
        rows[0].values["message"] = "other"


def test_log_needs_v3_a_session_and_a_saved_entity(workspace, v3) -> None:
    site = Site.load_record({"id": "a" * 24}, v3)
    with pytest.raises(EntityStateError, match="no calls about logs: use a Session"):
        site.logs()
    with pytest.raises(EntityStateError, match="save"):
        Site(name="a").logs()
    with workspace.session("admin", "v1"):
        hq = Site.where(Site.code == "hq").one()
        with pytest.raises(ConfigurationError, match="v3 only"):
            hq.logs()


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-03-01T12:00:00", "2026-03-01T12:00:00+00:00"),
        ("2026-03-01T13:00:00+01:00", "2026-03-01T12:00:00+00:00"),
        ("yesterday", "None"),
        (None, "None"),
        (5, "None"),
    ],
)
def test_dates_of_the_log_are_moments_or_nothing(date, expected: str) -> None:
    moment = LogEntry.of({"date": date}).date
    assert (moment.isoformat() if moment else "None") == expected
