"""A place inside a directory tree: names that were checked, so that no path can lead out of it.

The same rules hold on every system that the workspace runs on; what could be harmless here is
somebody else's drive, device or parent directory. Whether the place exists is for `tree`.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accsyn_orm.server.refusals import Refusal

MAX_NAME_BYTES = 255
"""UTF-8 bytes of one name: what file systems can hold."""
MAX_PATH_BYTES = 4_000
"""UTF-8 bytes of a whole place."""
MAX_DEPTH = 200
"""Names of a place."""

DRAFT_PREFIX = ".accsyn-draft-"
"""Files that are being written have names that begin so; no path can say one."""

_SEPARATORS = re.compile(r"[/\\]")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE | re.DOTALL
)
_ORDINARY = re.compile(r"[A-Za-z0-9_-](?:[A-Za-z0-9_. -]{0,98}[A-Za-z0-9_-])?")


@dataclass(frozen=True, slots=True)
class Inside:
    """Where something is in a tree: the names on the way from its root, which has none.

    There is no instance with a name that could lead elsewhere: making one raises.

    Attributes:
        names: directories from the root on, and the last element.

    Raises:
        Refusal: a name is none, or there are too many.
    """

    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.names:
            _require_name(name)
        self._require_short()

    def _require_short(self) -> None:
        if len(self.names) > MAX_DEPTH:
            raise Refusal(f"a path has at most {MAX_DEPTH} elements, this has {len(self.names)}")
        if len(str(self).encode()) > MAX_PATH_BYTES:
            raise Refusal(f"a path has at most {MAX_PATH_BYTES} bytes")

    @classmethod
    def parse(cls, text: str) -> Inside:
        r"""Read a relative path; ``/`` and ``\`` both separate, also mixed.

        A separator at the end changes nothing. An empty text is the root itself.

        Raises:
            Refusal: the path is absolute, or one of its elements is no name: ``..``, a drive,
                a device, nothing at all …
        """
        if _SEPARATORS.match(text) and text.strip("/\\"):
            raise Refusal(f"{text!r} is absolute: write a path that begins at the share")
        parts = _SEPARATORS.split(text)
        while parts and not parts[-1]:
            parts.pop()
        return cls(tuple(parts))

    @classmethod
    def on_computer(cls, text: str) -> Inside:
        r"""Read an absolute path on somebody's computer, for the tree that stands for its disks.

        A Windows drive is the first element, without its colon; of ``\\server\share\x`` all
        elements are names.

        Raises:
            Refusal: one of its elements is no name.
        """
        drive, rest = (text[0].upper(), text[2:]) if _DRIVE.match(text) else ("", text)
        parts = [part for part in _SEPARATORS.split(rest) if part]
        return cls((drive, *parts) if drive else tuple(parts))

    @property
    def name(self) -> str:
        """The last element; empty at the root."""
        return self.names[-1] if self.names else ""

    @property
    def parent(self) -> Inside:
        """The directory that this is in; the root is its own parent."""
        return Inside(self.names[:-1])

    @property
    def is_root(self) -> bool:
        """Whether this is the tree itself."""
        return not self.names

    def __truediv__(self, further: Inside | str) -> Inside:
        """Return the place that is reached from here: by one name, or by another place."""
        if isinstance(further, str):
            _require_name(further)
            return self._joined(further)
        return self._joined(*further.names)

    def _joined(self, *names: str) -> Inside:
        # Without checking again, for each file of a large tree, the names that lead there.
        place = object.__new__(Inside)
        object.__setattr__(place, "names", (*self.names, *names))
        place._require_short()
        return place

    def is_within(self, other: Inside) -> bool:
        """Tell whether this is the other place, or beneath it."""
        return self.names[: len(other.names)] == other.names

    def __str__(self) -> str:
        return "/".join(self.names)


ROOT = Inside()
"""The tree itself."""


def problem_of_name(name: str, *, on_windows: bool = os.name == "nt") -> str | None:
    """Say why a text cannot be the name of a file or directory, or return ``None``.

    Args:
        name: one element of a path.
        on_windows: also refuse what only Windows cannot have in names.
    """
    if _ORDINARY.fullmatch(name) and not _DEVICE.fullmatch(name):
        return None  # as most names are
    for is_wrong, problem in _RULES:
        if is_wrong(name):
            return problem
    if on_windows and _NOT_ON_WINDOWS.search(name):
        return "holds a character that names cannot have on this system"
    return None


def _require_name(name: str) -> None:
    problem = problem_of_name(name)
    if problem:
        raise Refusal(f"{name!r} {problem}")


def _leads_elsewhere(name: str) -> bool:
    """Tell whether a name is, or looks to some file system like, ``..`` or more than one name."""
    if name.isascii():
        return not name.strip(". ") or _SEPARATORS.search(name) is not None
    # Some systems compare names without format characters, or in a normal form.
    plain = unicodedata.normalize("NFKC", name)
    visible = "".join(one for one in plain if unicodedata.category(one) != "Cf")
    return not visible.strip(". ") or _SEPARATORS.search(visible) is not None


_RULES: Sequence[tuple[Callable[[str], object], str]] = (
    (lambda name: not name, "is an empty name: two separators stand side by side"),
    (_UNPRINTABLE.search, "holds a character that no name can have"),
    (_leads_elsewhere, "leads elsewhere: a path goes down only"),
    (_DRIVE.match, "is a drive: write a path that begins at the share"),
    (lambda name: name[-1] in ". ", "ends in a dot or a space, which some systems leave out"),
    (_DEVICE.fullmatch, "is the name of a device"),
    (lambda name: len(name.encode()) > MAX_NAME_BYTES, f"is longer than {MAX_NAME_BYTES} bytes"),
    (
        lambda name: name.startswith(DRAFT_PREFIX),
        "is kept for files that are being written",
    ),
)
"""What no name may be, on any system, and how that is said; the first that applies counts."""
