"""``AccsynPath``: where files are, in accsyn's own notation, as a value.

Only the notation: whether the party, the share or the file exists, the backend knows.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, final

from accsyn_orm.errors import PathError, PathSyntaxError
from accsyn_orm.paths import derivation
from accsyn_orm.paths.anatomy import Anatomy, dissect
from accsyn_orm.paths.doubts import find_problem, party_problem
from accsyn_orm.paths.kinds import (
    DEFAULT_SHARE,
    OWN_HOME,
    WINDOWS_KINDS,
    PartyKind,
    PathKind,
)
from accsyn_orm.paths.names import split_name
from accsyn_orm.paths.parties import PathParty
from accsyn_orm.paths.reading import WrittenPath
from accsyn_orm.paths.relation import elements, rest_beneath
from accsyn_orm.paths.sequences import FileSequence

if TYPE_CHECKING:
    from pathlib import PurePath, PurePosixPath, PureWindowsPath


@final
class AccsynPath(WrittenPath):
    """A source, a destination or a place on a share: ``[party:]path``.

    A value: immutable, hashable, ordered, and equal to a path that is written the same. ``str()``
    is the text as it was written. It is no ``os.PathLike``: to open a file on this computer, ask
    `to_local`, which refuses what is elsewhere.

    Args:
        text: the notation, read strictly; see `parse` for text from the backend.

    Raises:
        PathSyntaxError: the text is no path, or a doubtful one.

    Example:
        >>> shot = AccsynPath("volume=projects") / "sh010"
        >>> str(shot / "plate.exr")
        'volume=projects/sh010/plate.exr'
        >>> str((shot / "plate.exr").with_party("site=london"))
        'site=london:volume=projects/sh010/plate.exr'
    """

    __slots__ = ()

    def __init__(self, text: str | AccsynPath) -> None:
        is_path = isinstance(text, AccsynPath)  # which was read, however strictly
        written, anatomy = _read(text, strict=not is_path)
        object.__setattr__(self, "_text", written)
        object.__setattr__(self, "_anatomy", anatomy)

    @classmethod
    def parse(cls, text: str, *, strict: bool = True) -> AccsynPath:
        """Read a path.

        Args:
            text: the notation.
            strict: refuse what has a meaning, but hardly the one that was meant: an unknown kind,
                a step up (``..``), a name that is empty. Relaxed reading takes every text, and
                gives back the same: for what the backend says.

        Raises:
            PathSyntaxError: the text is no path, or (strict) a doubtful one.
        """
        return cls._of(*_read(text, strict=strict))

    # -- making one --------------------------------------------------------------------------------

    @classmethod
    def share(cls, code: str, *parts: str) -> AccsynPath:
        """Name a volume, folder, home or collection by its code or id, and what is inside."""
        return _named(PathKind.SHARE, code, parts)

    @classmethod
    def volume(cls, code: str = DEFAULT_SHARE, *parts: str) -> AccsynPath:
        """Name a volume by its code or id, or the default one, and what is inside.

        Example:
            >>> AccsynPath.volume("projects", "sh010", "plate.exr")
            AccsynPath('volume=projects/sh010/plate.exr')
        """
        return _named(PathKind.VOLUME, code, parts)

    @classmethod
    def folder(cls, code: str, *parts: str) -> AccsynPath:
        """Name a folder that is a share by its code or id, and what is inside."""
        return _named(PathKind.FOLDER, code, parts)

    @classmethod
    def home(cls, owner: str = OWN_HOME, *parts: str) -> AccsynPath:
        """Name the home of a user by e-mail, or the own one, and what is inside."""
        if owner == OWN_HOME:
            return cls(OWN_HOME).joinpath(*parts)
        return _named(PathKind.HOME, owner, parts)

    @classmethod
    def collection(cls, code: str, *parts: str) -> AccsynPath:
        """Name a collection by its code or id, and what is inside."""
        return _named(PathKind.COLLECTION, code, parts)

    @classmethod
    def delivery(cls, ident: str, *parts: str) -> AccsynPath:
        """Name a delivery by its id, to list its files."""
        return _named(PathKind.DELIVERY, ident, parts)

    @classmethod
    def site(cls, code: str, path: str | AccsynPath | None = None) -> AccsynPath:
        """Name a path at a site; without one it is that of the other side (mirrored)."""
        return _at(PathParty(PartyKind.SITE, code), path)

    @classmethod
    def user(
        cls, email: str, path: str | AccsynPath | None = None, *, host: str | None = None
    ) -> AccsynPath:
        """Name a path at a user's computer: the one named ``host``, or the last that was online."""
        return _at(PathParty(PartyKind.USER, email, host), path)

    @classmethod
    def client(cls, ident: str, path: str | AccsynPath | None = None) -> AccsynPath:
        """Name a path at one computer, by the id of its client."""
        return _at(PathParty(PartyKind.CLIENT, ident), path)

    @classmethod
    def local(cls, path: str | os.PathLike[str]) -> AccsynPath:
        """Name a file of this computer.

        Args:
            path: an absolute path, of Linux, macOS or Windows.

        Raises:
            PathError: it is not absolute.
            PathSyntaxError: it is doubtful; a step up (``..``) is.
        """
        made = cls(os.fspath(path))
        if not made.is_local:
            hint = "pathlib.Path(…).resolve() makes it so"
            raise PathError(str(made), "is no absolute path of a disk", hint=hint)
        return made

    # -- what is around ----------------------------------------------------------------------------

    @property
    def parent(self) -> AccsynPath:
        """What the last element is in; a share or a disk is its own parent.

        Raises:
            PathError: a relative path of one element: nothing names what is above.
        """
        return self._within(derivation.parent_text(self._text, self._anatomy))

    @property
    def parents(self) -> tuple[AccsynPath, ...]:
        """Everything above that can be named, nearest first."""
        ends = [end for _, end in self._anatomy.elements[:-1]]
        if self._anatomy.elements and self._anatomy.root_end > self._anatomy.path_start:
            ends.insert(0, self._anatomy.root_end)
        return tuple(self._within(self._text[:end]) for end in reversed(ends))

    def joinpath(self, *others: str | AccsynPath | PurePath) -> AccsynPath:
        r"""Return what is beneath; the same as ``/``.

        Args:
            others: elements, several in one text as well. On a Windows disk ``/`` becomes the
                separator that the path uses. A slash at the end stays.

        Raises:
            PathError: nothing can be beneath this path.
            PathSyntaxError: one is empty, absolute, goes up, or is otherwise doubtful. What is
                joined never leaves the path that it is joined to.
        """
        path = self
        for other in others:
            path = self._of(derivation.join(path._text, path._anatomy, _relative_text(other)))
        return path

    def __truediv__(self, other: str | AccsynPath | PurePath) -> AccsynPath:
        return self.joinpath(other)

    def with_name(self, name: str) -> AccsynPath:
        """Return the path with another last element; a slash at the end stays.

        Raises:
            PathError: there is no element.
            PathSyntaxError: it is no name.
        """
        return self._of(derivation.replace_name(self._text, self._anatomy, name))

    def with_suffix(self, suffix: str) -> AccsynPath:
        """Return the path with another suffix, or without one; the range of a sequence stays.

        Raises:
            PathError: there is no element.
            PathSyntaxError: it is no suffix, such as ``.exr``.
        """
        stem, _, frames = split_name(self.name)
        if suffix and (suffix[0] != "." or suffix == "."):
            hint = "write it with its dot, as .exr"
            raise PathSyntaxError("this is no suffix", text=suffix, position=0, hint=hint)
        return self.with_name(f"{stem}{suffix}{frames}")

    def with_frames(self, first: int, last: int) -> AccsynPath:
        """Return the path with a range of frames, both included.

        Raises:
            PathError: the name is not that of a sequence, such as ``plate.%04d.exr``.
            PathSyntaxError: the range counts down, or begins below zero.
        """
        return self.with_name(f"{self._sequence().pattern}[{first}-{last}]")

    def at_frame(self, frame: int) -> AccsynPath:
        """Return the path of one file of a sequence.

        Raises:
            PathError: the name is not that of a sequence, such as ``plate.%04d.exr``.
            ValueError: the number is negative.
        """
        return self.with_name(self._sequence().file_name(frame))

    def as_folder(self) -> AccsynPath:
        """Return the path with a slash at the end.

        Raises:
            PathError: only a party is named, or nothing.
        """
        return self._within(derivation.end_in_slash(self._text, self._anatomy))

    def as_file(self) -> AccsynPath:
        """Return the path without a slash at the end.

        Raises:
            PathError: it is the root of a disk.
        """
        return self._within(derivation.end_without_slash(self._text, self._anatomy))

    def with_party(self, party: PathParty | str | None) -> AccsynPath:
        """Return the same path at another party.

        Args:
            party: the party, its notation such as ``site=london``, or ``None`` for none.

        Raises:
            PathError: nothing is left without a party, or the path would be read as one.
            PathSyntaxError: it is no party.
        """
        below = self._text[self._anatomy.path_start :]
        written = "" if party is None else str(party)
        text = f"{written}:{below}" if written and below else f"{written}{below}"
        made = dissect(text)
        wanted = (below, self.kind, self.ident, self.parts)
        if wanted != (text[made.path_start :], made.kind, made.ident, elements(text, made)):
            raise PathError(text, "is not that path at another party", hint="name its share")
        if problem := (find_problem if self.problem is None else party_problem)(text, made):
            raise problem
        return self._of(text, made)

    def as_current_notation(self) -> AccsynPath:
        """Return the path with a slash where v1 had a colon: ``party:share=code/path:path``.

        Only who wrote it knows: the name of a file may hold a colon. A path without one comes back
        as it is.
        """
        return self._of(derivation.slash_for_colon(self._text, self._anatomy))

    # -- how it relates to others ------------------------------------------------------------------

    def is_relative_to(self, other: str | AccsynPath) -> bool:
        """Whether it is that path, or beneath it: same party, same share, same first elements.

        On a Windows disk letter case does not count. A path that goes up (``..``) is beneath none.
        """
        return self._rest(other) is not None

    def relative_to(self, other: str | AccsynPath) -> PurePosixPath:
        """Return what is between, to be joined to another path, of this kind or of ``pathlib``.

        Raises:
            PathError: it is not beneath that path.
        """
        from pathlib import PurePosixPath  # 5 ms that few need

        rest = self._rest(other)
        if rest is None:
            raise PathError(self._text, f"is not beneath {str(other)!r}")
        return PurePosixPath(*rest)

    def to_local(self) -> PurePosixPath | PureWindowsPath:
        """Return the path for ``pathlib``; of the system that the path is written for.

        Raises:
            PathError: it is not on this computer.
        """
        from pathlib import PurePosixPath, PureWindowsPath

        if not self.is_local:
            hint = "with_party(None) forgets whose computer is meant" if self.is_absolute else None
            raise PathError(self._text, "is no path of this computer", hint=hint)
        return (PureWindowsPath if self.kind in WINDOWS_KINDS else PurePosixPath)(self._text)

    def _within(self, text: str) -> AccsynPath:
        """Return a path made from a part of the text, if it still means what it meant there."""
        anatomy = dissect(text)
        if anatomy.head != self._anatomy.head:
            raise PathError(text, "alone would mean something else", hint="name its share")
        return self._of(text, anatomy)

    def _rest(self, other: str | AccsynPath) -> tuple[str, ...] | None:
        path = AccsynPath(other)
        return rest_beneath(self._text, self._anatomy, path._text, path._anatomy)

    def _sequence(self) -> FileSequence:
        if (sequence := self.sequence) is None:
            hint = "write the number as %04d or ####"
            raise PathError(self._text, "is no file sequence", hint=hint)
        return sequence


