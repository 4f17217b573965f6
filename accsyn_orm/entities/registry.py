"""Which class stands for which type on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.job import Job, Transfer
from accsyn_orm.entities.queue import Queue
from accsyn_orm.entities.task import Task
from accsyn_orm.entities.user import User

ENTITY_CLASSES: Mapping[str, type[Entity]] = MappingProxyType(
    {cls.__entity_type__: cls for cls in (Job, Queue, Task, Transfer, User)}
)
"""Wire type, lower case → class."""
