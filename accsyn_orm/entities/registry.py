"""Which class stands for which type on the wire; a class is loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from accsyn_orm.entities.base import Entity

_TYPES: Final[Mapping[str, str]] = {
    "acl": "acl.Acl",
    "app": "app.App",
    "browser": "browser.Browser",
    "client": "client.Client",
    "collection": "collection.Collection",
    "compute": "compute.Compute",
    "delivery": "delivery.Delivery",
    "engine": "engine.Engine",
    "file": "file.File",
    "folder": "folder.Folder",
    "home": "home.Home",
    "job": "job.Job",
    "lane": "lane.Lane",
    "queue": "queue.Queue",
    "request": "request.Request",
    "server": "server.Server",
    "share": "share.Share",
    "site": "site.Site",
    "stream": "stream.Stream",
    "task": "task.Task",
    "transfer": "job.Transfer",
    "user": "user.User",
    "userserver": "user_server.UserServer",
    "volume": "volume.Volume",
    "workspace": "workspace.Workspace",
}
"""Wire type, lower case → module in ``types`` and class."""

CLASS_NAMES: Final[Mapping[str, str]] = {
    path.partition(".")[2]: wire for wire, path in _TYPES.items()
}
"""Name of a class → its wire type."""


class EntityClasses(Mapping[str, "type[Entity]"]):
    """Wire type, lower case → class."""

    def __getitem__(self, wire: str) -> type[Entity]:
        module, _, name = _TYPES[wire].partition(".")
        return cast(
            "type[Entity]", getattr(import_module(f"accsyn_orm.entities.types.{module}"), name)
        )

    def __iter__(self) -> Iterator[str]:
        return iter(_TYPES)

    def __len__(self) -> int:
        return len(_TYPES)

    def __contains__(self, wire: object) -> bool:
        return wire in _TYPES

    def module_of(self, name: str) -> str:
        """Return the module that a class is in; the class is not loaded.

        Raises:
            KeyError: no class is called so.
        """
        return f"accsyn_orm.entities.types.{_TYPES[CLASS_NAMES[name]].partition('.')[0]}"

    def named(self, name: str) -> type[Entity]:
        """Return the class of this name.

        Raises:
            KeyError: no class is called so.
        """
        return self[CLASS_NAMES[name]]


ENTITY_CLASSES: Final = EntityClasses()
"""Wire type, lower case → class."""


def can_be(cls: type[object], names: Iterable[str]) -> bool:
    """Tell whether an entity of a class can be of one of these classes, as far as they are known.

    A base counts as well: what v3 has as a volume is no more than a share in v1.
    """
    if any(name not in CLASS_NAMES for name in names):
        return True
    targets = [ENTITY_CLASSES.named(name) for name in names]
    return any(issubclass(cls, target) or issubclass(target, cls) for target in targets)
