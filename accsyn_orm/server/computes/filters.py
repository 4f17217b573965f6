"""Filters: which machines may compute a job, as ``ram:>64g,site:sthlm,pool:+gpu``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from accsyn_orm.server.provenance import DOCUMENTED, behaviour
from accsyn_orm.server.refusals import Refusal, unknown_attribute
from accsyn_orm.server.rules.schema import text

_NAME = r"[\w.*/]+"
_NAMES = rf"{_NAME}(?:[+-]{_NAME})*"
_FORMS: Mapping[str, tuple[str, str]] = {
    "ram": (r"[<>=]\d+(?:\.\d+)?(?:[kmgt]b?)?", "ram:>64g"),
    "cores": (r"[<>=]\d+", "cores:=12"),
    "site": (rf"-?{_NAMES}", "site:a+b, or site:-a"),
    "hostname": (rf"[+-]?{_NAMES}", "hostname:+h, or hostname:site/host"),
    "pool": (rf"[+~@-]{_NAMES}", "pool:+p, pool:-p, pool:~p or pool:@p"),
}


@behaviour(DOCUMENTED, "compute/create", "filters choose by ram, cores, site, hostname and pool")
def filters(name: str, value: Any) -> str:
    """Take filters, with commas between them.

    Raises:
        Refusal: one has a name or a form that no filter has.
    """
    written = text(name, value)
    for part in filter(None, (part.strip() for part in written.split(","))):
        _check(name, part)
    return written


def _check(name: str, part: str) -> None:
    kind, _, condition = part.partition(":")
    if kind.casefold() not in _FORMS:
        raise unknown_attribute(name, kind, _FORMS)
    pattern, example = _FORMS[kind.casefold()]
    if not re.fullmatch(pattern, condition.strip(), re.IGNORECASE):
        raise Refusal(f"{name}: {part!r} is no such filter: write {example}")
