"""``accsyn-orm shell``: Python with an active session, entities at hand, and queries completed.

On a terminal that is IPython where it is installed, and Python's own prompt where it is not. What
comes through a pipe is run as a script.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import typer

import accsyn_orm
from accsyn_orm import Session
from accsyn_orm.cli.completion import query_completions
from accsyn_orm.cli.exits import FAILED, exit_code
from accsyn_orm.cli.options import Access
from accsyn_orm.cli.values import query_of
from accsyn_orm.entities.registry import CLASS_NAMES
from accsyn_orm.errors import AccsynError

_OPEN_QUERY = re.compile(
    r"""\b(?:find|find_one|parse)\(\s*(?P<quote>["'])(?P<text>(?:(?!(?P=quote)).)*)\Z"""
)


class Completions(NamedTuple):
    """What a query under way may go on as.

    Attributes:
        typed: the text so far, without its quote.
        whole: the texts that it may become, each beginning with what is typed.
    """

    typed: str
    whole: list[str]


def completions_in(line: str) -> Completions | None:
    """Return how the query at the end of a line goes on; ``None`` when there is none.

    Example:
        >>> completions_in('jobs = find("Job WHERE sta')
        Completions(typed='Job WHERE sta', whole=['Job WHERE status'])
    """
    found = _OPEN_QUERY.search(line)
    if found is None:
        return None
    return Completions(found["text"], query_completions(found["text"]))


def run(access: Access) -> None:
    """Start the shell, and close its session at the end."""
    with access.session() as session:
        if not sys.stdin.isatty():
            _run_script(namespace_of(session))
            return
        banner = _banner(session)
        if find_spec("IPython") is None:
            _run_python(namespace_of(session), banner)
        else:
            _run_ipython(namespace_of(session), banner)


def namespace_of(session: Session) -> dict[str, Any]:
    """Return the names that the shell knows."""
    names = [name for name in accsyn_orm.__all__ if not name.startswith("_")]
    entities = {name: getattr(accsyn_orm.entities, name) for name in CLASS_NAMES}
    public = {name: getattr(accsyn_orm, name) for name in names}
    return {**entities, **public, "session": session, "find": query_of, "accsyn_orm": accsyn_orm}


def _banner(session: Session) -> str:
    user = session.me()
    return (
        f"accsyn_orm {accsyn_orm.__version__}: {user.code} ({user.role}) in {session.workspace} "
        f"at {session.host}\n"
        f"session, {', '.join(CLASS_NAMES)}\n"
        'find("Job WHERE status=failed") gives a query; Tab completes it'
    )


def _run_script(namespace: dict[str, Any]) -> None:
    """Run what comes through a pipe; an error shows where in there, and gives the exit code."""
    source = sys.stdin.read()
    try:
        program = compile(source, "<stdin>", "exec")
        exec(program, {**namespace, "__name__": "__main__"})  # noqa: S102  # what a shell is for
    except Exception as error:
        trace = error.__traceback__
        traceback.print_exception(error.with_traceback(trace and trace.tb_next))
        code = exit_code(error) if isinstance(error, AccsynError) else FAILED
        raise typer.Exit(code) from error


# -- IPython --------------------------------------------------------------------------------------


def _run_ipython(namespace: dict[str, Any], banner: str) -> None:
    ipapp: Any = import_module("IPython.terminal.ipapp")  # IPython is not typed throughout
    interactive: Any = import_module("IPython.terminal.interactiveshell")
    config = ipapp.load_default_config()
    config.TerminalInteractiveShell.banner1 = f"{banner}\n"
    if os.environ.get("NO_COLOR"):
        config.TerminalInteractiveShell.colors = "nocolor"
    prompt = interactive.TerminalInteractiveShell.instance(config=config, user_ns=namespace)
    install_completer(prompt)
    prompt.show_banner()
    prompt.mainloop()


def install_completer(prompt: Any) -> None:
    """Teach a shell of IPython to complete queries inside strings."""
    completer: Any = import_module("IPython.core.completer")

    def query_matcher(context: Any) -> dict[str, Any]:
        found = completions_in(context.text_until_cursor)
        if found is None:
            return {"completions": []}
        # IPython replaces the end of what it takes for a word.
        fragment = min(found.typed, context.token, key=len)
        start = len(found.typed) - len(fragment)
        choices = [completer.SimpleCompletion(text[start:]) for text in found.whole]
        return {
            "completions": choices,
            "matched_fragment": fragment,
            "suppress": True,
            "ordered": True,
        }

    prompt.Completer.custom_matchers.append(completer.context_matcher()(query_matcher))


# -- Python ---------------------------------------------------------------------------------------


def _run_python(namespace: dict[str, Any], banner: str) -> None:
    import code

    if find_spec("readline"):  # Windows has none
        import readline

        readline.set_completer(completer_for(namespace, readline))
        readline.parse_and_bind("tab: complete")
    code.interact(f"{banner}\n(pip install ipython for more)", local=namespace, exitmsg="")


def completer_for(namespace: dict[str, Any], library: Any) -> Any:
    """Return a completer for ``readline``: of queries inside strings, else of names.

    Args:
        namespace: the names that there are.
        library: the module ``readline``, or what stands for it.
    """
    import rlcompleter

    names = rlcompleter.Completer(namespace)

    def complete(word: str, state: int) -> str | None:
        found = completions_in(library.get_line_buffer()[: library.get_endidx()])
        if found is None:
            return names.complete(word, state)
        # Only what readline takes for the word under way is replaced.
        start = len(found.typed) - len(word)
        return found.whole[state][start:] if state < len(found.whole) else None

    return complete
