"""Words that are hardly anything but a misspelt kind: what was meant by them.

Names of files have words before ``=`` too: ``frame=1.exr``, ``size=4k.exr``, ``shape=round.obj``.
So only what a slip of the finger makes of a kind counts, not every word that resembles one.
"""

from __future__ import annotations

from accsyn_orm.paths.kinds import KIND_WORDS

_FEW_NEIGHBOURS = 5
"""Kinds of so many letters are a word of their own with one letter less only by a slip."""
_FEWER_NEIGHBOURS = 6
"""The same with another letter."""
_IN_V1 = {"root": "volume"}
"""What v1 calls types of shares, which was never a kind of path."""


def kind_meant(word: str) -> str | None:
    """Return the kind that a word before ``=`` is or was meant to be; ``None`` for other words."""
    written = word.strip().casefold()
    if written in _IN_V1:
        return _IN_V1[written]
    return next((kind for kind in KIND_WORDS if _is_slip(written, kind)), None)


def _is_slip(word: str, kind: str) -> bool:
    """Tell whether a word is a kind, or one slip away from it."""
    if word in {kind, f"{kind}s"}:
        return True
    if word[:1] != kind[:1]:
        return False
    if len(word) == len(kind):
        return sorted(word) == sorted(kind) or _has_one_other_letter(word, kind)
    return len(kind) >= _FEW_NEIGHBOURS and _is_one_letter_shorter(*sorted((word, kind), key=len))


def _has_one_other_letter(word: str, kind: str) -> bool:
    differing = sum(one != other for one, other in zip(word, kind, strict=True))
    return len(kind) >= _FEWER_NEIGHBOURS and differing == 1


def _is_one_letter_shorter(shorter: str, longer: str) -> bool:
    return any(shorter == longer[:at] + longer[at + 1 :] for at in range(len(longer)))
