"""Texts of new paths from that of another: what is added is checked, and can never leave it."""

from __future__ import annotations

import re

from accsyn_orm.errors import PathError, PathSyntaxError
from accsyn_orm.paths.anatomy import Anatomy, dissect, separator
from accsyn_orm.paths.doubts import find_problem, problem_from
from accsyn_orm.paths.kinds import OWN_HOME, SHARE_KINDS, WITHOUT_ELEMENTS
from accsyn_orm.paths.slips import kind_meant

_SEPARATORS = "/\\"
_DRIVE = re.compile(r"[A-Za-z]:")


def join(text: str, anatomy: Anatomy, added: str) -> str:
    """Return the text of what is beneath a path.

    Raises:
        PathError: nothing can be beneath it.
        PathSyntaxError: what is added is empty, absolute, begins a path of its own, or is doubtful.
    """
    if anatomy.kind in WITHOUT_ELEMENTS:
        hint = "give a path its party with path.with_party(…)"
        raise PathError(text, "names no path that something could be beneath", hint=hint)
    between = separator(text, anatomy)
    stem = text[: anatomy.end]
    base = stem if stem.endswith(between) else f"{stem}{between}"
    result = base + (added.replace("/", between) if between != "/" else added)
    if reason := _why_not_beneath(added):
        hint = "only what is beneath a path can be joined to it"
        raise PathSyntaxError(reason, text=result, position=len(base), hint=hint)
    return checked(result, anatomy, len(base))


def _why_not_beneath(added: str) -> str | None:
    if not added:
        return "nothing is joined"
    if added[0] in _SEPARATORS or _DRIVE.match(added):
        return "an absolute path is joined"
    if _begins_anew(added) or added.rstrip(_SEPARATORS) == OWN_HOME:
        return "a path that begins at a share, or names a party, is joined"
    if added.startswith((f"{OWN_HOME}/", f"{OWN_HOME}\\")):
        return "a path in the own home is joined"
    return None


def _begins_anew(added: str) -> bool:
    """Tell whether there is a kind before ``=``; a misspelt one is no name either."""
    word, equals, _ = re.split(r"[/\\]", added, maxsplit=1)[0].partition("=")
    return bool(equals) and kind_meant(word) is not None


def replace_name(text: str, anatomy: Anatomy, name: str) -> str:
    """Return the text with another last element; a slash at the end stays.

    Raises:
        PathError: the path has no elements.
        PathSyntaxError: the name is empty, holds a separator, or is doubtful.
    """
    begin, end = last_element(text, anatomy)
    result = f"{text[:begin]}{name}{text[end:]}"
    if not name:
        raise PathSyntaxError("a name is empty", text=result, position=begin)
    if found := re.search(r"[/\\]", name):
        hint = "join with / what is beneath, or take the parent first"
        position = begin + found.start()
        raise PathSyntaxError("a name holds a slash", text=result, position=position, hint=hint)
    return checked(result, anatomy, begin)


def last_element(text: str, anatomy: Anatomy) -> tuple[int, int]:
    """Return begin and end of the last element.

    Raises:
        PathError: there is none.
    """
    if not anatomy.elements:
        raise PathError(text, "has no name", hint="it names a whole share, disk or party")
    return anatomy.elements[-1]


def parent_text(text: str, anatomy: Anatomy) -> str:
    """Return the text without the last element; that of a root is the root itself.

    Raises:
        PathError: a relative path of one element: nothing names what is above.
    """
    above = anatomy.elements[:-1]
    end = above[-1][1] if above else anatomy.root_end
    if end == anatomy.path_start and anatomy.elements:
        hint = "name the share, as in volume=(default)/…"
        raise PathError(text, "has no parent that could be written", hint=hint)
    return text[:end] if anatomy.elements else text


def end_in_slash(text: str, anatomy: Anatomy) -> str:
    """Return the text with a separator at the end.

    Raises:
        PathError: the path is none that could be a folder.
    """
    if anatomy.kind in WITHOUT_ELEMENTS:
        raise PathError(text, "names no path that could be a folder")
    return text if anatomy.is_folder else text + separator(text, anatomy)


def end_without_slash(text: str, anatomy: Anatomy) -> str:
    """Return the text without separators at the end.

    Raises:
        PathError: the path is the root of a disk, which ends in one.
    """
    if text[: anatomy.end].endswith(("/", "\\")):
        raise PathError(text, "is the root of a disk, and so a folder")
    return text[: anatomy.end]


def slash_for_colon(text: str, anatomy: Anatomy) -> str:
    """Return the text with the colon behind a share, or its path, as v1 took it: for a slash."""
    before, colon, after = text[anatomy.path_start :].partition(":")
    if not colon or anatomy.kind not in SHARE_KINDS or anatomy.ident == OWN_HOME:
        return text
    joint = "" if before.endswith("/") or after.startswith("/") else "/"
    return f"{text[: anatomy.path_start]}{before}{joint}{after}"


def checked(text: str, anatomy: Anatomy, start: int) -> str:
    """Return a text made from another path, if it begins where that one does.

    Raises:
        PathSyntaxError: it does not, or is doubtful from the offset on.
    """
    made = dissect(text)
    # The first element of a relative path says what kind it is; a lone backslash may be before it.
    is_relative = anatomy.root_end == anatomy.path_start
    is_first = is_relative and not text[anatomy.path_start : start].strip("\\")
    problem = find_problem(text, made) if is_first else problem_from(text, made, start)
    if problem:
        raise problem
    if made.root_end != anatomy.root_end:
        hint = "the text would name another place: " + (text[: made.root_end] or "a relative path")
        raise PathSyntaxError("not beneath the path any more", text=text, position=start, hint=hint)
    return text
