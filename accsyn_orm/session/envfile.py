"""Files of ``NAME=value`` lines, read strictly and only when somebody names one.

Only names that start with ``ACCSYN_`` are taken over, and nothing is written to the environment of
the process: a file found in a directory must not be able to change how programs run.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from accsyn_orm.errors import ConfigurationError

_PREFIX = "ACCSYN_"
_ASSIGNMENT = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
_QUOTED = re.compile(r"""(?P<quote>["'])(?P<text>.*?)(?P=quote)\s*(?:#.*)?""")
_COMMENT = re.compile(r"(?:^|\s+)#.*")


def read_env_file(path: str | os.PathLike[str], *, setting: str) -> dict[str, str]:
    """Read the ``ACCSYN_*`` assignments of a file.

    A value may be quoted; a blank and ``#`` start a comment outside quotes; ``export`` is allowed.

    Args:
        path: the file.
        setting: argument or variable that named it, for error messages.

    Raises:
        ConfigurationError: the file cannot be read, or a line is no assignment.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise ConfigurationError(setting, f"cannot read {os.fspath(path)!r}: {reason}") from error
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        where = f"{setting}, line {number}"
        name, value = _read_line(line.strip(), where)
        if name.startswith(_PREFIX):
            values[name] = value
    return values


def _read_line(line: str, where: str) -> tuple[str, str]:
    if not line or line.startswith("#"):
        return "", ""
    assignment = _ASSIGNMENT.fullmatch(line)
    if not assignment or "\0" in line:
        raise ConfigurationError(where, "is not NAME=value", hint="comments start with #")
    return assignment["name"], _read_value(assignment["value"], where)


def _read_value(text: str, where: str) -> str:
    if not text.startswith(('"', "'")):
        return _COMMENT.sub("", text)
    quoted = _QUOTED.fullmatch(text)
    if not quoted:
        raise ConfigurationError(where, "the quotes are not closed, or something follows them")
    return quoted["text"]
