"""What strict reading refuses: text that has a meaning, but hardly the one that was meant.

Each check returns the first problem that it sees from an offset on: a path that was read relaxed
may be doubtful, what is added to it may not.
"""

from __future__ import annotations

import re

from accsyn_orm.errors import PathSyntaxError
from accsyn_orm.paths.anatomy import Anatomy
from accsyn_orm.paths.kinds import (
    DEFAULT_SHARE,
    KIND_WORDS,
    MAIN_SITE,
    OWN_HOME,
    PARTY_WORDS,
    PLACEHOLDER,
    SHARE_KINDS,
    WINDOWS_KINDS,
    PartyKind,
    PathKind,
)
from accsyn_orm.paths.parties import PathParty
from accsyn_orm.paths.sequences import broken_range
from accsyn_orm.paths.slips import kind_meant

# Surrogates stand for bytes that are no UTF-8: JSON cannot carry them.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DOUBLED = re.compile(r"[/\\]{2,}")
_LETTER_COLON = re.compile(r"[A-Za-z]:")
_NOT_IN_A_PARTY = re.compile(r"[/\\=\s]")
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*]')
_READ_FORM = (*KIND_WORDS, "workspace")
_DEFAULT_KINDS = (PathKind.SHARE, PathKind.VOLUME)
_IN_DEFAULT = f"a file of that name is written volume={DEFAULT_SHARE}/…"


def find_problem(text: str, anatomy: Anatomy) -> PathSyntaxError | None:
    """Return the first thing that strict reading refuses, or ``None``."""
    return (
        _check_ends(text, anatomy)
        or _check_characters(text, anatomy, 0)
        or party_problem(text, anatomy)
        or _check_root(text, anatomy)
        or problem_from(text, anatomy, 0)
    )


def problem_from(text: str, anatomy: Anatomy, start: int) -> PathSyntaxError | None:
    """Return the first doubtful character or element from an offset on, or ``None``."""
    return (
        _check_characters(text, anatomy, start)
        or _check_backslashes(text, anatomy, start)
        or _check_doubled(text, anatomy, start)
        or _check_elements(text, anatomy, start)
    )


def party_problem(text: str, anatomy: Anatomy) -> PathSyntaxError | None:
    """Return what is doubtful about the party, or ``None``."""
    party, end = anatomy.party, anatomy.path_start
    if party is None:
        return None
    written = text[:end].removesuffix(":")
    if bad := _NOT_IN_A_PARTY.search(written, written.find("=") + 1):
        return _bad_character_in_party(text, bad)
    if party.kind is PartyKind.USER:
        found = _user_problem(text, party, is_named="=" in written)
    elif party.kind is PartyKind.WORKSPACE:
        found = _word_problem(text, party.ident, end)
    else:
        found = _code_problem(text, party.ident, end)
    return found or _lonely_colon(text, anatomy)


def _user_problem(text: str, party: PathParty, *, is_named: bool) -> PathSyntaxError | None:
    address = [*party.ident.split("@"), *(() if party.host is None else (party.host,))]
    if all(address) and (len(address) in {2, 3} or (is_named and len(address) == 1)):
        return None
    hint = "write lisa@example.com, or lisa@example.com@host for one computer"
    return _problem("this is no e-mail address", text, 0, hint)


def _code_problem(text: str, ident: str, end: int) -> PathSyntaxError | None:
    if "@" not in ident:
        return None
    position = text.index("@", 0, end)
    return _problem("an @ in a code or an id", text, position, "a user is written user=…")


def _lonely_colon(text: str, anatomy: Anatomy) -> PathSyntaxError | None:
    if anatomy.kind is not PathKind.MIRRORED or not text.endswith(":"):
        return None
    hint = f"a party alone has no colon; the main site alone is {MAIN_SITE}"
    return _problem("a path is missing after the colon", text, len(text), hint)


def _bad_character_in_party(text: str, bad: re.Match[str]) -> PathSyntaxError:
    if bad[0] in "/\\":
        hint = f"a colon ends it: {text[: bad.start()]}:path"
        return _problem("a slash after the party", text, bad.start(), hint)
    shown = "white space" if bad[0].isspace() else f"{bad[0]!r}"
    return _problem(f"{shown} in the party", text, bad.start(), "write party:path")


