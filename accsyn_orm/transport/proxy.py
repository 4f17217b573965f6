"""Proxy settings as people write them: ``socks:host:port``, ``accsyn:host:port``, ``socks5h://…``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, unquote

from accsyn_orm.errors import ConfigurationError

# "socks" and "socks5" let the proxy resolve host names (as socks5h does): the machine behind a
# proxy often cannot, and asking anyway tells the local network which hosts are called.
_SOCKS_SCHEMES = {
    "socks": "socks5h",
    "socks5": "socks5h",
    "socks5h": "socks5h",
    "socks4": "socks4",
    "socks4a": "socks4a",
}
_SOCKS_PORT = 1080
_ACCSYN_PORT = 80
_MAX_PORT = 65_535
_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:/@\[\]?#]+)(:(?P<port>[0-9]{1,5}))?")
_FORMS = (
    "write socks:host:port, socks4:host:port, socks5h://user:password@host:port, "
    "accsyn:host:port or host:port"
)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy.

    Attributes:
        kind: ``socks`` tunnels, TLS stays inside; ``accsyn`` is a daemon that reads and relays
            plain HTTP.
        host: host name or address, IPv6 in brackets.
        port: port.
        url: for ``socks``, what the HTTP library calls it, credentials included; else ``None``.
    """

    kind: Literal["socks", "accsyn"]
    host: str
    port: int
    url: str | None = field(default=None, repr=False)


def parse_proxy(text: str, *, setting: str = "proxy") -> Proxy:
    """Read a proxy setting.

    Args:
        text: see ``_FORMS``; in the form with ``//`` user and password are percent-encoded,
            in the form without they are taken as they are.
        setting: what to call it in an error message.

    Raises:
        ConfigurationError: it is none of the known forms. A proxy is never quietly ignored.
    """
    scheme, is_url, rest = _split_scheme(text.strip())
    credentials, _, address = rest.rpartition("@")
    matched = _ADDRESS.fullmatch(address)
    if scheme is None or not matched:
        raise ConfigurationError(setting, "is no proxy setting this library knows", hint=_FORMS)
    host, port = matched["host"], matched["port"]
    if scheme == "accsyn":
        if credentials:
            raise ConfigurationError(setting, "an accsyn proxy takes no user and password")
        return Proxy("accsyn", host, _port(port, _ACCSYN_PORT, setting))
    number = _port(port, _SOCKS_PORT, setting)
    user = _credentials(scheme, credentials, is_url=is_url, setting=setting)
    return Proxy("socks", host, number, f"{scheme}://{user}{host}:{number}")


def _split_scheme(text: str) -> tuple[str | None, bool, str]:
    """Return scheme, whether it is written as a URL, and the rest; no scheme means accsyn."""
    before, colon, after = text.partition(":")
    name = before.lower()
    is_url = after.startswith("//")
    rest = after[2:].removesuffix("/") if is_url else after
    if colon and name in _SOCKS_SCHEMES:
        return _SOCKS_SCHEMES[name], is_url, rest
    if colon and name == "accsyn":
        return "accsyn", is_url, rest
    return (None if is_url or "@" in text else "accsyn"), is_url, text


def _port(text: str | None, default: int, setting: str) -> int:
    number = default if text is None else int(text)
    if not 1 <= number <= _MAX_PORT:
        raise ConfigurationError(setting, "the port is not between 1 and 65535")
    return number


def _credentials(scheme: str, text: str, *, is_url: bool, setting: str) -> str:
    if not text:
        return ""
    user, _, password = text.partition(":")
    if is_url:
        user, password = unquote(user), unquote(password)
    if scheme == "socks5h" and not (user and password):
        raise ConfigurationError(setting, "SOCKS5 takes a user and a password, or neither")
    if scheme != "socks5h" and password:
        raise ConfigurationError(
            setting, "SOCKS4 takes a user without password", hint="use socks5 for a password"
        )
    # The colon must stand even without a password: the HTTP library drops a user without one.
    return f"{quote(user, safe='')}:{quote(password, safe='')}@"
