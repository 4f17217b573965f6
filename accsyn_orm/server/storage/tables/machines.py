"""Sites, the clients that run at them, and the engines of compute jobs."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Index

from accsyn_orm.server.provenance import DOCUMENTED, INFERRED
from accsyn_orm.server.storage.tables.attributes import (
    STORED_ONLY,
    V1,
    V3,
    boolean,
    date,
    document,
    fraction,
    number,
    readable,
    reference,
    text,
)
from accsyn_orm.server.storage.tables.entity import EntityTable, entity, unique_code

SITES = entity(
    "site",
    {
        DOCUMENTED: [
            text("code"),
            text("name"),
            text("description"),
            boolean("main"),
            boolean("accsyn"),
            text("status"),
            document("metadata", V3),
            date("created"),
            text("creator"),
            date("modified"),
            text("modifier"),
        ]
    },
)

CLIENTS = entity(
    "client",
    {
        DOCUMENTED: [
            text("code"),
            text("name", V3),
            number("type"),
            text("type_hr", v1_spellings=(("userserver", "user server"), ("lane", "compute lane"))),
            text("status"),
            reference("user", "user"),
            readable("user"),
            reference("site", "site"),
            readable("site"),
            text("description"),
            text("host_ident", V3),
            text("host_id", V1, column="host_ident"),
            date("last_checkin"),
            text("os"),
            text("username"),
            text("version"),
            text("wan_ip"),
            reference("parent", "client"),
            text("roles", V3),
            fraction("benchmark"),
            document("metrics"),
            document("metadata"),
            date("created"),
            date("modified"),
            text("modifier"),
        ],
        INFERRED: [boolean("connected", STORED_ONLY)],  # its accsyn software runs and checks in
    },
)

CLIENT_TYPES = {"app": 0, "server": 1, "userserver": 2, "browser": 3, "lane": 4}
"""Numbers of the kinds of client; for lanes the clients say 4 and the documentation 5."""


def _client_type(name: str) -> EntityTable:
    return CLIENTS.narrowed(name, CLIENTS.table.c.type == CLIENT_TYPES[name], v1_name="client")


APPS = _client_type("app")
SERVERS = _client_type("server")
USER_SERVERS = _client_type("userserver")
BROWSERS = _client_type("browser")
LANES = _client_type("lane")

_engines = entity(
    "engine",
    {
        DOCUMENTED: [
            text("code"),
            text("type"),
            text("status"),
        ],
        INFERRED: [
            # Columns of the web application; what the API calls them is not documented.
            text("name"),
            text("version"),
            text("description"),
            text("vendor"),
            document("metadata"),
            date("created"),
            text("creator"),
            date("modified"),
            text("modifier"),
        ],
    },
)

ENGINES = replace(_engines, v1_name="app")

unique_code(SITES)
unique_code(ENGINES)
Index("clients_by_user", CLIENTS.table.c.workspace, CLIENTS.table.c.user)
