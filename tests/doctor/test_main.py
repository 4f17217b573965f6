"""The doctor where nothing but the core is installed, and on the command line."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from accsyn_orm.doctor import Finding, Patient, State, examine, interpreter
from accsyn_orm.doctor.__main__ import main


def test_lines_say_what_to_do(plain, capsys):
    assert main(["--env-file", str(plain)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith(("ok   ", "warn ")) for line in lines)
    assert str(Finding("a", State.FAIL, "b", "c")) == "fail a            b – c"


def test_json_holds_the_same(plain, capsys):
    assert main(["--env-file", str(plain), "--json", "--timeout", "5"]) == 0
    checks = [row["check"] for row in json.loads(capsys.readouterr().out)]
    assert {"python", "packages", "credentials", "host", "clock", "sign-in"} <= {*checks}


def test_exit_code_is_one_when_anything_cannot_work(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main([]) == 1
    assert "fail credentials  nothing says who signs in – run accsyn-orm login" in (
        capsys.readouterr().out
    )


def test_check_that_breaks_is_a_finding_and_the_others_go_on(monkeypatch):
    def breaks():
        yield Finding("python", State.OK, "fine so far")
        raise ZeroDivisionError

    monkeypatch.setattr(interpreter, "examine_interpreter", breaks)
    found = list(examine(Patient(environ={})))
    assert [line.text for line in found[:2]] == [
        "fine so far",
        "could not be examined: ZeroDivisionError",
    ]
    assert found[-1].check == "network"


def test_core_alone_is_enough(plain):
    script = (
        "import sys\n"
        "for name in ('typer', 'rich', 'yaml', 'sqlalchemy', 'starlette', 'keyring', 'click'):\n"
        "    sys.modules[name] = None\n"
        "from accsyn_orm.doctor.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-W", "error", "-c", script, "--env-file", str(plain)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ok   sign-in" in done.stdout


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_command_line_shows_the_same(plain, monkeypatch, capsys, options):
    from accsyn_orm.cli import app

    arguments = ["accsyn-orm", "doctor", "--env-file", str(plain), *options]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as left:
        app.main()
    out = capsys.readouterr().out
    assert left.value.code == 0
    assert "sign-in" in out
    assert "\x1b" not in out
    if options:
        assert json.loads(out)[0]["check"] == "python"