def _read(text: object, *, strict: bool) -> tuple[str, Anatomy]:
    if isinstance(text, AccsynPath):
        text = str(text)
    if not isinstance(text, str):
        hint = "AccsynPath.local() takes a path of pathlib" if hasattr(text, "__fspath__") else ""
        raise TypeError(f"a path is text, not {type(text).__name__}. {hint}".rstrip(". "))
    written = str.__str__(text)  # not what a subclass shows itself as
    anatomy = dissect(written)
    if strict and (problem := find_problem(written, anatomy)):
        raise problem
    return written, anatomy


def _named(kind: PathKind, ident: str, parts: tuple[str, ...]) -> AccsynPath:
    root = AccsynPath(f"{kind}={ident}")
    if root.ident != ident or root.is_folder or root.parts:
        position = len(f"{kind}=")
        hint = "what is inside follows as arguments of their own"
        reason = "this is not the code of a share alone"
        raise PathSyntaxError(reason, text=str(root), position=position, hint=hint)
    return root.joinpath(*parts)


def _at(party: PathParty, path: str | AccsynPath | None) -> AccsynPath:
    alone = AccsynPath(str(party))
    if not alone.is_mirrored:
        raise PathError(str(alone), "is more than a party", hint="the path is the second argument")
    if path is None:
        return alone
    below = AccsynPath(path)
    if below.party is not None:
        raise PathError(str(below), "names a party already", hint="with_party() replaces it")
    return below.with_party(party)


def _relative_text(other: str | AccsynPath | PurePath) -> str:
    """Return what is joined as text; of ``pathlib`` with slashes, whatever the system."""
    if isinstance(other, (str, AccsynPath)):
        return str(other)
    as_posix = getattr(other, "as_posix", None)
    if as_posix is None:
        raise TypeError(f"text or a relative path can be joined, not {type(other).__name__}")
    return str(as_posix())
