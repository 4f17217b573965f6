"""Everything a session must know before it can sign in, from arguments, environment and env file.

An argument beats the environment, the environment beats the env file, and empty means unset.
"""

from __future__ import annotations

import ipaddress
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.session.envfile import read_env_file
from accsyn_orm.transport.proxy import Proxy, parse_proxy
from accsyn_orm.wire.credentials import (
    Credentials,
    KeyCredentials,
    PasswordCredentials,
    SessionCredentials,
)
from accsyn_orm.wire.versions import DEFAULT_PORT, GENERATIONS, V1, Generation

DEFAULT_TIMEOUT = 120.0
DEFAULT_CONNECT_TIMEOUT = 10.0

_MAX_PORT = 65_535
_MOST_RETRIES = 100
_INSECURE = "plain http would show the credentials to the network"
_INSECURE_THROUGH = "use https, no proxy, or allow_insecure_http=True"
_INSECURE_HINT = "use https, a loopback address, or allow_insecure_http=True"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """The arguments of ``Session`` that say where and as whom to sign in; see there."""

    workspace: str | None = None
    username: str | None = None
    api_key: str | None = field(default=None, repr=False)
    domain: str | None = None
    pwd: str | None = field(default=None, repr=False)
    session_key: str | None = field(default=None, repr=False)
    hostname: str | None = None
    port: int | None = None
    url: str | None = None
    protocol: str | None = None
    proxy: str | None = field(default=None, repr=False)
    verify: bool | str | os.PathLike[str] | None = None
    timeout: float | None = None
    connect_timeout: float | None = None
    path_envfile: str | os.PathLike[str] | None = None
    allow_insecure_http: bool = False
    retries: int | None = None
    rate_limit: float | None = None
    deduplicates: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How many requests a host takes.

    Attributes:
        per_second: requests per second, on the long run; 0 for as many as it can answer.
        burst: requests at once, after a pause.
    """

    per_second: float
    burst: int


# accsyn takes 30 requests per second and a burst of 60 (its changelog, v3.6-5); ours is smaller, to
# leave room for others at the same address.
DEFAULT_PACE = Pace(30.0, 50)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a session knows about itself before it has signed in.

    Attributes:
        generation: protocol generation.
        tenant: workspace code.
        username: who signs in.
        base_url: ``https://host:port``, or ``None``: to be discovered.
        port: port given for a host that is to be discovered.
        proxy: proxy to go through.
        verify: ``True``, ``False``, or the path of certificates to trust.
        timeout: seconds to wait for an answer.
        connect_timeout: seconds to wait for a connection.
        retries: how often a call is repeated at most; ``None`` for as often as its kind takes.
        pace: how many requests the host takes; ``None`` for what holds for such a host.
        deduplicates: the host does nothing twice under one id of a call.
    """

    generation: Generation
    tenant: str
    username: str
    base_url: str | None
    port: int | None
    proxy: Proxy | None
    verify: bool | str
    timeout: float
    connect_timeout: float
    retries: int | None = None
    pace: Pace | None = None
    deduplicates: bool = False


def resolve_settings(
    arguments: Arguments, environ: Mapping[str, str] = os.environ
) -> tuple[Settings, Credentials]:
    """Bring arguments, environment and env file together.

    Returns:
        The settings, and apart from them the secrets, which are forgotten earlier.

    Raises:
        ConfigurationError: something is missing, malformed or contradictory.
    """
    sources = _Sources(arguments, environ)
    generation = _generation(arguments, sources)
    tenant = _tenant(arguments, sources, generation)
    credentials = _credentials(arguments, sources, generation, tenant)
    base_url, proxy = _base_url(arguments, sources), _proxy(arguments, sources)
    _check_way(base_url, proxy, arguments)
    settings = Settings(
        generation=generation,
        tenant=tenant,
        username=credentials.username,
        base_url=base_url,
        port=_port(arguments.port),
        proxy=proxy,
        verify=_verify(arguments, sources),
        timeout=_seconds("timeout", arguments.timeout, DEFAULT_TIMEOUT),
        connect_timeout=_seconds(
            "connect_timeout", arguments.connect_timeout, DEFAULT_CONNECT_TIMEOUT
        ),
        retries=_retries(arguments.retries),
        pace=_pace(arguments.rate_limit),
        deduplicates=_deduplicates(arguments.deduplicates),
    )
    return settings, credentials


