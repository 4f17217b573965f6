"""From the uri of an event to what happens. What is not here is refused by name.

Nothing that the workspace does not do is ever answered with success.
"""

from __future__ import annotations

from accsyn_orm.server.operations.plan import plan
from accsyn_orm.server.operations.work import Work, require_verb

__all__ = ["Work", "plan", "require_verb"]
