"""Profiles on disk and in the keyring."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from accsyn_orm import ConfigurationError
from accsyn_orm.profiles import ProfileStore
from accsyn_orm.profiles.directory import config_directory

VALUES = {"ACCSYN_WORKSPACE": "acmefilm", "ACCSYN_API_USER": "a@b.c", "ACCSYN_API_KEY": "s3cret"}


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1
    mood = "works"

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.mood == "refuses":
            raise keyring.errors.PasswordSetError
        self.keys[service, username] = "" if self.mood == "forgets" else password

    def get_password(self, service: str, username: str) -> str | None:
        if self.mood == "locked":
            raise keyring.errors.KeyringLocked
        return self.keys.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        if self.mood == "keeps":
            raise keyring.errors.PasswordDeleteError
        del self.keys[service, username]


@pytest.fixture
def ring() -> Iterator[Ring]:
    before, ring = keyring.get_keyring(), Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    return ProfileStore(tmp_path / "deep" / "profiles")


@pytest.mark.parametrize("value", ["plain", "with blank # and", 'a "quote"', "it's", " x ", "ü=1"])
def test_values_come_back_as_they_were(store, value):
    store.save("a", VALUES | {"ACCSYN_API_KEY": value}, use_keyring=False)
    assert store.load("a").values == VALUES | {"ACCSYN_API_KEY": value}


@pytest.mark.parametrize("value", ["a\nACCSYN_URL=http://evil", "a\r", "\0", "both \" and '"])
def test_values_that_a_file_cannot_hold_are_refused(store, value):
    with pytest.raises(ConfigurationError) as refused:
        store.save("a", VALUES | {"ACCSYN_API_KEY": value}, use_keyring=False)
    assert value not in str(refused.value)
    assert store.names() == []


def test_file_is_its_owners_alone_whatever_the_mask(store):
    before = os.umask(0)
    try:
        profile = store.save("a", VALUES, use_keyring=False)
        profile.path.chmod(0o666)
        profile = store.save("a", VALUES, use_keyring=False)
    finally:
        os.umask(before)
    assert stat.S_IMODE(profile.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.directory.stat().st_mode) == 0o700
    assert [path.name for path in store.directory.iterdir()] == ["a.env"]


def test_profiles_are_listed_and_deleted(store):
    for name in ("b", "a"):
        store.save(name, VALUES, use_keyring=False)
    assert store.names() == ["a", "b"]
    store.delete("a")
    assert store.names() == ["b"]
    assert not store.has("a")
    with pytest.raises(ConfigurationError, match="there is no profile 'a'"):
        store.delete("a")
    with pytest.raises(ConfigurationError, match="there is: b; make it with: accsyn-orm login"):
        store.load("a")


@pytest.mark.parametrize("name", ["", "../a", "a/b", ".hidden", "a b", "x" * 65, "a\n"])
def test_names_cannot_leave_the_directory(store, name):
    with pytest.raises(ConfigurationError, match="is no name of a profile"):
        store.save(name, VALUES)


def test_directory_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot write"):
        ProfileStore(tmp_path / "file" / "profiles").save("a", VALUES, use_keyring=False)


def test_keyring_holds_the_key_instead_of_the_file(store, ring):
    profile = store.save("a", VALUES)
    assert profile.in_keyring
    assert "s3cret" not in profile.path.read_text("utf-8")
    assert "s3cret" not in repr(profile)
    assert store.load("a").values == VALUES
    store.delete("a")
    assert ring.keys == {}


@pytest.mark.parametrize("mood", ["refuses", "forgets", "locked"])
def test_keyring_that_does_not_work_is_not_relied_on(store, ring, mood):
    ring.mood = mood
    assert not store.save("a", VALUES).in_keyring
    assert store.load("a").values == VALUES


def test_key_goes_from_the_keyring_when_the_file_takes_over(store, ring):
    store.save("a", VALUES)
    store.save("a", VALUES | {"ACCSYN_API_KEY": "new"}, use_keyring=False)
    assert ring.keys == {}
    assert store.load("a").values["ACCSYN_API_KEY"] == "new"


def test_locked_keyring_is_told(store, ring):
    store.save("a", VALUES)
    ring.mood = "locked"
    with pytest.raises(ConfigurationError, match=r"not in the keyring.*login --profile a"):
        store.load("a")
    ring.mood = "keeps"
    store.delete("a")
    assert store.names() == []


def test_no_keyring_at_all_means_the_file(store, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "keyring", None)
    assert not store.save("a", VALUES).in_keyring
    assert store.load("a").values == VALUES
    (store.directory / "b.env").write_text("ACCSYN_WORKSPACE=x\n")
    with pytest.raises(ConfigurationError, match="not in the keyring"):
        store.load("b")


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {"XDG_CONFIG_HOME": "/x"}, "/x/accsyn_orm"),
        ("linux", {}, "~/.config/accsyn_orm"),
        ("darwin", {}, "~/Library/Application Support/accsyn_orm"),
        ("linux", {"ACCSYN_CONFIG_DIR": "~/here"}, "~/here"),
    ],
)
def test_directory_is_the_one_of_the_operating_system(monkeypatch, platform, environ, expected):
    monkeypatch.setattr("sys.platform", platform)
    assert config_directory(environ) == Path(expected).expanduser()
