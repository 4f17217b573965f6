"""Where a session sends its calls: url or host and port, and the proxy on the way.

Credentials go in clear text over plain http: it is for this machine, or for who says so.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.session.arguments import Arguments, Sources, text_of
from accsyn_orm.transport.proxy import Proxy, parse_proxy
from accsyn_orm.wire.versions import DEFAULT_PORT

_MAX_PORT = 65_535
_INSECURE = "plain http would show the credentials to the network"
_INSECURE_THROUGH = "use https, no proxy, or allow_insecure_http=True"
_INSECURE_HINT = "use https, a loopback address, or allow_insecure_http=True"


def base_url_of(arguments: Arguments, sources: Sources) -> str | None:
    """Return ``https://host:port``, or ``None``: to be discovered.

    Raises:
        ConfigurationError: it is malformed, contradictory, or plain http for all to read.
    """
    url, hostname = text_of("url", arguments.url), text_of("hostname", arguments.hostname)
    if url and (hostname or arguments.port):
        raise ConfigurationError("url", "replaces hostname and port: pass either, not both")
    if hostname:
        return _join("hostname", "https", hostname, port_of(arguments.port) or DEFAULT_PORT)
    if url:
        return _checked_url("url", url, arguments)
    if url := sources.get("ACCSYN_URL"):
        if arguments.port:
            raise ConfigurationError("port", "ACCSYN_URL names a port already")
        return _checked_url("ACCSYN_URL", url, arguments)
    return None


def _checked_url(setting: str, url: str, arguments: Arguments) -> str:
    malformed = ConfigurationError(setting, "is not https://host:port")
    try:
        parts = urlsplit(url)
        hostname, port = parts.hostname, parts.port
    except ValueError as error:
        raise malformed from error
    is_bare = parts.path in {"", "/"} and not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in {"https", "http"} or not hostname or port == 0 or not is_bare:
        raise malformed
    if parts.scheme == "http" and not _may_be_plain(hostname, arguments):
        raise ConfigurationError(setting, _INSECURE, hint=_INSECURE_HINT)
    return _join(setting, parts.scheme, hostname, port or (443 if parts.scheme == "https" else 80))


def _join(setting: str, scheme: str, hostname: str, port: int) -> str:
    bare = hostname.strip("[]")
    if ":" in bare:
        if not _is_address(bare):
            raise ConfigurationError(setting, "is no host name", hint="give the port as port=…")
        return f"{scheme}://[{bare}]:{port}"
    if (
        any(char in hostname for char in "/?#@\\%[]")
        or not hostname.isprintable()
        or " " in hostname
    ):
        raise ConfigurationError(setting, "is no host name")
    return f"{scheme}://{hostname}:{port}"


def _may_be_plain(hostname: str, arguments: Arguments) -> bool:
    return arguments.allow_insecure_http or is_loopback(hostname)


def is_loopback(hostname: str) -> bool:
    """Tell whether a host is this machine, by its name or address alone."""
    bare = hostname.strip("[]")
    return bare.lower() == "localhost" or (
        _is_address(bare) and ipaddress.ip_address(bare).is_loopback
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def port_of(value: object) -> int | None:
    """Check a port that was given.

    Raises:
        ConfigurationError: it is none.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MAX_PORT:
        raise ConfigurationError("port", "is not a number between 1 and 65535")
    return value


def proxy_of(arguments: Arguments, sources: Sources) -> Proxy | None:
    """Return the proxy to go through, if there is one.

    Raises:
        ConfigurationError: it is malformed, or would read credentials along.
    """
    setting, text = "proxy", text_of("proxy", arguments.proxy)
    if text is None:
        setting, text = "ACCSYN_PROXY", sources.get("ACCSYN_PROXY")
    if text is None:
        return None
    proxy = parse_proxy(text, setting=setting)
    if proxy.kind == "accsyn" and not _may_be_plain(proxy.host, arguments):
        raise ConfigurationError(
            setting, f"an accsyn proxy reads along: {_INSECURE}", hint=_INSECURE_HINT
        )
    return proxy


def check_way(base_url: str | None, proxy: Proxy | None, arguments: Arguments) -> None:
    """Refuse plain http through a tunnel: behind a proxy, ``localhost`` is another machine."""
    if proxy is None or proxy.kind == "accsyn" or not (base_url or "").startswith("http://"):
        return
    if proxy.kind == "http":
        reason = "an http proxy is used for https only"
        raise ConfigurationError("url", reason, hint="use https, or a SOCKS proxy")
    if not arguments.allow_insecure_http:
        raise ConfigurationError("url", f"through a proxy, {_INSECURE}", hint=_INSECURE_THROUGH)
