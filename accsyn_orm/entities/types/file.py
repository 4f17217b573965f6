"""Files: the members of collections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import Self

from accsyn_orm.entities.active import required_backend
from accsyn_orm.entities.attributes import AttrFrom, ReadOnlyAttr, attr
from accsyn_orm.entities.backend import Backend, Record
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.dialects import ABSENT, Dialect
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.dates import UtcDatetime
from accsyn_orm.entities.values.path import FilledPathText
from accsyn_orm.entities.values.references import Ref
from accsyn_orm.errors import EntityNotFoundError, EntityStateError
from accsyn_orm.paths import AccsynPath
from accsyn_orm.query.nodes import Comparison, Operator, Statement

if TYPE_CHECKING:
    from accsyn_orm.entities.types.collection import Collection
    from accsyn_orm.entities.types.folder import Folder
    from accsyn_orm.entities.types.home import Home
    from accsyn_orm.entities.types.volume import Volume


class File(Entity):
    """A member of a collection: a file or folder of another share (v3 only).

    Members are added and deleted, never changed. Deleting one takes it out of the collection; the
    file itself stays where it is.

    Example:
        >>> File(collection=dailies, path="volume=projects/sh010.mov").save()  # doctest: +SKIP
        File(id='5a0c1c0e-8c0e-4b1f-9d53-0f0f3f1d2c11')
    """

    __entity_type__ = "file"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {
        "v1": ABSENT,
        "v3": Dialect(names={"collection": "parent"}),
    }
    __parent__ = "collection"
    __shown__ = ("id", "path")

    id: ReadOnlyAttr[str] = attr(init=False)
    """Internal id, a UUID."""
    collection: AttrFrom[Ref["Collection"], str | Entity] = attr(on="parent")
    """Id of the collection that the file belongs to."""
    path: AttrFrom[FilledPathText, str | AccsynPath] = attr(on="create")
    """Where it is: ``volume=projects/sh010.mov``; an absolute path is refused."""
    share: ReadOnlyAttr[Ref["Volume | Folder | Home"]] = attr(init=False)
    """Id of the share that the file is on. Not documented by accsyn."""
    created: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When it was added, UTC. Not documented by accsyn."""
    creator: ReadOnlyAttr[str] = attr(init=False)
    """Who added it. Not documented by accsyn."""

    @classmethod
    def get(
        cls,
        id: str,  # noqa: A002  # as on the wire
        *,
        session: Backend | None = None,
        collection: str | Entity | None = None,
    ) -> Self:
        """Return the file with this id.

        Args:
            id: id of the file.
            session: where to look; the active session unless given.
            collection: its collection, or the id, without which a file cannot be found.

        Raises:
            EntityNotFoundError: there is none.
            EntityStateError: the collection was not named, or is new.
        """
        if collection is None:
            reason = "a file is found under its collection: name it with collection=…"
            raise EntityStateError(cls.__name__, reason)
        parent = cls.where().under(collection).selection.parent or ""
        backend = required_backend(cls, session)
        record = _record(backend, parent, id) if id else None
        if record is None:
            raise EntityNotFoundError(cls.__name__, f"id {id!r} in collection {parent!r}")
        return cls.load_record({"collection": parent, **record}, backend)

    def _missing(self) -> list[Problem]:
        path = vars(self).get("path", "=")
        is_absolute = "=" not in path
        return [("path", f"{path!r} names no share: write volume=…")] if is_absolute else []

    def _creation(self, data: Record) -> tuple[Record, str | None]:
        return {"files": [data["path"]]}, self._collection()

    def _fetch(self, backend: Backend) -> Record | None:
        record = _record(backend, self._collection(), self._id)
        return record and {"collection": self._collection(), **record}

    def _collection(self) -> str:
        if "collection" not in vars(self):
            reason = "the backend did not say which collection it is in: load it with under()"
            raise EntityStateError(type(self).__name__, reason)
        return str(vars(self)["collection"])


def _record(backend: Backend, collection: str, file: str) -> Record | None:
    statement = Statement("file", Comparison("id", Operator.EQUAL, file))
    return next(iter(backend.find(statement, entityid=collection, limit=1)), None)
