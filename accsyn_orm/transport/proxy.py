"""Proxy settings as people write them: ``socks:host:port``, ``http://host:port``, ``accsyn:…``."""

from __future__ import annotations

import base64
import ipaddress
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote_to_bytes

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.secret import Secret

# "socks" and "socks5" let the proxy resolve host names (as socks5h does): the machine behind a
# proxy often cannot, and asking anyway tells the local network which hosts are called.
_SCHEMES = {
    "socks": "socks5h",
    "socks5": "socks5h",
    "socks5h": "socks5h",
    "socks4": "socks4",
    "socks4a": "socks4a",
    "http": "http",
    "accsyn": "accsyn",
}
_DEFAULT_PORTS = {"socks5h": 1080, "socks4": 1080, "socks4a": 1080, "accsyn": 80}
_MAX_PORT = 65_535
_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?")
_LONGEST_NAME = 253
# What looks like the beginning of a setting is no host: "socks5" alone lacks the rest.
_NO_HOST = re.compile(r"[0-9]+|socks\w{0,3}|https?|accsyn", re.IGNORECASE)
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# One byte tells the length of each, and the SOCKS library writes it as a character of UTF-8.
_LONGEST_OF_SOCKS = 127
_FORMS = (
    "write socks:host:port, socks4:host:port, socks5h://user:password@host:port, "
    "http://user:password@host:port, accsyn:host:port or host:port"
)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy.

    Attributes:
        kind: ``socks`` and ``http`` tunnel, TLS stays inside; ``accsyn`` is a daemon that reads and
            relays plain HTTP.
        scheme: protocol that is spoken with it: ``socks5h``, ``socks4``, ``socks4a``, ``http`` or
            ``accsyn``.
        host: host name or address, IPv6 in brackets.
        port: port.
        user: who uses it.
        password: with which password.
    """

    kind: Literal["socks", "http", "accsyn"]
    scheme: str
    host: str
    port: int
    user: Secret[str] | None = None
    password: Secret[str] | None = None

    @property
    def url(self) -> str | None:
        """What the HTTP library calls it, without credentials; ``None`` for an accsyn daemon."""
        return None if self.kind == "accsyn" else f"{self.scheme}://{self.host}:{self.port}"


def parse_proxy(text: str, *, setting: str = "proxy") -> Proxy:
    """Read a proxy setting.

    Args:
        text: see ``_FORMS``; in the form with ``//`` user and password are percent-encoded,
            in the form without they are taken as they are.
        setting: what to call it in an error message.

    Raises:
        ConfigurationError: it is none of the known forms. A proxy is never quietly ignored, nor is
            another kind used than the one that was asked for.
    """
    scheme, is_url, rest = _split_scheme(text.strip())
    credentials, at, address = rest.rpartition("@")
    matched = _ADDRESS.fullmatch(address)
    if scheme is None or not matched or (at and not credentials):
        raise ConfigurationError(setting, "is no proxy setting this library knows", hint=_FORMS)
    host = _host(matched["host"], setting)
    port = _port(matched["port"], _DEFAULT_PORTS.get(scheme), setting)
    user, password = _credentials(credentials, is_url=is_url, setting=setting)
    _check_credentials(scheme, user, password, setting)
    kind: Literal["socks", "http", "accsyn"] = (
        "accsyn" if scheme == "accsyn" else "http" if scheme == "http" else "socks"
    )
    return Proxy(kind, scheme, host, port, _sealed(user), _sealed(password))


def http_credentials(proxy: Proxy) -> dict[str, str]:
    """Return the headers that say to an HTTP proxy who uses it."""
    if proxy.user is None:
        return {}
    user, password = proxy.user.reveal(), proxy.password.reveal() if proxy.password else ""
    # RFC 7617; UTF-8 is what proxies that know more than ASCII expect.
    token = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return {"Proxy-Authorization": f"Basic {token}"}


def _split_scheme(text: str) -> tuple[str | None, bool, str]:
    """Return scheme, whether it is written as a URL, and the rest; no scheme means accsyn."""
    before, colon, after = text.partition(":")
    is_url = after.startswith("//")
    if colon and before.lower() in _SCHEMES:
        return _SCHEMES[before.lower()], is_url, after[2:].removesuffix("/") if is_url else after
    return (None if is_url or "@" in text else "accsyn"), is_url, text


def _host(host: str, setting: str) -> str:
    if host.startswith("["):
        try:
            ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            raise ConfigurationError(setting, "what is in brackets is no IPv6 address") from None
    elif _NO_HOST.fullmatch(host) or len(host) > _LONGEST_NAME:
        raise ConfigurationError(setting, "names no host", hint=_FORMS)
    return host


def _port(text: str | None, default: int | None, setting: str) -> int:
    number = default if text is None else int(text)
    if number is None:
        # 80 as in any URL, 1080 as curl has it, 8080, 3128: each is somebody's default.
        raise ConfigurationError(setting, "an http proxy needs its port", hint="add :port")
    if not 1 <= number <= _MAX_PORT:
        raise ConfigurationError(setting, "the port is not between 1 and 65535")
    return number


def _credentials(text: str, *, is_url: bool, setting: str) -> tuple[str, str | None]:
    """Return user and password; the user is empty, and the password ``None``, if not given."""
    user, colon, password = text.partition(":")
    if is_url:
        user, password = _unquoted(user, setting), _unquoted(password, setting)
    if _UNSENDABLE.search(user + password):
        raise ConfigurationError(setting, "user or password hold a character that cannot be sent")
    return user, password if colon and password else None


def _unquoted(text: str, setting: str) -> str:
    if _PERCENT.search(text):
        reason = "in a URL, a percent sign in user or password is written %25"
        raise ConfigurationError(setting, reason)
    # Raised outside: the decoder's error holds the text.
    with suppress(UnicodeError):
        return unquote_to_bytes(text).decode()
    raise ConfigurationError(setting, "user or password are not UTF-8 once decoded")


def _check_credentials(scheme: str, user: str, password: str | None, setting: str) -> None:
    reason, hint = None, None
    if password and not user:
        reason = "has a password without a user"
    elif scheme == "accsyn" and user:
        reason = "an accsyn proxy takes no user and password"
    elif scheme == "socks5h" and bool(user) is not bool(password):
        reason = "SOCKS5 takes a user and a password, or neither"
    elif scheme.startswith("socks4") and password:
        reason, hint = "SOCKS4 takes a user without password", "use socks5 for a password"
    elif scheme == "http" and ":" in user:
        reason = "a user of an http proxy has no colon in the name"
    elif scheme != "http" and any(
        len(part.encode()) > _LONGEST_OF_SOCKS for part in (user, password or "")
    ):
        reason = f"user or password are longer than {_LONGEST_OF_SOCKS} bytes"
    if reason:
        raise ConfigurationError(setting, reason, hint=hint)


def _sealed(text: str | None) -> Secret[str] | None:
    return Secret(text) if text else None
