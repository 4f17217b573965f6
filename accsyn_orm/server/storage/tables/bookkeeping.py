"""Settings, and the log of what happened: neither is found with a query."""

from __future__ import annotations

from sqlalchemy import Index

from accsyn_orm.server.provenance import DOCUMENTED, INFERRED
from accsyn_orm.server.storage.tables.attributes import date, text
from accsyn_orm.server.storage.tables.entity import entity

SETTINGS = entity(
    "setting",
    {
        DOCUMENTED: [text("entitytype"), text("entityid"), text("name"), text("value")],
        INFERRED: [text("integration"), date("modified"), text("modifier")],
    },
)

LOGS = entity(
    "log",
    {
        DOCUMENTED: [date("date")],
        INFERRED: [
            text("entitytype"),
            text("entityid"),
            text("severity"),
            text("message"),
            text("user"),
        ],
    },
)

Index(
    "settings_by_name",
    SETTINGS.table.c.workspace,
    SETTINGS.table.c.entitytype,
    SETTINGS.table.c.entityid,
    SETTINGS.table.c.integration,
    SETTINGS.table.c.name,
    unique=True,
)
Index("logs_by_entity", LOGS.table.c.workspace, LOGS.table.c.entityid__folded)
