"""Engines: the programs that compute jobs run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from accsyn_orm.entities.actions.configuration import Logged
from accsyn_orm.entities.actions.lifecycle import Switchable
from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, ReadOnlyAttr, Settable, attr
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.values.dates import UtcDatetime
from accsyn_orm.entities.values.limits import NonEmpty, ShortCode
from accsyn_orm.entities.values.machines import EngineStatus


class Engine(Logged, Switchable):
    """A program that compute jobs run, such as ``nuke-13``; the v1 generation calls it an app.

    Accsyn documents the code, type and status of engines only; what else is here are columns of its
    web application, under the names they most likely have. An engine that an active job uses cannot
    be deleted.
    """

    __entity_type__ = "engine"
    __unique__ = ("code",)
    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": Dialect(entitytype="app")}

    id: ReadOnlyAttr[str] = attr(init=False)
    """Internal id, 24 hexadecimal digits."""
    code: Attr[ShortCode] = attr(on="create")
    """Unique name, such as ``nuke-13``."""
    name: Attr[NonEmpty] = attr(default=UNSET)
    """Display name; the code unless given."""
    type: Attr[str] = attr(default=UNSET, on="create")
    """``compute`` for engines of compute jobs; others are for accsyn itself."""
    status: AttrFrom[EngineStatus, EngineStatus | str] = attr(
        init=False, on="update", settable=Settable(update=("enabled", "disabled"))
    )
    """Whether compute jobs can use it."""
    version: Attr[str] = attr(default=UNSET)
    """Version of the program."""
    description: Attr[str] = attr(default=UNSET)
    """Free text."""
    vendor: Attr[str] = attr(default=UNSET)
    """Who makes the program."""
    metadata: Attr[dict[str, Any]] = attr(init=False, on="update")
    """Workflow data."""
    created: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the engine was added, UTC."""
    creator: ReadOnlyAttr[str] = attr(init=False)
    """Who added the engine."""
    modified: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the engine was last changed, UTC."""
    modifier: ReadOnlyAttr[str] = attr(init=False)
    """Who changed the engine last."""
