"""Signing in once for all commands that follow."""

from __future__ import annotations

import io
import json
import os
import stat
from pathlib import Path

import pytest
from terminals import Terminal

from accsyn_orm.testing import EmbeddedWorkspace


@pytest.fixture
def workspace(shared: EmbeddedWorkspace) -> EmbeddedWorkspace:
    return shared


@pytest.fixture
def nobody(workspace: EmbeddedWorkspace, monkeypatch: pytest.MonkeyPatch) -> EmbeddedWorkspace:
    """A workspace that the environment does not name."""
    for name in list(os.environ):
        if name.startswith("ACCSYN_") and name != "ACCSYN_CONFIG_DIR":
            monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return workspace


def options(workspace: EmbeddedWorkspace, role: str = "admin") -> tuple[list[str], str]:
    who = workspace.credentials(role)
    return ["--workspace", who.workspace, "--username", who.username, "--url", workspace.url], (
        who.api_key
    )


def test_login_is_kept_for_what_follows_and_logout_forgets_it(nobody, run_alone, config):
    given, key = options(nobody)
    code, out, talk = run_alone("login", *given, text=f"{key}\n")
    assert (code, out) == (0, "")
    assert f"signed in to {nobody.url} as {nobody.credentials().username} (admin)" in talk
    assert key not in talk
    path = config / "profiles" / "default.env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = json.loads(run_alone("whoami")[1])
    assert told["signed in with"] == f"profile default ({path})"
    assert run_alone("logout")[0] == 0
    assert not path.exists()
    assert run_alone("whoami")[0] == 4
    assert run_alone("logout")[0] == 1


def test_profiles_are_chosen_by_option_or_variable(nobody, run_alone, monkeypatch):
    for role in ("employee", "standard"):
        given, key = options(nobody, role)
        assert run_alone("login", "--profile", role, *given, text=key)[0] == 0
    assert json.loads(run_alone("whoami", "--profile", "standard")[1])["role"] == "standard"
    monkeypatch.setenv("ACCSYN_PROFILE", "employee")
    assert json.loads(run_alone("whoami")[1])["role"] == "employee"
    assert run_alone("find", "Queue")[0] == 0
    assert run_alone("update", "Queue WHERE code=low", "priority=1", "--dry-run")[0] == 0
    code, _, talk = run_alone("create", "Queue", "name=A", "--profile", "standard")
    assert code == 4, talk


def test_environment_goes_before_a_profile_that_is_not_named(run, workspace):
    given, key = options(workspace, "standard")
    code, _, talk = run("login", *given, text=key)
    assert (code, "the environment says who signs in" in talk) == (0, True)
    assert json.loads(run("whoami")[1])["role"] == "admin"
    assert json.loads(run("whoami", "--profile", "default")[1])["role"] == "standard"


def test_environment_says_where_and_how_to_get_there(nobody, run_alone, config, monkeypatch):
    given, key = options(nobody)
    monkeypatch.setenv("ACCSYN_URL", nobody.url)
    monkeypatch.setenv("ACCSYN_PROXY", "socks:127.0.0.1:1")
    code, _, talk = run_alone("login", *given[:4], text=key)
    assert (code, "through a proxy, plain http" in talk) == (1, True)
    monkeypatch.delenv("ACCSYN_PROXY")
    monkeypatch.setenv("ACCSYN_CA_BUNDLE", __file__)
    assert run_alone("login", *given[:4], text=key)[0] == 0
    kept = (config / "profiles" / "default.env").read_text("utf-8")
    assert nobody.url in kept
    assert "ACCSYN_CA_BUNDLE" not in kept


def test_refused_key_is_not_kept(nobody, run_alone, config):
    given, _ = options(nobody)
    code, _, talk = run_alone("login", *given, text="wrong-key-of-mine\n")
    assert code == 4
    assert "wrong-key-of-mine" not in talk
    assert not config.exists()


def test_file_can_be_taken_over(nobody, run_alone):
    code, _, talk = run_alone("login", "--env-file", ".env.employee")
    assert code == 0, talk
    Path(".env.employee").unlink()
    assert json.loads(run_alone("whoami")[1])["role"] == "employee"


@pytest.mark.parametrize(
    ("arguments", "text", "said"),
    [
        ([], "", "--workspace: is not given, and nobody is there to ask"),
        (["--workspace", "a"], "", "--username: is not given"),
        (["--workspace", "a", "--username", "b"], "\n", "key: is empty"),
    ],
)
def test_what_is_missing_is_told(nobody, run_alone, arguments, text, said):
    code, out, talk = run_alone("login", *arguments, text=text)
    assert (code, out) == (2, "")
    assert said in talk


def test_wrong_name_is_refused_before_anything_is_asked(nobody, run_alone):
    assert run_alone("login", "--profile", "a/b")[0] == 1


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_who_sits_there_is_asked_for_what_is_missing(nobody, run_alone, monkeypatch):
    given, key = options(nobody)
    monkeypatch.setattr(io, "StringIO", Keyboard)
    monkeypatch.setattr("typer._click.termui.hidden_prompt_func", lambda _: f" {key} ")
    monkeypatch.setenv("ACCSYN_WORKSPACE", given[1])  # offered, and taken with Return
    code, _, talk = run_alone("login", *given[4:], text=f"\n{given[3]}\n")
    assert code == 0, talk
    assert f"Workspace [{given[1]}]:" in talk
    assert key not in talk
    assert "signed in to" in talk


def test_terminal_is_asked_and_does_not_show_the_key(nobody):
    given, key = options(nobody)
    terminal = Terminal("login", *given[2:])
    terminal.wait_for("Workspace: ")
    terminal.type("acmefilm\n")
    terminal.wait_for("API key (is not shown): ")
    terminal.type(f"{key}\n")
    assert terminal.end() == 0
    assert "signed in to" in terminal.seen
    assert key not in terminal.seen
