"""Workspaces, their users, and what users sign in with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table

from accsyn_orm.server.provenance import DOCUMENTED
from accsyn_orm.server.storage.tables.attributes import (
    V1,
    date,
    document,
    from_scope,
    reference,
    text,
)
from accsyn_orm.server.storage.tables.entity import WIRE_TEXT, entity, metadata, unique_code

_workspaces = entity("workspace", {DOCUMENTED: [text("code"), text("name"), document("metadata")]})

WORKSPACES = replace(_workspaces, v1_name="organization")

USERS = entity(
    "user",
    {
        DOCUMENTED: [
            text("code"),
            text("name"),
            text("role", v1_spellings=(("standard", "user"),)),
            text("status"),
            text("description"),
            reference("queue", "queue"),
            document("metadata"),
            date("logged_in"),
            date("created"),
            date("modified"),
            text("creator"),
            text("modifier"),
            text("phase", V1),
            from_scope("inactive"),
        ]
    },
    aliases={"clearance": "role"},
)

unique_code(USERS)
Index("workspaces_by_code", WORKSPACES.table.c.code__folded, unique=True)

# -- credentials ----------------------------------------------------------------------------------
# Only digests are stored. Keys and session ids are random and long: one SHA-256 is enough to keep
# them, and lets them be looked up by digest. Passwords are neither: theirs is salted, slow, and
# says its own parameters.


def _credentials(name: str, *columns: Column[Any], user_is_key: bool = False) -> Table:
    return Table(
        name,
        metadata,
        *columns,
        Column("workspace", WIRE_TEXT, ForeignKey("workspaces.id"), nullable=False),
        Column(
            "user",
            WIRE_TEXT,
            ForeignKey("users.id"),
            primary_key=user_is_key,
            nullable=False,
            index=not user_is_key,
        ),
        Column("created", WIRE_TEXT, nullable=False),
        Column("expires", WIRE_TEXT),
    )


api_keys = _credentials("api_keys", Column("digest", WIRE_TEXT, primary_key=True))
"""API keys; ``expires`` is empty for one that lives until it is revoked."""

sessions = _credentials(
    "sessions",
    Column("digest", WIRE_TEXT, primary_key=True),
    Column("kind", WIRE_TEXT, nullable=False),
)
"""v1 session keys; ``kind`` says what they were made from, see `accounts`: a sign-in with a
``password`` or an ``api_key``, or another session (``key``)."""

passwords = _credentials("passwords", Column("digest", WIRE_TEXT, nullable=False), user_is_key=True)
"""Passwords, one per user."""
