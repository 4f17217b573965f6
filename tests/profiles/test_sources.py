"""What a session signs in with: never half from here and half from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from accsyn_orm import ConfigurationError, Session
from accsyn_orm.profiles import ProfileStore, choose_source
from accsyn_orm.testing import EmbeddedWorkspace

ENVIRONMENT = {
    "ACCSYN_WORKSPACE": "acmefilm",
    "ACCSYN_API_USER": "env@user.com",
    "ACCSYN_API_KEY": "env-key",
    "ACCSYN_URL": "https://env.example.com:443",
    "PATH": "/bin",
}
PROFILE = {
    "ACCSYN_WORKSPACE": "other",
    "ACCSYN_API_USER": "profile@user.com",
    "ACCSYN_API_KEY": 'profile "key" #1',
}


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    store = ProfileStore(tmp_path)
    for name in ("default", "studio"):
        store.save(name, PROFILE | {"ACCSYN_API_USER": f"{name}@user.com"}, use_keyring=False)
    return store


@pytest.mark.parametrize(
    ("profile", "environ", "user", "label"),
    [
        ("studio", ENVIRONMENT, "studio@user.com", "profile studio"),
        (None, ENVIRONMENT, "env@user.com", "environment"),
        (None, ENVIRONMENT | {"ACCSYN_PROFILE": "studio"}, "env@user.com", "environment"),
        (None, {"ACCSYN_PROFILE": "studio"}, "studio@user.com", "profile studio"),
        (None, {"ACCSYN_PROFILE": " "}, "default@user.com", "profile default"),
        (None, {}, "default@user.com", "profile default"),
        (None, {"ACCSYN_WORKSPACE": "x"}, None, "environment"),
    ],
)
def test_named_beats_environment_beats_profile(store, profile, environ, user, label):
    source = choose_source(profile=profile, environ=environ, store=store)
    assert source.environ.get("ACCSYN_API_USER") == user
    assert source.label.startswith(label)
    assert "key" not in source.label


def test_key_of_a_profile_does_not_go_where_the_environment_points(store):
    source = choose_source(profile="studio", environ=ENVIRONMENT, store=store)
    assert "ACCSYN_URL" not in source.environ
    assert source.environ["ACCSYN_API_KEY"] == PROFILE["ACCSYN_API_KEY"]
    assert source.environ["PATH"] == "/bin"


def test_way_to_the_network_is_completed_from_the_environment(store):
    environ = {"ACCSYN_PROXY": "socks:proxy:1080", "ACCSYN_CA_BUNDLE": "/ca.pem"}
    assert dict(environ) | dict(choose_source(environ=environ, store=store).environ) == {
        **PROFILE,
        "ACCSYN_API_USER": "default@user.com",
        **environ,
    }


def test_env_file_that_is_named_beats_everything(store, tmp_path):
    path = tmp_path / "file"
    path.write_text("ACCSYN_API_USER=file@user.com\nACCSYN_API_KEY=k\n")
    source = choose_source(env_file=path, profile="studio", environ=ENVIRONMENT, store=store)
    assert source.environ["ACCSYN_API_USER"] == "file@user.com"
    assert "ACCSYN_WORKSPACE" not in source.environ
    assert source.path == path


def test_nothing_at_all_is_told_apart(tmp_path):
    assert choose_source(environ={}, store=ProfileStore(tmp_path)).is_empty
    with pytest.raises(ConfigurationError, match="there is: none yet"):
        choose_source(environ={"ACCSYN_PROFILE": "x"}, store=ProfileStore(tmp_path))


def test_file_that_the_environment_names_is_told(store):
    source = choose_source(environ={"ACCSYN_CREDENTIALS_PATH": "/x/.env"}, store=store)
    assert (source.label, source.path) == ("environment, and file /x/.env", Path("/x/.env"))


def test_session_takes_its_settings_from_a_source(tmp_path, monkeypatch):
    monkeypatch.setenv("ACCSYN_URL", "http://127.0.0.1:1")
    with EmbeddedWorkspace(seed="empty") as workspace:
        workspace.write_environment(tmp_path)
        source = choose_source(env_file=tmp_path / ".env.standard")
        with Session(environ=source.environ) as session:
            assert session.me().role == "standard"
            assert session.host == workspace.url
