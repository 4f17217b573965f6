"""Discovery (where does a workspace live?) and sign-in: the two exchanges that are no events."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.errors import PayloadError
from accsyn_orm.wire.versions import CLOUD_DOMAIN, V1

if TYPE_CHECKING:
    from accsyn_orm.wire.versions import Generation

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOSTNAME = re.compile(rf"{_LABEL}(\.{_LABEL})*", re.IGNORECASE)
_MAX_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a workspace lives. ``port`` is ``None`` when the answer does not say (v1.0)."""

    hostname: str
    port: int | None


@dataclass(frozen=True, slots=True)
class Login:
    """What a sign-in yields.

    Attributes:
        session: v1.0: the key that authorises the calls of this session; v3: the id of the session.
        user_id: id of the user who signed in.
        role: role of that user, ``none`` when the backend does not say.
    """

    session: str = field(repr=False)
    user_id: str
    role: str


def discovery_payload(generation: Generation, tenant: str) -> dict[str, str]:
    """Return the question where a workspace lives."""
    return {generation.discovery_key: tenant}


def decode_discovery(generation: Generation, reply: dict[str, Any]) -> Endpoint:
    """Read the answer where a workspace lives.

    Raises:
        PayloadError: it names no valid host. Credentials are sent to this host next, so a value
            that could smuggle in a path, a user or another port is refused.
    """
    if generation is V1:
        return Endpoint(f"{_hostname(reply, 'domain')}.{CLOUD_DOMAIN}", None)
    result = _result(reply)
    return Endpoint(_hostname(result, "hostname"), _port(result.get("port")))


def encode_discovery(generation: Generation, endpoint: Endpoint) -> dict[str, Any]:
    """Return the members of the answer where a workspace lives."""
    if generation is V1:
        return {"domain": endpoint.hostname.removesuffix(f".{CLOUD_DOMAIN}")}
    return {"result": {"hostname": endpoint.hostname, "port": endpoint.port}}


def login_payload(
    generation: Generation, session: str, *, reuse: str | None = None
) -> dict[str, str]:
    """Return the body of a sign-in.

    Args:
        generation: protocol generation.
        session: v1.0: id that the client made for its session.
        reuse: v1.0: expired session key that the new one replaces.
    """
    if generation is not V1:
        return {}
    return (
        {"session": session} if reuse is None else {"session": session, "session_key_reuse": reuse}
    )


def decode_login(generation: Generation, reply: dict[str, Any]) -> Login:
    """Read the answer to a sign-in.

    Raises:
        PayloadError: it lacks the session or the user.
    """
    if generation is V1:
        members, session, role = reply, "session_key", "clearance"
    else:
        members, session, role = _result(reply), "session_id", "role"
    named = members.get(role)
    return Login(_text(members, session), _text(members, "id"), str(named) if named else "none")


def encode_login(generation: Generation, login: Login) -> dict[str, Any]:
    """Return the members of the answer to a sign-in."""
    if generation is V1:
        return {"session_key": login.session, "clearance": login.role, "id": login.user_id}
    return {"result": {"session_id": login.session, "role": login.role, "id": login.user_id}}


def _result(reply: dict[str, Any]) -> dict[str, Any]:
    result = reply.get("result")
    if not isinstance(result, dict):
        raise PayloadError("result", "is missing or no JSON object")
    return cast("dict[str, Any]", result)


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not value:
        raise PayloadError(name, "is missing or no text")
    return value


def _hostname(members: dict[str, Any], name: str) -> str:
    value = _text(members, name)
    if len(value) > 253 or not _HOSTNAME.fullmatch(value):  # noqa: PLR2004  # limit of the DNS
        raise PayloadError(name, "is not a host name")
    return value


def _port(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MAX_PORT:
        raise PayloadError("port", "is not a port number")
    return value
