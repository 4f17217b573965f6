"""Files: the members of collections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import Self, override

from accsyn_orm.entities.attributes import AttrFrom, ReadOnlyAttr, attr
from accsyn_orm.entities.backend import Backend, Record
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.beneath import SubEntity
from accsyn_orm.entities.capabilities import MemberBackend, unable
from accsyn_orm.entities.dialects import ABSENT, Dialect
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.dates import UtcDatetime
from accsyn_orm.entities.values.path import ANYWHERE, FilledPathText, PathJudge
from accsyn_orm.entities.values.references import Ref
from accsyn_orm.errors import EntityNotFoundError
from accsyn_orm.paths import AccsynPath
from accsyn_orm.paths.kinds import SHARE_KINDS

if TYPE_CHECKING:
    from accsyn_orm.entities.types.collection import Collection
    from accsyn_orm.entities.types.folder import Folder
    from accsyn_orm.entities.types.home import Home
    from accsyn_orm.entities.types.volume import Volume


class File(SubEntity):
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
    __paths__: ClassVar[Mapping[str, PathJudge]] = {"path": ANYWHERE}
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
        return cls._get_beneath(id, collection, session)

    @override
    def delete(self, *, force: bool = False) -> None:
        """Take the file out of its collection; it stays where it is on its share.

        Raises:
            EntityNotFoundError: it is not in the collection any more.
        """
        backend = self._saved_backend()
        self._note(writes=self._state.writes + 1)
        remove_members(backend, self._parent_id(), [self._id])
        self._note(is_deleted=True)

    def why_kept(self) -> str:
        """Say that members are not deleted by id; ``delete()`` of one takes it out."""
        return "is in a collection: take it out with its delete(), or remove() of the collection"

    def _missing(self) -> list[Problem]:
        path = vars(self).get("path")
        problem = path and path_problem(path)
        return [("path", problem)] if problem else []

    def _creation(self, data: Record) -> tuple[Record, str | None]:
        return {"files": [data["path"]]}, self._parent_id()


def path_problem(path: str) -> str | None:
    """Return why a path cannot be that of a member: it must name the share that it is on."""
    if reason := ANYWHERE(path):
        return reason
    is_on_share = AccsynPath.parse(path, strict=False).kind in SHARE_KINDS
    return None if is_on_share else f"{path!r} names no share: write volume=code/path"


def remove_members(backend: Backend, collection: str, files: list[str]) -> None:
    """Take files out of a collection, all or none.

    Raises:
        EntityNotFoundError: one is not in it.
    """
    if not isinstance(backend, MemberBackend):
        raise unable(File, "members of collections")
    if not backend.delete_many("collection", collection, {"files": files}):
        raise EntityNotFoundError("File", f"{', '.join(files)} in collection {collection!r}")
