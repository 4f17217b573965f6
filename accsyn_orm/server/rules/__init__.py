"""The rules of the entity types, one module each; here is the list of them.

A type is added with a module of its own, a line here, and its row in the role matrix of `policy`.
"""

from __future__ import annotations

from accsyn_orm.server.rules.base import EntityRules
from accsyn_orm.server.rules.jobs import Jobs
from accsyn_orm.server.rules.queues import Queues
from accsyn_orm.server.rules.tasks import Tasks
from accsyn_orm.server.rules.users import Users

RULES: tuple[EntityRules, ...] = (Jobs(), Queues(), Tasks(), Users())

__all__ = ["RULES", "EntityRules"]
