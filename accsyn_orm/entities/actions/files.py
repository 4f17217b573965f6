"""Working with the files on a share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.capabilities import FileBackend, unable
from accsyn_orm.entities.values.amounts import Size
from accsyn_orm.entities.values.listing import FileInfo, listed
from accsyn_orm.entities.values.path import WITHIN_A_SHARE
from accsyn_orm.errors import EntityStateError, PathError
from accsyn_orm.paths import AccsynPath, PathKind

if TYPE_CHECKING:
    from pathlib import PurePath
    from typing import TypeAlias

    SharePath: TypeAlias = "str | AccsynPath | PurePath"
    """What is on a share: a text relative to it, or a path that begins with it."""

    NameFilter: TypeAlias = "str | Sequence[str] | None"
    """Names: ``word``, ``*word``, ``word*``, ``*word*``, ``a*b``, ``re('…')``, or several."""


class HoldsFiles(Entity):
    """An entity with files; ``share / "sh010"`` is the path of what is in it.

    Files are named relative to the share, or by a path that begins with it. Nothing here is
    remembered: every call is one request.
    """

    @property
    def root(self) -> AccsynPath:
        """The share itself, as paths name it: ``volume=projects``; in v1 ``share=projects``."""
        values = vars(self)
        named = values.get("code") or values.get("id")
        if not named:
            reason = "has neither code nor id yet, so no path can name it: save() it first"
            raise EntityStateError(type(self).__name__, reason)
        kind = "share" if self._generation() == "v1" else self.__entity_type__
        return AccsynPath.parse(f"{kind}={named}", strict=False)

    def __truediv__(self, other: SharePath) -> AccsynPath:
        """Return the path of what is in the share."""
        return self.root.joinpath(other)

    def ls(
        self,
        path: SharePath = "",
        *,
        recursive: bool = False,
        maxdepth: int | None = None,
        getsize: bool = False,
        files_only: bool = False,
        directories_only: bool = False,
        include: NameFilter = None,
        exclude: NameFilter = None,
    ) -> list[FileInfo]:
        """List a folder.

        Args:
            path: which; the share itself unless given.
            recursive: also what is in the folders beneath, as ``files`` of each.
            maxdepth: (recursive) how many levels deep, from 1 on; all unless given.
            getsize: also the sizes of folders, which takes longer.
            files_only: leave out folders.
            directories_only: leave out files.
            include: names to list; letter case does not count, except in ``re('…')``.
            exclude: names to leave out; what ``include`` names is listed nevertheless.

        Raises:
            EntityValidationError: an option is wrong; nothing was sent.
            PathError: the path is on another share; nothing was sent.
        """
        folder = self._at(path)
        rows = self._files().ls(
            folder,
            recursive=recursive,
            maxdepth=maxdepth,
            getsize=getsize,
            files_only=files_only,
            directories_only=directories_only,
            include=_filter(include),
            exclude=_filter(exclude),
        )
        return listed(rows, folder, is_measured=getsize)

    def walk(self, path: SharePath = "") -> Iterator[FileInfo]:
        """Give every file and folder beneath, each folder before what is in it.

        Folders are listed one by one, as they are reached: one request each, so that a tree of any
        size can be walked. ``ls(recursive=True)`` needs one request for all.
        """
        waiting = [iter(self.ls(path))]
        while waiting:
            found = next(waiting[-1], None)
            if found is None:
                waiting.pop()
                continue
            yield found
            if found.is_directory:
                waiting.append(iter(self.ls(found.path)))

    def exists(self, path: SharePath = "") -> bool:
        """Tell whether there is such a file or folder."""
        return self._files().exists(self._at(path))

    def size(
        self, path: SharePath = "", *, include: NameFilter = None, exclude: NameFilter = None
    ) -> Size:
        """Return how many bytes a file has, or everything in a folder.

        Args:
            path: the file or folder; everything on the share unless given.
            include: names to count, as in ``ls()``.
            exclude: names not to count.
        """
        backend, place = self._files(), self._at(path)
        return Size(backend.getsize(place, include=_filter(include), exclude=_filter(exclude)))

    def mkdir(self, path: SharePath) -> AccsynPath:
        """Create a folder; return its path.

        Raises:
            EntityStateError: the backend did not do it.
        """
        place = self._inside(path)
        return self._done("create", place, done=self._files().mkdir(place))

    def rename(self, path: SharePath, name: str) -> AccsynPath:
        """Give a file or folder another name where it is; return its new path.

        Raises:
            PathError: it is no name, but a path: use ``move()``; nothing was sent.
            EntityStateError: the backend did not do it.
        """
        place = self._inside(path)
        renamed = place.with_name(name)
        if reason := WITHIN_A_SHARE(name):
            raise PathError(name, "is no name", hint=reason)
        return self._done("rename", renamed, done=self._files().rename(place, renamed))

    def move(self, path: SharePath, to: SharePath) -> AccsynPath:
        """Move a file or folder to another place, on any share; return its new path.

        Args:
            path: what.
            to: where to, with its name there: relative to this share, or ``other / "a.mov"``.

        Raises:
            EntityStateError: the backend did not do it.
        """
        place, target = self._inside(path), self._place(to)
        return self._done("move", target, done=self._files().mv(place, target))

    def delete_path(self, path: SharePath, *, force: bool = False) -> None:
        """Delete a file or folder from the disk, for good.

        Args:
            path: what; never the share itself.
            force: delete a folder that is not empty, with all that is in it.

        Raises:
            PathError: the share itself is named; nothing was sent.
            EntityStateError: the backend did not do it.
        """
        place = self._inside(path)
        self._done("delete", place, done=self._files().delete(place, force=force))

    # -- inside ------------------------------------------------------------------------------------

    def _files(self) -> FileBackend:
        backend = self._saved_backend()
        if not isinstance(backend, FileBackend):
            raise unable(type(self), "files")
        return backend

    def _place(self, path: SharePath) -> AccsynPath:
        """Return the whole path of what is named relative to the share, or wholly already."""
        if isinstance(path, AccsynPath) and path.kind is not PathKind.RELATIVE:
            return path
        return self.root if isinstance(path, str) and path in {"", "/"} else self / path

    def _at(self, path: SharePath) -> AccsynPath:
        """Return the path of something on this share.

        Raises:
            PathError: it is on another one.
        """
        place = self._place(path)
        if place is path and not place.is_relative_to(self.root):
            hint = "name it relative to the share, or with share / …"
            raise PathError(str(place), f"is not on {str(self.root)!r}", hint=hint)
        return place

    def _inside(self, path: SharePath) -> AccsynPath:
        """Return the path of something on this share, but not of the share."""
        place = self._at(path)
        if not place.parts:
            raise PathError(str(place), "is the whole share", hint="name what is in it")
        return place

    def _done(self, what: str, place: AccsynPath, *, done: bool) -> AccsynPath:
        if not done:
            raise EntityStateError(type(self).__name__, f"the backend did not {what} {place}")
        return place


def _filter(names: NameFilter) -> str | list[str] | None:
    return names if names is None or isinstance(names, str) else list(names)
