"""Calls that were answered: what is needed to know one again, and to answer it in the same way."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from accsyn_orm.server.storage.tables.entity import SEQUENCE, WIRE_TEXT, metadata

calls = Table(
    "calls",
    metadata,
    Column("sequence", SEQUENCE, primary_key=True, autoincrement=True),
    Column("workspace", WIRE_TEXT, nullable=False),
    Column("user", WIRE_TEXT, nullable=False),
    Column("eid", WIRE_TEXT, nullable=False),
    Column("digest", WIRE_TEXT, nullable=False),
    Column("answer", WIRE_TEXT),
    Column("created", WIRE_TEXT, nullable=False),
)
"""One row for each call that changed something; ``answer`` is empty where it must not be kept."""

Index("calls_by_eid", calls.c.workspace, calls.c.user, calls.c.eid, unique=True)
Index("calls_by_created", calls.c.created)
