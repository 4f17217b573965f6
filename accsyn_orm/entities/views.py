"""Attributes that are typed on read and plain in store.

``vars(job)["size"]`` is the number that the backend sent, ``job.size`` is a ``Size``. Loading,
comparing and sending use the plain value, so nothing is paid for the typed one before it is read.

A type takes part by a class attribute ``__view__``, or by a ``View`` among what annotates it; the
metaclass puts a descriptor in front of every attribute of such a type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, get_args

if TYPE_CHECKING:
    from accsyn_orm.entities.model import EntityModel


@dataclass(frozen=True)
class View:
    """What an attribute is read as.

    Attributes:
        plain: the type it is stored as; other values are kept as they came, and read so.
        make: gives the typed value for a plain one, of an entity's attribute.
        targets: names of the classes that a reference may lead to, most likely first.
        parties: names of the classes that a party may be of.
        unordered: why its plain values have no order that means anything, and what to do instead.
    """

    plain: type[Any] | tuple[type[Any], ...]
    make: Callable[[Any, EntityModel, str], Any]
    targets: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    unordered: str = ""


class ViewedAttribute:
    """Reads an attribute through its view; a data descriptor, so that it goes before the value."""

    __slots__ = ("name", "view")

    def __init__(self, name: str, view: View) -> None:
        self.name = name
        self.view = view

    def __get__(self, instance: EntityModel | None, owner: type[EntityModel]) -> Any:
        """Return the typed value; of a class, leave the answer to the metaclass."""
        values = None if instance is None else vars(instance)
        if instance is None or values is None or self.name not in values:
            raise AttributeError(self.name)  # who asked goes on to __getattr__
        value = values[self.name]
        if not isinstance(value, self.view.plain):
            return value
        return self.view.make(value, instance, self.name)

    def __set__(self, instance: EntityModel, value: object) -> NoReturn:
        """Never reached: entities assign by themselves, this makes the descriptor go first."""
        raise AttributeError(self.name)


def view_in(annotation: object, metadata: list[Any]) -> View | None:
    """Return the view that an annotation holds, anywhere in it."""
    views = (_view_of(part) for part in [*metadata, annotation, *_parts(annotation)])
    return next((view for view in views if view is not None), None)


def plain_types(kind: type[Any]) -> tuple[type[Any], ...]:
    """Return what a type is stored as."""
    view = _view_of(kind)
    plain = view.plain if view else kind
    return plain if isinstance(plain, tuple) else (plain,)


def _view_of(part: object) -> View | None:
    found = part if isinstance(part, View) else getattr(part, "__view__", None)
    return found if isinstance(found, View) else None


def _parts(annotation: object) -> Iterator[object]:
    for part in get_args(annotation):
        yield part
        yield from _parts(part)
