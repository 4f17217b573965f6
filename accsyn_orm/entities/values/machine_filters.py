"""Filters of compute jobs: which machines may compute, as ``ram:>64g,site:sthlm,pool:+gpu``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from accsyn_orm.entities.validation import did_you_mean

_NAME = r"[\w.*/]+"
_NAMES = rf"{_NAME}(?:[+-]{_NAME})*"
_FORMS: Mapping[str, tuple[re.Pattern[str], str]] = {
    kind: (re.compile(pattern, re.IGNORECASE), examples)
    for kind, pattern, examples in (
        ("ram", r"[<>=]\d+(?:\.\d+)?(?:[kmgt]b?)?", "ram:>64g"),
        ("cores", r"[<>=]\d+", "cores:=12"),
        ("site", rf"-?{_NAMES}", "site:a+b, or site:-a"),
        ("hostname", rf"[+-]?{_NAMES}", "hostname:+h, hostname:site/host or hostname:*part*"),
        ("pool", rf"[+~@-]{_NAMES}", "pool:+p, pool:-p, pool:~p or pool:@p"),
    )
}


def checked_filters(text: str) -> str:
    """Return filters, with commas between them, if each of them is one.

    Raises:
        PydanticCustomError: one is none; says what to write instead.
    """
    for part in filter(None, map(str.strip, text.split(","))):
        name, colon, condition = part.partition(":")
        kind = name.strip().lower()
        if not colon or kind not in _FORMS:
            known = ", ".join(_FORMS)
            raise _refusal(f"{part!r} is no filter by {known}{did_you_mean(kind, _FORMS)}")
        pattern, examples = _FORMS[kind]
        if not pattern.fullmatch(condition.strip()):
            raise _refusal(f"{part!r} is no such filter: write {examples}")
    return text


def _refusal(reason: str) -> PydanticCustomError:
    return PydanticCustomError("machine_filters", "{reason}", {"reason": reason})


MachineFilters: TypeAlias = Annotated[str, AfterValidator(checked_filters)]
"""Text that is filters of machines."""
