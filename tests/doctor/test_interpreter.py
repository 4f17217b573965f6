"""Python and its packages, examined."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest

import accsyn_orm
import accsyn_orm.compat
from accsyn_orm.doctor import interpreter

OWN = str(Path(accsyn_orm.__file__).parent.parent)


def found(*path: str) -> dict[str, interpreter.Finding]:
    lines = interpreter.examine_packages([*path, OWN, *sys.path])
    return {line.check: line for line in lines}


def test_python_and_the_program_around_it_are_told(monkeypatch):
    [finding] = interpreter.examine_interpreter()
    assert finding.state == "ok"
    assert finding.text.startswith(f"Python {sys.version_info[0]}.{sys.version_info[1]}.")
    assert "inside" not in finding.text
    monkeypatch.setitem(sys.modules, "hou", types.ModuleType("hou"))
    [finding] = interpreter.examine_interpreter()
    assert "inside Houdini" in finding.text


def test_old_python_cannot_work(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18, "final", 0))
    [finding] = interpreter.examine_interpreter()
    assert (finding.state, finding.advice) == ("fail", "accsyn_orm needs Python 3.10 or newer")


def test_versions_are_told():
    line = found()["packages"]
    assert line.state == "ok"
    for name in ("pydantic", "requests", "lark"):
        assert name in line.text


@pytest.mark.parametrize(
    ("number", "bounds", "expected"),
    [
        ("2.11", ">=2.11,<3", True),
        ("2.11.3", ">=2.11,<3", True),
        ("2.9.1", ">=2.11,<3", False),
        ("3.0", ">=2.11,<3", False),
        ("4.12.0rc1", ">=4.12", True),
        ("1", "", True),
        ("unknown", ">=1", False),
    ],
)
def test_bounds_are_understood(number, bounds, expected):
    assert interpreter.is_within(number, bounds) is expected


@pytest.mark.parametrize(
    ("needed", "said"),
    [
        (["no-such-package>=1"], "no-such-package is not installed"),
        (["requests>=99"], "requests 2"),
        (["rich>=99; extra == 'cli'", "requests>=2"], None),
    ],
)
def test_what_is_missing_or_too_old_cannot_work(monkeypatch, needed, said):
    monkeypatch.setattr(interpreter, "requires", lambda _: needed)
    line = found()["packages"]
    assert line.state == ("fail" if said else "ok")
    assert said is None or said in line.text
    assert said is None or "pip install" in str(line.advice)


def test_checkout_without_metadata_is_examined_too(monkeypatch):
    def missing(_: str) -> None:
        raise interpreter.PackageNotFoundError

    monkeypatch.setattr(interpreter, "requires", missing)
    assert "pydantic" in found()["packages"].text
    monkeypatch.setattr(interpreter, "version", missing)
    assert "from a checkout" in found()["accsyn_orm"].text
    line = found()["packages"]
    assert line.state == "warn"
    assert "does not say which version" in line.text
    # Neither metadata nor a copy.
    monkeypatch.setattr(interpreter, "copies", lambda module, path: [])
    line = interpreter._problem("lark", ">=1", [])
    assert line is not None
    assert (line.state, "not installed" in line.text) == ("fail", True)


def package(directory: Path, name: str) -> str:
    (directory / name).mkdir(parents=True)
    (directory / name / "__init__.py").write_text("")
    return str(directory)


def test_second_copy_of_ours_is_told(tmp_path):
    lines = interpreter.examine_packages([OWN])
    assert next(line for line in lines if line.check == "accsyn_orm").state == "ok"
    line = found(package(tmp_path, "accsyn_orm"))["accsyn_orm"]
    assert line.state == "warn"
    assert f"shadows {tmp_path / 'accsyn_orm'}" in line.text  # ours is loaded already


def test_official_client_is_told_and_no_problem(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "accsyn_api", accsyn_orm.compat)
    assert found()["accsyn_api"].text == "no official client on the path"
    line = found(package(tmp_path, "accsyn_api"))["accsyn_api"]
    assert line.state == "ok"
    assert str(tmp_path) in line.text


def test_library_of_the_host_program_that_wins_is_told(tmp_path, monkeypatch):
    assert found()["shadows"].state == "ok"
    theirs = package(tmp_path / "maya" / "site-packages", "lark")
    monkeypatch.delitem(sys.modules, "lark", raising=False)
    line = found(theirs)["shadows"]
    assert line.state == "warn"
    assert f"lark from {tmp_path / 'maya' / 'site-packages' / 'lark'} comes first" in line.text
    loaded = types.ModuleType("lark")
    loaded.__file__ = str(tmp_path / "maya" / "site-packages" / "lark" / "__init__.py")
    monkeypatch.setitem(sys.modules, "lark", loaded)
    assert "was loaded before" in found()["shadows"].text
