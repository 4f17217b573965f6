"""Which official client a script was written for, by what it passes to ``Session``.

Names of arguments tell it, else the types of positional ones, else the environment. Where nothing
does it is 3.x. ``accsyn_orm.compat.v1`` and ``.v3`` leave no choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accsyn_orm.compat import v1, v3
from accsyn_orm.compat.base import from_environment, is_digits
from accsyn_orm.errors import ConfigurationError

_IN_V3_ONLY = frozenset({"workspace", "path_envfile"})
_IN_V1 = frozenset({"domain", "pwd", "session_key", "dev"})

_TEXT, _NUMBER, _FLAG, _SECONDS = (str,), (int,), (bool,), (int, float)
_V1_TYPES = (
    *[_TEXT] * 6, _NUMBER, _TEXT, _FLAG, _FLAG, _FLAG, _TEXT, _SECONDS, _SECONDS,
)  # fmt: skip
_V3_TYPES = (
    *[_TEXT] * 4, _NUMBER, _TEXT, _FLAG, _FLAG, _TEXT, _SECONDS, _SECONDS, _TEXT, _TEXT,
)  # fmt: skip
_TOLD_BY_POSITION = 3
"""Tenant, user and api key come first in all clients."""


def official_class(
    args: Sequence[object], kwargs: Mapping[str, object]
) -> type[v1.Session | v3.Session]:
    """Return the session class that arguments are for.

    Raises:
        ConfigurationError: positional arguments could mean either.
    """
    if _IN_V3_ONLY & kwargs.keys():
        return v3.Session
    if _IN_V1 & kwargs.keys():
        return v1.Session
    fits_v1, fits_v3 = _fits(args, _V1_TYPES), _fits(args, _V3_TYPES)
    if fits_v1 != fits_v3:
        return v1.Session if fits_v1 else v3.Session
    if any(value is not None for value in args[_TOLD_BY_POSITION:]):
        # A password must not be taken for a host name: it would be looked up.
        raise ConfigurationError(
            "Session()",
            "more than three arguments without names mean one thing in 2.x and another in 3.x",
            hint="name them, or import accsyn_orm.compat.v1 or accsyn_orm.compat.v3",
        )
    return v1.Session if not args and _environment_is_v1() else v3.Session


def _fits(args: Sequence[object], types: Sequence[tuple[type, ...]]) -> bool:
    return len(args) <= len(types) and all(map(_is_of, args, types))


def _is_of(value: object, types: tuple[type, ...]) -> bool:
    if isinstance(value, bool):
        return types == _FLAG
    return value is None or isinstance(value, types) or (types == _NUMBER and is_digits(value))


def _environment_is_v1() -> bool:
    if from_environment("ACCSYN_WORKSPACE", "ACCSYN_CREDENTIALS_PATH"):
        return False
    old = ("ACCSYN_DOMAIN", "ACCSYN_ORG", "FILMHUB_DOMAIN", "FILMHUB_ORG")
    return from_environment(*old) is not None
