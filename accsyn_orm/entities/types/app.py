"""Apps: accsyn's desktop application on the machine of a user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.types.client import Client, v1_client


class App(Client):
    """The desktop app on the machine of a user."""

    __entity_type__ = "app"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": v1_client("app")}