def _word_problem(text: str, word: str, end: int) -> PathSyntaxError | None:
    if text[end : end + 2] == "//":
        hint = "write party:path, such as site=london:share=projects/a.mov"
        return _problem("a URL is no path", text, end, hint)
    if word.casefold() in _READ_FORM:
        kind = word.casefold()
        meant = f"{kind}=" if kind != PartyKind.WORKSPACE else f"{MAIN_SITE}:"
        return _problem(f"{word!r} is no workspace", text, end - 1, f"write {meant}…")
    return None


def _check_ends(text: str, anatomy: Anatomy) -> PathSyntaxError | None:
    if not text:
        return _problem("a path is empty", text, 0, "write share=code/path, or party:path")
    start = anatomy.path_start
    if text[0].isspace() or text[start : start + 1].isspace():
        position = 0 if text[0].isspace() else start
        return _problem("white space before the path", text, position, "leave it out")
    if text[-1].isspace():
        position = len(text.rstrip())
        return _problem("white space after the path", text, position, "leave it out")
    return None


def _check_root(text: str, anatomy: Anatomy) -> PathSyntaxError | None:
    kind, start = anatomy.kind, anatomy.path_start
    if kind not in WINDOWS_KINDS and _LETTER_COLON.match(text, start):
        hint = f"write {text[start]}:\\…; a workspace has a code of at least two characters"
        return _problem("a single letter before a colon is a drive", text, start + 1, hint)
    if kind is PathKind.UNKNOWN:
        return _unknown_kind(text, anatomy)
    if kind is PathKind.RELATIVE:
        return _relative_problem(text, anatomy)
    if kind is PathKind.UNC:
        return _file_server_problem(text, anatomy)
    return _share_problem(text, anatomy) if kind in SHARE_KINDS else None


def _unknown_kind(text: str, anatomy: Anatomy) -> PathSyntaxError:
    start = anatomy.path_start
    word = text[start : text.index("=", start)]
    if word.casefold() not in PARTY_WORDS:
        return _problem(f"unknown kind {word!r}", text, start, _kind_hint(word))
    if not anatomy.ident.partition(":")[0]:
        return _nothing_named(word, text, start)
    if anatomy.party is not None:
        return _problem("a second party", text, start, "write one party: party:path")
    hint = f"write {word}={anatomy.ident}:path"
    return _problem("a slash after the party", text, anatomy.root_end, hint)


def _kind_hint(word: str) -> str:
    from difflib import get_close_matches  # only for a mistake

    slip = kind_meant(word)
    if near := [slip] if slip else get_close_matches(word.casefold(), KIND_WORDS, 1):
        return f"did you mean {near[0]}=?"
    return f"one of {', '.join(f'{kind}=' for kind in SHARE_KINDS[:5])}; {_IN_DEFAULT}"


def _nothing_named(word: str, text: str, start: int) -> PathSyntaxError:
    position = start + len(word) + 1
    return _problem(f"{word}= names nothing", text, position, f"write {word}=code")


def _share_problem(text: str, anatomy: Anatomy) -> PathSyntaxError | None:
    kind, ident, end = anatomy.kind, anatomy.ident, anatomy.root_end
    begin = end - len(ident)
    if not is_name(ident):
        return _nothing_named(str(kind), text, anatomy.path_start)
    if ident != ident.strip():
        return _problem("white space around the code of the share", text, begin, "leave it out")
    if "=" in ident:
        return _problem("a second kind", text, begin, f"write {ident}")
    if ident == DEFAULT_SHARE and kind not in _DEFAULT_KINDS:
        hint = f"write volume={DEFAULT_SHARE}"
        return _problem(f"there is no default {kind}", text, begin, hint)
    if text[end : end + 1] == ":":
        hint = f"write {kind}={ident}/path; as_current_notation() does"
        return _problem("a colon after the code of the share", text, end, hint)
    return None


