"""Ids of what a seed plants: they follow from names, so every workspace of a seed has the same."""

from __future__ import annotations

import hashlib
import uuid

from accsyn_orm.server.seeds.data import WORKSPACE_CODE


def stable_id(kind: str, name: str) -> str:
    """Make the id that follows from a kind and a name."""
    return hashlib.sha256(f"{WORKSPACE_CODE}/{kind}/{name}".encode()).hexdigest()[:24]


def stable_uuid(job: str, uri: str) -> str:
    """Make the task id that follows from a job and a uri."""
    digest = hashlib.sha256(f"{WORKSPACE_CODE}/task/{job}/{uri}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
