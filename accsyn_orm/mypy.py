"""Plugin for people who check with mypy and use ``pydantic.mypy`` for their own models.

That plugin retypes inherited fields, so that ``Job.code == "x"`` would be a ``bool``. List this one
first::

    [tool.mypy]
    plugins = ["accsyn_orm.mypy", "pydantic.mypy"]

Without ``pydantic.mypy`` nothing is needed.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.nodes import TypeInfo
from mypy.plugin import ClassDefContext, Plugin

_ENTITY = "accsyn_orm.entities.value.EntityValue"


class EntityPlugin(Plugin):
    """Keeps the plugins after it away from entity classes."""

    def get_base_class_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        """Answer for entity classes with a hook that leaves them as they are."""
        symbol = self.lookup_fully_qualified(fullname)
        if symbol and isinstance(symbol.node, TypeInfo) and symbol.node.has_base(_ENTITY):
            return _leave_alone
        return None

    def get_metaclass_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        """Answer for the metaclass of entities in the same way."""
        return _leave_alone if fullname.endswith("entities.meta.EntityMeta") else None


def _leave_alone(_: ClassDefContext) -> None:
    pass


def plugin(version: str) -> type[Plugin]:
    """Return the plugin class; mypy calls this."""
    del version
    return EntityPlugin
