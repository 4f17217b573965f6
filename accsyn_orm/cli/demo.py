"""``accsyn-orm demo``: the main job in one minute, on a real workspace over real HTTP.

Every step is a function, and what is printed as its code is that function's source: the demo cannot
show anything that does not run.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from accsyn_orm import Job, Queue, Session, User
from accsyn_orm.cli.output import Output
from accsyn_orm.errors import AccsynError
from accsyn_orm.fields import status
from accsyn_orm.testing import EmbeddedWorkspace

Step = Callable[[Session], object]

ANNA = "5bfeb0381da7ee4095fa217e"


def who_am_i(session: Session) -> object:
    """Sign in over HTTP."""
    return session.me()


def nested_text(_: Session) -> object:
    """A nested query as text."""
    return Job.parse(
        "job WHERE ((user=5bfeb0381da7ee4095fa217e AND source!=hq) OR status<>failed)"
        ' AND code="Daily backup"'
    ).all()


def nested_expression(_: Session) -> object:
    """The same as typed expressions: the editor knows every field and its values."""
    from_elsewhere = (Job.user == ANNA) & (Job.source != "hq")
    query = Job.where(from_elsewhere | (Job.status != "failed"), Job.code == "Daily backup")
    return query.all()


def one_query(_: Session) -> object:
    """Text and expression are one thing: one tree, one text, the same rows."""
    built = Job.where(status!="failed") & (Job.code=="Daily backup")  # fmt: skip
    parsed = Job.parse('Job WHERE status<>failed AND code="Daily backup"')
    return {
        "same query": built == parsed,
        "same text": str(built) == str(parsed),
        "same rows": built.all() == parsed.all(),
        "text": str(built),
    }


def change_and_save(_: Session) -> object:
    """Change a job: the value is checked at once, and save() sends only the difference."""
    job = Job.where(Job.status == "waiting", Job.code == "Daily backup").all()[0]
    job.status = "paused"
    changes = job.changes
    job.save()
    return {**changes, "after refresh()": job.refresh().status}


def create_a_queue(_: Session) -> object:
    """Create a queue: the object takes over what the workspace answers."""
    panic = Queue(name="Panic", priority=1000)
    panic.save()
    return panic


def a_wrong_value(_: Session) -> object:
    """A wrong value never leaves this machine."""
    return Job.where(Job.code == "Daily backup", status == "faild")


def a_read_only_status(_: Session) -> object:
    """Nor does one that only the workspace may set."""
    job = Job.where(Job.code == "my_transfer").one()
    job.status = "running"
    return job


def a_wrong_query(_: Session) -> object:
    """A query that is not one points at the place."""
    return Job.parse('Job WHERE (status!=failed AND code=="Daily backup"')


def delete_the_queue(_: Session) -> object:
    """Delete."""
    Queue.where(Queue.name == "Panic").one().delete()
    return Queue.where().all()


STEPS: tuple[Step, ...] = (
    who_am_i,
    nested_text,
    nested_expression,
    one_query,
    change_and_save,
    create_a_queue,
    a_wrong_value,
    a_read_only_status,
    a_wrong_query,
    delete_the_queue,
)

COLUMNS = {
    Job: ("id", "code", "status", "user", "source_hr", "created"),
    Queue: ("id", "code", "name", "priority", "default"),
    User: ("id", "code", "role", "status"),
}

NEXT = """\
accsyn-orm serve --seed demo --write-env .   a workspace that stays: sign in with .env.admin
Session(path_envfile=".env.admin")           from Python
docs/tutorial/first-steps.md                 the same at your own pace"""


def run(output: Output) -> None:
    """Start a workspace, go through all steps, stop it again.

    Args:
        output: where to show it.
    """
    with EmbeddedWorkspace(seed="demo") as workspace:
        output.line(f"An accsyn-compatible workspace listens on {workspace.url}")
        with workspace.session("admin") as session:
            for number, step in enumerate(STEPS, start=1):
                _show(output, number, step, session)
    output.line()
    output.heading("Try next")
    output.line(NEXT)


def _show(output: Output, number: int, step: Step, session: Session) -> None:
    title, source = _title_and_source(step)
    output.line()
    output.heading(f"{number}. {title}")
    output.code(source)
    try:
        result = step(session)
    except AccsynError as error:
        output.error(error)
    else:
        _show_result(output, result)


def _title_and_source(step: Step) -> tuple[str, str]:
    """Split a step into its docstring and the source of what follows it."""
    lines = inspect.getsource(step).splitlines()
    function = ast.parse("\n".join(lines)).body[0]
    body = cast("ast.FunctionDef", function).body
    source = textwrap.dedent("\n".join(lines[body[1].lineno - 1 :])).replace("  # fmt: skip", "")
    title = (inspect.getdoc(step) or "").removesuffix(".")
    return title, re.sub(r"^return ", "", source, flags=re.MULTILINE)


def _show_result(output: Output, result: object) -> None:
    if isinstance(result, Mapping):
        facts = cast("Mapping[str, object]", result)
        output.table(("", "value"), list(facts.items()))
    elif isinstance(result, list):
        _show_entities(output, cast("Sequence[object]", result))
    else:
        _show_entities(output, [result])


def _show_entities(output: Output, entities: Sequence[object]) -> None:
    names = COLUMNS[type(entities[0])]  # type: ignore[index]  # steps return entities of these types
    output.table(names, [[getattr(entity, name) for name in names] for entity in entities])
