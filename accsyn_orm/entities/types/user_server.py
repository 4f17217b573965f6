"""User servers: accsyn's software without desktop, run by a user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.types.client import Client, v1_client


class UserServer(Client):
    """A server that a user runs for himself."""

    __entity_type__ = "userserver"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": v1_client("userserver")}
