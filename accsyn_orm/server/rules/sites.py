"""Sites: where servers stand. Three are built in, and a site that something depends on stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, or_

from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import Names, StandaloneRules, creation
from accsyn_orm.server.rules.codes import code, free_code, require_free_code
from accsyn_orm.server.rules.schema import (
    Field,
    Schema,
    filled_text,
    json_object,
    one_of,
    text,
)
from accsyn_orm.server.storage.projection import MAIN_SITE
from accsyn_orm.server.storage.store import LIVING, in_scopes, insert_row, rows_where, update_rows
from accsyn_orm.server.storage.tables import CLIENT_TYPES, CLIENTS, JOBS, SITES, V3, Scope

ROAMING = "roaming"
"""The site of all standard users' machines."""

HOSTING = "accsyn"
"""The site in accsyn's own cloud."""

LONGEST_CODE = 32
_RESERVED = frozenset({"local"})
"""Words that settings of compute jobs use for no site in particular."""

BUILT_IN: Sequence[Mapping[str, Any]] = (
    {"code": MAIN_SITE, "name": "HQ", "description": "Main site", "main": True},
    {"code": ROAMING, "name": "Roaming", "description": "Computers of standard users"},
    {"code": HOSTING, "name": "accsyn", "description": "Cloud hosting", "accsyn": True},
)
"""The sites that every workspace has."""


def _code(name: str, value: Any) -> str:
    given = code(name, value)
    if len(given) > LONGEST_CODE:
        raise Refusal(f"{name} has at most {LONGEST_CODE} characters, not {len(given)}")
    if given.casefold() in _RESERVED:
        raise Refusal(f"{name}: {given!r} is reserved")
    return given


class Sites(StandaloneRules):
    """The rules of sites."""

    schema = Schema(
        SITES,
        (
            Field("code", _code, create=True),
            Field("name", filled_text, create=True),
            Field("name", filled_text, update=True, source=INFERRED),
            Field("description", text, create=True),
            Field("description", text, update=True, source=INFERRED),
            Field("status", one_of("enabled", "disabled"), update=True),
            Field("metadata", json_object, update=True, generations=V3, source=INFERRED),
        ),
    )
    names = Names(v1="site", v3="site")

    @behaviour(DOCUMENTED, "site/create", "a code is made from the name when none is given")
    @behaviour(DOCUMENTED, "site/create", "codes are unique, whatever their case")
    @behaviour(DOCUMENTED, "site/create", "codes have 32 characters at most")
    @behaviour(
        DOCUMENTED, "site/create", "local is reserved: settings mean no site in particular by it"
    )
    def insert(self, call: Call, values: dict[str, Any]) -> str:
        """Create a site; without a code it gets one made from its name."""
        chosen = values.get("code")
        if chosen is not None:
            require_free_code(call, SITES, chosen)
        elif "name" in values:
            made = free_code(call, SITES, values["name"], longest=LONGEST_CODE)
            chosen = _code("site.code", made)
        else:
            raise Refusal("a site needs a name, or a code")
        return insert_site(call, {"name": chosen, **values, "code": chosen})

    @behaviour(INFERRED, "site/edit", "the built-in sites cannot be disabled")
    def update(self, call: Call, row: RowMapping, values: dict[str, Any]) -> None:
        """Change a site."""
        if values.get("status") == "disabled" and _is_built_in(row):
            raise Refusal(f"the site {row['code']!r} is built in and cannot be disabled")
        self.modify(call, row, values)

    @behaviour(DOCUMENTED, "site/delete", "the main site stays")
    @behaviour(INFERRED, "site/delete", "the other built-in sites stay")
    @behaviour(DOCUMENTED, "site/delete", "a site with servers stays")
    @behaviour(DOCUMENTED, "site/delete", "a site that active jobs send from or to stays")
    @behaviour(INFERRED, "site/delete", "other clients there move to the main site")
    def remove(self, call: Call, row: RowMapping) -> None:
        """Delete a site that nothing depends on."""
        if _is_built_in(row):
            raise Refusal(f"the site {row['code']!r} is built in and cannot be deleted")
        clients = CLIENTS.table.c
        is_here = clients.site == row["id"]
        servers = rows_where(
            call,
            CLIENTS,
            is_here,
            clients.type == CLIENT_TYPES["server"],
            in_scopes(call, CLIENTS, LIVING),
        )
        if servers:
            raise Refusal(
                f"the site {row['code']!r} has servers ({', '.join(s['code'] for s in servers)}): "
                "delete or move them first"
            )
        if _active_jobs(call, row["id"]):
            raise Refusal(f"the site {row['code']!r} has active jobs: abort or finish them first")
        update_rows(call, CLIENTS, is_here, {"site": find_site(call, MAIN_SITE)["id"]})
        self.archive(call, row)


def insert_site(call: Call, values: Mapping[str, Any], *, ident: str | None = None) -> str:
    """Store a site with what it has when nobody says otherwise."""
    row: dict[str, Any] = {
        "description": "",
        "main": False,
        "accsyn": False,
        "status": "enabled",
        "metadata": {},
        **creation(call),
        **values,
    }
    return insert_row(call, SITES, row, ident=ident)


def find_site(call: Call, named: str) -> RowMapping:
    """Select the site that somebody means by an id or a code.

    Raises:
        Refusal: there is none.
    """
    sites = SITES.table.c
    found = rows_where(
        call,
        SITES,
        sites.scope == Scope.ACTIVE.value,
        or_(sites.id == named, sites.code__folded == named.casefold()),
    )
    if not found:
        raise Refusal(f"there is no site {named!r}")
    return found[0]


def _is_built_in(row: RowMapping) -> bool:
    return any(row["code"] == site["code"] for site in BUILT_IN)


def _active_jobs(call: Call, site: str) -> bool:
    jobs = JOBS.table.c
    party = f"site:{site}"
    involves = or_(jobs.source == party, jobs.destination == party)
    return bool(rows_where(call, JOBS, jobs.scope == Scope.ACTIVE.value, involves))
