"""What a path says of itself; `path` adds what can be made of it."""

from __future__ import annotations

from functools import total_ordering
from typing import TYPE_CHECKING, NoReturn

from accsyn_orm.errors import PathSyntaxError
from accsyn_orm.paths.anatomy import Anatomy, dissect
from accsyn_orm.paths.doubts import find_problem
from accsyn_orm.paths.kinds import DISK_KINDS, PathKind
from accsyn_orm.paths.names import split_name
from accsyn_orm.paths.parties import PathParty
from accsyn_orm.paths.relation import elements, order_key
from accsyn_orm.paths.sequences import FileSequence, read_sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self


@total_ordering
class WrittenPath:
    """A text in the notation and its parts: an immutable value."""

    __slots__ = ("_anatomy", "_text")

    _text: str
    _anatomy: Anatomy

    @classmethod
    def _of(cls, text: str, anatomy: Anatomy | None = None) -> Self:
        """Return the path of any text, unchecked."""
        path = cls.__new__(cls)
        object.__setattr__(path, "_text", text)
        object.__setattr__(path, "_anatomy", anatomy or dissect(text))
        return path

    @property
    def party(self) -> PathParty | None:
        """Whose computer; ``None`` for the workspace, or for a local path this computer."""
        return self._anatomy.party

    @property
    def kind(self) -> PathKind:
        """Where the path begins."""
        return self._anatomy.kind

    @property
    def ident(self) -> str:
        """Code, id or e-mail of the share, ``(default)`` or ``~``; empty where none is named."""
        return self._anatomy.ident

    @property
    def root(self) -> str:
        r"""What the elements are beneath, as written: ``share=proj``, ``/``, ``D:\`` or empty."""
        return self._text[self._anatomy.path_start : self._anatomy.root_end]

    @property
    def parts(self) -> tuple[str, ...]:
        """The elements beneath the root; unlike those of ``pathlib``, without the root."""
        return elements(self._text, self._anatomy)

    @property
    def name(self) -> str:
        """The last element; empty if there is none."""
        return self.parts[-1] if self._anatomy.elements else ""

    @property
    def stem(self) -> str:
        """The name without suffix, and without the range of a sequence."""
        return split_name(self.name).stem

    @property
    def suffix(self) -> str:
        """The last dot of the name and what follows, without the range of a sequence."""
        return split_name(self.name).suffix

    @property
    def sequence(self) -> FileSequence | None:
        """The numbered files that the name means, or ``None`` for one file."""
        return read_sequence(self.name)

    @property
    def is_folder(self) -> bool:
        """Whether it is written as a folder: with a slash at the end.

        A file goes into such a destination under its own name. Without the slash the last element
        is the new name of the file.
        """
        return self._anatomy.is_folder

    @property
    def is_absolute(self) -> bool:
        """Whether it begins at the root of a disk, whoever's."""
        return self.kind in DISK_KINDS

    @property
    def is_local(self) -> bool:
        """Whether it is a file of this computer: absolute, and no party named."""
        return self.is_absolute and self.party is None

    @property
    def is_remote(self) -> bool:
        """Whether it is in the workspace, or on somebody else's computer."""
        return not self.is_local

    @property
    def is_placeholder(self) -> bool:
        """Whether there is nothing to move: the path is ``null``."""
        return self.kind is PathKind.PLACEHOLDER

    @property
    def is_mirrored(self) -> bool:
        """Whether only a party is named, so that the path is that of the other side."""
        return self.kind is PathKind.MIRRORED

    @property
    def problem(self) -> PathSyntaxError | None:
        """What strict reading refuses in it; ``None`` for a path that it takes."""
        return find_problem(self._text, self._anatomy)

    # -- as a value --------------------------------------------------------------------------------

    def __str__(self) -> str:
        return self._text

    def __wire_text__(self) -> str:
        """Return what is sent, wherever in a payload the path is."""
        return self._text

    def __repr__(self) -> str:
        if self.problem is None:
            return f"AccsynPath({self._text!r})"
        return f"AccsynPath.parse({self._text!r}, strict=False)"

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, WrittenPath) else NotImplemented

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, WrittenPath):
            return NotImplemented
        return order_key(self._text, self._anatomy) < order_key(other._text, other._anatomy)

    def __hash__(self) -> int:
        return hash((WrittenPath, self._text))

    def __reduce__(self) -> tuple[Callable[[str], WrittenPath], tuple[str]]:
        return self._of, (self._text,)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"an AccsynPath cannot be changed: {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"an AccsynPath cannot be changed: {name!r}")