class _Sources:
    """Where a value that was not given as an argument may come from."""

    def __init__(self, arguments: Arguments, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._file: Mapping[str, str] = {}
        if path := arguments.path_envfile:
            self._file = read_env_file(path, setting="path_envfile")
        elif path := environ.get("ACCSYN_CREDENTIALS_PATH"):
            self._file = read_env_file(path, setting="ACCSYN_CREDENTIALS_PATH")

    def get(self, *names: str) -> str | None:
        """Return the first value that is set, in the environment before the file."""
        for source in (self._environ, self._file):
            for name in names:
                if value := source.get(name, "").strip():
                    return value
        return None


def _text(setting: str, value: object) -> str | None:
    """Check that an argument is text; blank text is unset."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ConfigurationError(setting, "is not text")
    return value if value.strip() else None


def _generation(arguments: Arguments, sources: _Sources) -> Generation:
    if arguments.protocol is not None:
        if arguments.protocol not in GENERATIONS:
            raise ConfigurationError("protocol", "is neither 'v3' nor 'v1'")
        generation = GENERATIONS[arguments.protocol]
        _refuse_v1_secrets(arguments, generation)
        return generation
    has_key = _text("api_key", arguments.api_key) or sources.get("ACCSYN_API_KEY")
    is_v1 = (
        _text("pwd", arguments.pwd)
        or _text("session_key", arguments.session_key)
        or (not has_key and sources.get("ACCSYN_SESSION_KEY"))
    )
    return GENERATIONS["v1" if is_v1 else "v3"]


def _refuse_v1_secrets(arguments: Arguments, generation: Generation) -> None:
    for setting, value in (("pwd", arguments.pwd), ("session_key", arguments.session_key)):
        if generation is not V1 and _text(setting, value):
            raise ConfigurationError(
                setting,
                "passwords and session keys are v1.0 only",
                hint="use protocol='v1', or an api key",
            )


def _tenant(arguments: Arguments, sources: _Sources, generation: Generation) -> str:
    names = ["ACCSYN_WORKSPACE", "ACCSYN_DOMAIN"]
    workspace, domain = _text("workspace", arguments.workspace), _text("domain", arguments.domain)
    if workspace and domain and workspace != domain:
        raise ConfigurationError("domain", "is another than workspace: pass either, not both")
    tenant = workspace or domain or sources.get(*(names[::-1] if generation is V1 else names))
    if tenant is None:
        raise ConfigurationError(
            "workspace", "is not set", hint="pass workspace=… or set ACCSYN_WORKSPACE"
        )
    if not all("!" <= char <= "~" for char in tenant):
        raise ConfigurationError("workspace", "is no workspace code: it has blanks or non-ASCII")
    return tenant


def _credentials(
    arguments: Arguments, sources: _Sources, generation: Generation, tenant: str
) -> Credentials:
    username = _text("username", arguments.username) or sources.get("ACCSYN_API_USER")
    if username is None:
        raise ConfigurationError(
            "username", "is not set", hint="pass username=… or set ACCSYN_API_USER"
        )
    api_key = _text("api_key", arguments.api_key)
    if generation is not V1:
        api_key = api_key or sources.get("ACCSYN_API_KEY")
        if api_key is None:
            raise ConfigurationError(
                "api_key", "is not set", hint="pass api_key=… or set ACCSYN_API_KEY"
            )
        return KeyCredentials(username, api_key)
    return _v1_credentials(arguments, sources, username, tenant)


def _v1_credentials(
    arguments: Arguments, sources: _Sources, username: str, tenant: str
) -> Credentials:
    """Choose the way to sign in: what was passed decides before what lies around."""
    if api_key := _text("api_key", arguments.api_key):
        return KeyCredentials(username, api_key, tenant)
    if session_key := _text("session_key", arguments.session_key):
        return SessionCredentials(username, session_key, tenant)
    if password := _text("pwd", arguments.pwd):
        return PasswordCredentials(username, password, tenant)
    if api_key := sources.get("ACCSYN_API_KEY"):
        return KeyCredentials(username, api_key, tenant)
    if session_key := sources.get("ACCSYN_SESSION_KEY"):
        return SessionCredentials(username, session_key, tenant)
    raise ConfigurationError(
        "api_key", "nothing to sign in with", hint="pass api_key=…, pwd=… or session_key=…"
    )


def _base_url(arguments: Arguments, sources: _Sources) -> str | None:
    url, hostname = _text("url", arguments.url), _text("hostname", arguments.hostname)
    if url and (hostname or arguments.port):
        raise ConfigurationError("url", "replaces hostname and port: pass either, not both")
    if hostname:
        return _join("hostname", "https", hostname, _port(arguments.port) or DEFAULT_PORT)
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


def _port(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MAX_PORT:
        raise ConfigurationError("port", "is not a number between 1 and 65535")
    return value


def _proxy(arguments: Arguments, sources: _Sources) -> Proxy | None:
    setting, text = "proxy", _text("proxy", arguments.proxy)
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


def _check_way(base_url: str | None, proxy: Proxy | None, arguments: Arguments) -> None:
    """Refuse plain http through a tunnel: behind a proxy, ``localhost`` is another machine."""
    if proxy is None or proxy.kind == "accsyn" or not (base_url or "").startswith("http://"):
        return
    if proxy.kind == "http":
        reason = "an http proxy is used for https only"
        raise ConfigurationError("url", reason, hint="use https, or a SOCKS proxy")
    if not arguments.allow_insecure_http:
        raise ConfigurationError("url", f"through a proxy, {_INSECURE}", hint=_INSECURE_THROUGH)


def _verify(arguments: Arguments, sources: _Sources) -> bool | str:
    given = arguments.verify
    if isinstance(given, bool):
        return given
    setting, path = "verify", given
    if not path:
        setting, path = "ACCSYN_CA_BUNDLE", sources.get("ACCSYN_CA_BUNDLE")
    if not path:
        return True
    if not os.path.exists(path):  # noqa: PTH110  # text or path object alike
        raise ConfigurationError(setting, f"{os.fspath(path)!r} does not exist")
    return os.fspath(path)


def _seconds(setting: str, value: object, default: float) -> float:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ConfigurationError(setting, "is not a number of seconds")
    if not (math.isfinite(value) and value > 0):
        raise ConfigurationError(setting, "is not a positive number of seconds")
    return float(value)


def _retries(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_RETRIES:
        raise ConfigurationError("retries", f"is not a number from 0 to {_MOST_RETRIES}")
    return value


def _pace(value: object) -> Pace | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ConfigurationError("rate_limit", "is not a number of requests per second")
    if not (math.isfinite(value) and value >= 0):
        raise ConfigurationError("rate_limit", "is not a number from 0 on", hint="0 is no limit")
    # As many seconds' worth at once as with the default.
    burst = value * DEFAULT_PACE.burst / DEFAULT_PACE.per_second
    return Pace(float(value), max(1, round(burst)))


def _deduplicates(value: object) -> bool:
    if not isinstance(value, bool):
        raise ConfigurationError("deduplicates", "is neither True nor False")
    return value
