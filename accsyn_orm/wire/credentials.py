"""Header values that say who calls, and from where: written by the client, read by a server."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from accsyn_orm.errors import PayloadError

if TYPE_CHECKING:
    from accsyn_orm.wire.versions import Generation

_DEVICE = re.compile(r".+ v(?P<version>\S+) @ (?P<platform>\S+) (?P<hostname>\S.*)\([^()]*\)")


@dataclass(frozen=True, slots=True)
class KeyCredentials:
    """A user with an api key. ``tenant`` is ``None`` in v3, where a header of its own names it."""

    username: str
    api_key: str = field(repr=False)
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class PasswordCredentials:
    """A user with a password (v1.0)."""

    username: str
    password: str = field(repr=False)
    tenant: str


@dataclass(frozen=True, slots=True)
class SessionCredentials:
    """A user with the key of a running session (v1.0)."""

    username: str
    session_key: str = field(repr=False)
    tenant: str


Credentials: TypeAlias = KeyCredentials | PasswordCredentials | SessionCredentials
"""Closed: a ``match`` over it ends in ``assert_never``."""


def v3_basic(username: str, api_key: str) -> str:
    """Write ``Authorization`` of v3: like HTTP Basic, but both parts are encoded on their own."""
    return f"basic {_encode(username)}:{_encode(api_key)}"


def v1_credentials(
    tenant: str, username: str, *, api_key: str | None = None, password: str | None = None
) -> str:
    """Write ``Authorization`` of a v1.0 sign-in with an api key or a password."""
    members = {"domain": tenant, "username": username}
    if api_key is not None:
        members["api_key"] = api_key
    elif password is not None:
        members["pwd"] = _encode(password)
    return f"ASCredentials {_encode(_compact(members))}"


def v1_session(tenant: str, username: str, session_key: str) -> str:
    """Write ``Authorization`` of every v1.0 call of a session."""
    members = {"domain": tenant, "username": username, "session_key": session_key}
    return f"ASSession {_encode(_compact(members))}"


def parse_authorization(value: str) -> Credentials:
    """Read an ``Authorization`` header of either generation.

    Raises:
        PayloadError: it is none.
    """
    scheme, _, rest = value.strip().partition(" ")
    match scheme.lower():
        case "basic":
            username, _, api_key = rest.strip().partition(":")
            return KeyCredentials(_decode(username), _decode(api_key))
        case "ascredentials" | "assession":
            return _parse_v1(_decode(rest.strip()))
        case _:
            raise _malformed("the scheme is none of basic, ASCredentials, ASSession")


@dataclass(frozen=True, slots=True)
class Device:
    """The machine that calls, as it describes itself.

    Attributes:
        version: of the client program.
        platform: kind of operating system, as Python's ``sys.platform``.
        hostname: name of the machine.
    """

    version: str
    platform: str
    hostname: str


def device_header(generation: Generation, hostname: str) -> str:
    """Describe the calling machine; characters that no header can carry become ``?``."""
    text = f"PythonAPI v{generation.client_version} @ {sys.platform} {hostname}({os.name})"
    return "".join(char if " " <= char <= "~" else "?" for char in text)


def parse_device(text: str) -> Device | None:
    """Read what a device header says; ``None`` when it does not describe a machine."""
    found = _DEVICE.fullmatch(text)
    return Device(**found.groupdict()) if found else None


def _parse_v1(text: str) -> Credentials:
    members = _members(text)
    username, tenant = members.get("username"), members.get("domain")
    if username is None or tenant is None:
        raise _malformed("domain or username is missing")
    if "api_key" in members:
        return KeyCredentials(username, members["api_key"], tenant)
    if "pwd" in members:
        return PasswordCredentials(username, _decode(members["pwd"]), tenant)
    if "session_key" in members:
        return SessionCredentials(username, members["session_key"], tenant)
    raise _malformed("api_key, pwd and session_key are missing")


def _members(text: str) -> dict[str, str]:
    try:
        members: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _malformed("no JSON inside") from error
    if not isinstance(members, dict):
        raise _malformed("no JSON object inside")
    pairs = cast("dict[str, Any]", members).items()
    return {key: value for key, value in pairs if isinstance(value, str)}


def _compact(members: dict[str, str]) -> str:
    # Written by a JSON encoder: a quote inside a value must not become a second "domain".
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False)


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _decode(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise _malformed("not base64 of UTF-8 text") from error


def _malformed(reason: str) -> PayloadError:
    return PayloadError("Authorization header", reason)
