"""Collections: files of several shares under one name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, overload

from typing_extensions import Self

from accsyn_orm.entities.attributes import UNSET, attr
from accsyn_orm.entities.dialects import ABSENT, Dialect
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.entities.querying.selection import Selection
from accsyn_orm.entities.relations import Beneath
from accsyn_orm.entities.types.file import File, path_problem, remove_members
from accsyn_orm.entities.types.share import Share
from accsyn_orm.entities.validation import refusal
from accsyn_orm.entities.values.path import GivenPathText
from accsyn_orm.entities.values.references import id_of
from accsyn_orm.errors import EntityStateError
from accsyn_orm.paths import AccsynPath

if TYPE_CHECKING:

    class FilesAttr:
        """Given as a list of paths, read as the query for the files of the collection."""

        @overload
        def __get__(self, instance: None, owner: type[Any]) -> Self: ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> Query[File]: ...
        def __get__(self, instance: object | None, owner: type[Any]) -> Self | Query[File]: ...
        def __set__(self, instance: object, value: Sequence[str | AccsynPath]) -> None: ...

else:
    # Attr is in the name for the metaclass: it is declared as an attribute, but no query field.
    FilesAttr = list[GivenPathText]


class Collection(Share):
    """Files of several shares under one name (v3 only).

    Example:
        >>> Collection(name="Dailies", files=["volume=projects/sh010.mov"]).save()  # doctest: +SKIP
        Collection(id='664b8b10a1c9b4d0f5b3c0f1', code='dailies', name='Dailies', status='enabled')
    """

    __entity_type__ = "collection"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": ABSENT}

    files: FilesAttr = attr(default=UNSET, on="create", readable=False)
    """Paths such as ``volume=projects/sh010.mov``, when the collection is created; afterwards the
    query for its files."""

    def add(self, *paths: str | AccsynPath) -> list[File]:
        """Add files; one that is in the collection already is not added again.

        Args:
            paths: where they are, such as ``volume / "sh010.mov"``.

        Returns:
            The members, in this order.

        Raises:
            EntityValidationError: a path names no share; nothing was sent.
        """
        backend, texts = self._saved_backend(), [str(path) for path in paths]
        if problems := [("files", problem) for text in texts if (problem := path_problem(text))]:
            raise refusal(type(self), problems)
        records = backend.create("file", {"files": texts}, self._id) if texts else []
        members = records if isinstance(records, list) else [records]
        return [File.load_record({"collection": self._id, **record}, backend) for record in members]

    def remove(self, *files: File | str) -> None:
        """Take files out, all or none; they stay where they are on their shares.

        Args:
            files: the members, or their ids.

        Raises:
            EntityNotFoundError: one is not in the collection.
        """
        if files:
            remove_members(self._saved_backend(), self._id, [str(id_of(file)) for file in files])


class _FilesOfCollection(Beneath):
    """Reads ``collection.files``; a data descriptor, so that it goes before what was given."""

    def __get__(self, instance: Collection | None, owner: type[Collection]) -> Query[File]:
        if instance is None:
            raise AttributeError("files")  # the metaclass says more
        if instance.is_new:
            reason = "is new, its files are not in the backend yet: save() it first"
            raise EntityStateError(owner.__name__, reason)
        return Query(File, Selection(parent=instance.id), instance.session)

    def __set__(self, instance: Collection, value: Sequence[str | AccsynPath]) -> None:
        instance.files = value


# Set on the finished class: Pydantic would take it for the default of the field.
type.__setattr__(Collection, "files", _FilesOfCollection())