def _relative_problem(text: str, anatomy: Anatomy) -> PathSyntaxError | None:
    if not anatomy.elements:  # a lone backslash
        return _problem("a path is missing", text, anatomy.path_start, None)
    begin, end = anatomy.elements[0]
    first = text[begin:end]
    if ":" in first:
        position = begin + first.index(":")
        return _problem("what is before this colon is no party", text, position, _IN_DEFAULT)
    if first.startswith(OWN_HOME):
        hint = "~ is the own home; another is written home=lisa@example.com"
        return _problem(f"{first!r} is no home", text, begin, hint)
    if first == PLACEHOLDER:
        return _problem("null stands for nothing to move", text, begin, _IN_DEFAULT)
    is_party = "@" in first or first.casefold() == MAIN_SITE
    if is_party and anatomy.party is None and text[end : end + 1]:
        hint = f"write {first}:path; {_IN_DEFAULT}"
        return _problem("a slash after the party", text, end, hint)
    return None


def _file_server_problem(text: str, anatomy: Anatomy) -> PathSyntaxError | None:
    begin = anatomy.path_start + len("\\\\")
    server, _, share = text[begin : anatomy.root_end].replace("/", "\\").partition("\\")
    # A device (\\?\C:, \\.\pipe) is no server.
    if is_name(server) and is_name(share) and not _NOT_ON_WINDOWS.search(f"{server}{share}"):
        return None
    hint = r"write \\server\share\path"
    return _problem("a server or its share is missing", text, anatomy.root_end, hint)


def _check_characters(text: str, _: Anatomy, start: int) -> PathSyntaxError | None:
    if found := _CONTROL.search(text, start):
        code = f"U+{ord(found[0]):04X}"
        return _problem(f"a character that no path has ({code})", text, found.start(), None)
    if len(text) > start and text[-1].isspace():
        return _problem("white space after the path", text, len(text.rstrip()), "leave it out")
    return None


def _check_backslashes(text: str, anatomy: Anatomy, start: int) -> PathSyntaxError | None:
    party = anatomy.party
    is_at_user = party is not None and party.kind in {PartyKind.USER, PartyKind.CLIENT}
    if anatomy.kind in WINDOWS_KINDS or (is_at_user and anatomy.kind is PathKind.RELATIVE):
        return None
    position = text.find("\\", max(start, anatomy.path_start))
    if position < 0:
        return None
    hint = "write /; a backslash separates on a Windows disk, and beneath a user's download area"
    return _problem("a backslash", text, position, hint)


def _check_doubled(text: str, anatomy: Anatomy, start: int) -> PathSyntaxError | None:
    # The slash that ends the root of a disk is the first of two.
    root_end = anatomy.root_end
    begin = root_end - 1 if text[root_end - 1 : root_end] in {"/", "\\"} else root_end
    if found := _DOUBLED.search(text, max(start, begin)):
        hint = "is the name between them empty?"
        return _problem("two slashes in a row", text, found.start() + 1, hint)
    return None


def _check_elements(text: str, anatomy: Anatomy, start: int) -> PathSyntaxError | None:
    for begin, end in anatomy.elements:
        if begin >= start and (found := _element_problem(text, anatomy, begin, end)):
            return found
    begin, end = anatomy.elements[-1] if anatomy.elements else (0, 0)
    if begin < start or (position := broken_range(text[begin:end])) is None:
        return None
    hint = "the frames of a sequence count up, as [100-167] does"
    return _problem("this is no range of frames", text, begin + position, hint)


def _element_problem(text: str, anatomy: Anatomy, begin: int, end: int) -> PathSyntaxError | None:
    element = text[begin:end]
    if not is_name(element):
        hint = "a path is written out, without steps up or in place"
        return _problem(f"{element!r} is no name", text, begin, hint)
    if anatomy.kind in WINDOWS_KINDS and (bad := _NOT_ON_WINDOWS.search(element)):
        reason = f"a name on Windows holds no {bad[0]}"
        return _problem(reason, text, begin + bad.start(), None)
    return None


def is_name(text: str) -> bool:
    """Tell whether an element names something, and is no step up or in place."""
    # Windows drops blanks and dots at the end of a name: ".. " would leave the folder.
    return bool("".join(text.split()).strip("."))


def _problem(reason: str, text: str, position: int, hint: str | None) -> PathSyntaxError:
    return PathSyntaxError(reason, text=text, position=position, hint=hint)
