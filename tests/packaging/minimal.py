"""What works without any extra: a script for an interpreter that has the core only.

It signs in with what the environment holds, imports every module that needs no extra, uses each
part once, and prints what it found as JSON.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import pkgutil
import warnings
from collections.abc import Iterator

import accsyn_orm
import accsyn_orm.compat
from accsyn_orm import AccsynPath, Job, Queue, Session, bulk
from accsyn_orm.doctor.__main__ import main as examine
from accsyn_orm.profiles import choose_source
from accsyn_orm.query.evaluate import evaluate

# What an extra, a test runner or a type checker is needed for.
OPTIONAL = ("cli.", "server.", "testing", "pytest_plugin", "mypy", "__main__")


def modules() -> Iterator[str]:
    """Give all modules that need nothing but the core."""
    prefix = "accsyn_orm."
    for module in pkgutil.walk_packages(accsyn_orm.__path__, prefix, onerror=lambda _: None):
        if not module.name.removeprefix(prefix).startswith(OPTIONAL):
            yield module.name


def told(*arguments: str) -> list[str]:
    """Return which checks of the doctor failed."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        examine(["--json", *arguments])
    return [row["check"] for row in json.loads(output.getvalue()) if row["state"] == "fail"]


def complaint(module: str) -> str:
    """Return what an import says that needs an extra."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        return str(error)
    return ""


def exported(method: str) -> str:
    """Return what an export says whose library is missing."""
    try:
        getattr(Queue.where(), method)()
    except accsyn_orm.ExportError as error:
        return str(error)
    return ""


def used() -> dict[str, object]:
    """Use each part once, on the workspace of the environment."""
    with Session() as session:
        job = Job.where(Job.status != "done").first()
        plan = bulk.create(Queue, [{"code": "by-the-core", "priority": 12}])
        report = plan.apply()
        (queue,) = Queue.where(Queue.code == "by-the-core").to_dicts()
        official = accsyn_orm.compat.v3.Session()
        return {
            "entity": job is not None,
            "text": str(Job.parse("Job WHERE status<>done")),
            "query": evaluate(Queue.code == "a", {"code": "a"}),
            "bulk": [report.is_complete, queue["priority"]],
            "path": str(AccsynPath("volume=projects") / "a.exr"),
            "compat": official.find_one("Queue WHERE code=by-the-core")["priority"],
            "profiles": choose_source() is not None,
            "schema": "priority" in session.schema("queue").types["queue"],
            "session": session.find_one("Queue WHERE default=true")["code"],
        }


if __name__ == "__main__":
    warnings.simplefilter("ignore", accsyn_orm.compat.CompatDeprecationWarning)
    names = [*modules()]
    for name in names:
        importlib.import_module(name)
    for name in accsyn_orm.__all__:
        getattr(accsyn_orm, name)
    result = {
        "modules": len(names),
        "used": used(),
        "doctor": told(),
        "testing": complaint("accsyn_orm.testing"),
        "tables": [exported("to_pandas"), exported("to_polars"), exported("to_arrow")],
    }
    print(json.dumps(result))  # noqa: T201  # the test reads it
