"""Python with a session: scripts through a pipe, two kinds of prompts, completion of queries."""

from __future__ import annotations

import io
import sys
import types

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from IPython.terminal.interactiveshell import TerminalInteractiveShell
from terminals import Terminal
from traitlets.config import Config

from accsyn_orm import Queue
from accsyn_orm.cli import shell
from accsyn_orm.testing import EmbeddedWorkspace


@pytest.fixture
def workspace(shared: EmbeddedWorkspace) -> EmbeddedWorkspace:
    return shared


@pytest.mark.parametrize(
    ("before", "typed", "whole"),
    [
        ('find("', "Job WHERE sta", "Job WHERE status"),
        ("jobs = Job.parse('", "Job WHERE status=fa", "Job WHERE status=failed"),
        ('for job in session.find("', "Jo", "Job"),
        ('session.find_one( "', "Que", "Queue"),
        ("find('", 'Job WHERE code="a" AND sta', 'Job WHERE code="a" AND status'),
    ],
)
def test_query_inside_a_string_is_completed(before, typed, whole):
    assert shell.completions_in(before + typed) == (typed, [whole])


@pytest.mark.parametrize(
    "line", ["", "find(", 'find("Job"', 'find("Job").all()', 'print("Job', "refind", "x = 'Job "]
)
def test_everything_else_is_left_to_the_prompt(line):
    assert shell.completions_in(line) is None


@pytest.fixture
def ipython(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    config = Config()
    config.HistoryManager.enabled = False
    config.Completer.use_jedi = False  # takes seconds to load
    prompt = InteractiveShell(config=config, user_ns={"find": print, "session": print})
    shell.install_completer(prompt)
    return prompt


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('find("Job WHERE status=fa', 'find("Job WHERE status=failed'),
        ('find("Job WHERE sta', 'find("Job WHERE status'),
        ("find('Jo", "find('Job"),
        ("find('Job WHERE (status IN failed,pau", "find('Job WHERE (status IN failed,paused"),
    ],
)
def test_ipython_completes_queries(ipython, line, expected):
    assert completed(ipython, line) == [expected]


def test_ipython_completes_names_as_ever(ipython):
    assert "session" in completed(ipython, "sess")


def completed(prompt: InteractiveShell, line: str) -> list[str]:
    with provisionalcompleter():
        found = list(prompt.Completer.completions(line, len(line)))
    return [line[: one.start] + one.text + line[one.end :] for one in found]


def complete_all(line: str, word: str) -> list[str]:
    """Ask as readline does: for one after the other, until there is no more."""
    library = types.SimpleNamespace(get_line_buffer=lambda: line, get_endidx=lambda: len(line))
    complete = shell.completer_for({"session": 1}, library)
    found: list[str] = []
    while (text := complete(word, len(found))) is not None:
        found.append(text)
    return found


def test_python_completes_queries_and_names():
    assert complete_all('find("Job WHERE status=fa', "fa") == ["failed"]
    assert complete_all('find("Job WHERE sta', "sta") == ["status"]
    assert complete_all("find('Jo", "Jo") == ["Job"]
    assert complete_all("find('Nothing WHERE x", "x") == []
    assert complete_all("sess", "sess") == ["session"]


def test_script_has_a_session_and_all_names(run):
    script = (
        "print(find('Queue WHERE code=low').one().id, session.me().role, Job.__name__, Volume)\n"
        "queue = find('Queue WHERE code=low').one()\n"
        "queue.priority = 77\n"
        "queue.save()\n"
    )
    code, out, talk = run("shell", text=script)
    queue = Queue.where(Queue.code == "low").one()
    assert (code, talk, queue.priority) == (0, "", 77)
    assert out.startswith(f"{queue.id} admin Job <class")


@pytest.mark.parametrize(
    ("script", "exit_code", "said"),
    [
        ("1/0", 1, "ZeroDivisionError"),
        ("x = (", 1, "SyntaxError"),
        ("find('Queue WHERE code=none').one()", 3, "no Queue found"),
        ("find('Queue WHERE cod=none')", 2, "did you mean 'code'"),
        ("import sys; sys.exit(9)", 9, ""),
    ],
)
def test_script_that_fails_says_where_and_leaves_with_a_code(run, script, exit_code, said):
    code, _, talk = run("shell", text=f"pass\n{script}\n")
    assert (code, said in talk) == (exit_code, True), talk
    assert not said or 'File "<stdin>", line 2' in talk
    assert "typer" not in talk


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("colour", [None, "1"])
def test_prompt_knows_session_and_entities(run, monkeypatch, tmp_path, colour):
    begun: list[InteractiveShell] = []

    def mainloop(self: InteractiveShell) -> None:
        begun.append(self)
        assert self.user_ns["session"].me().role == "admin"
        assert self.user_ns["find"]("Queue WHERE code=low").exists()

    # Each of its own: the one instance that IPython keeps would know the settings of the first.
    make = classmethod(lambda cls, **given: cls(**given))
    monkeypatch.setattr(TerminalInteractiveShell, "mainloop", mainloop)
    monkeypatch.setattr(TerminalInteractiveShell, "instance", make)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setattr(io, "StringIO", Keyboard)
    if colour:
        monkeypatch.setenv("NO_COLOR", colour)
    code, out, _ = run("shell")
    assert (code, len(begun)) == (0, 1)
    assert "john@user.com (admin) in acmefilm" in out
    assert len(begun[0].Completer.custom_matchers) == 1
    assert (begun[0].colors.lower() == "nocolor") is bool(colour)


@pytest.mark.parametrize("library", ["readline", None])
def test_prompt_of_python_does_too(run, monkeypatch, library):
    monkeypatch.setattr(io, "StringIO", Keyboard)
    monkeypatch.setattr(shell, "find_spec", lambda name: name == library or None)
    set_up: list[object] = []
    fake = types.ModuleType("readline")
    fake.set_completer = set_up.append
    fake.parse_and_bind = set_up.append
    monkeypatch.setitem(sys.modules, "readline", fake)
    code, out, talk = run("shell", text="session.me().role\n")
    assert code == 0
    assert "ADMIN" in out
    assert "(pip install ipython for more)" in talk
    assert ("tab: complete" in set_up) is bool(library)


def test_ipython_is_the_prompt_on_a_terminal(workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    terminal = Terminal("shell")
    terminal.wait_for("In [1]:")
    assert "john@user.com (admin) in acmefilm" in terminal.plain
    terminal.type("find('Queue WHERE default=tr\t")
    terminal.wait_for("=true")
    terminal.type("').one().code.upper()\n")
    terminal.wait_for("'MEDIUM'")
    terminal.type("exit\n")
    assert terminal.end() == 0


def test_python_is_the_prompt_without_ipython(workspace):
    terminal = Terminal("shell", before="import sys; sys.modules['IPython'] = None")
    terminal.wait_for(">>> ")
    assert "pip install ipython" in terminal.plain
    terminal.type("find('Queue WHERE default=tr\t').one().code.upper()\n")
    terminal.wait_for("'MEDIUM'")
    terminal.type("exit()\n")
    assert terminal.end() == 0
