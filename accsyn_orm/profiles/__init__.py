"""Profiles: what to sign in with, kept per name in the user's own directory.

A profile is a file of ``ACCSYN_…=value`` lines that only its owner can read; the key may live in
the keyring of the operating system instead. Sessions do not look here by themselves: the command
line does, and whoever calls `choose_source`.
"""

from __future__ import annotations

from accsyn_orm.profiles.sources import Source, choose_source, explicit_source
from accsyn_orm.profiles.store import DEFAULT_PROFILE, Profile, ProfileStore

__all__ = [
    "DEFAULT_PROFILE",
    "Profile",
    "ProfileStore",
    "Source",
    "choose_source",
    "explicit_source",
]
