"""Servers: machines of the workspace that hold volumes and compute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.relations import Many
from accsyn_orm.entities.types.client import Client, v1_client

if TYPE_CHECKING:
    from accsyn_orm.entities.types.lane import Lane
    from accsyn_orm.entities.types.volume import Volume


class Server(Client):
    """A server of the workspace, which can hold volumes, and compute in lanes.

    The server of the default volume cannot be deleted, and deleting another one takes it away from
    its volumes.
    """

    __entity_type__ = "server"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": v1_client("server")}

    lanes: ClassVar[Many[Lane]] = Many("Lane", "parent")
    """What the server computes with at the same time."""
    volumes: ClassVar[Many[Volume]] = Many("Volume", "server")
    """The volumes that the server is the main server of (v3 only)."""
