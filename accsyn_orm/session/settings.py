"""Everything a session knows before it has signed in, checked and brought together."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.session.addresses import base_url_of, check_way, port_of, proxy_of
from accsyn_orm.session.arguments import Arguments, Sources
from accsyn_orm.session.identity import credentials_of, generation_of, tenant_of
from accsyn_orm.transport.proxy import Proxy
from accsyn_orm.wire.credentials import Credentials
from accsyn_orm.wire.versions import Generation

DEFAULT_TIMEOUT = 120.0
DEFAULT_CONNECT_TIMEOUT = 10.0
_MOST_RETRIES = 100


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
    sources = Sources(arguments, environ)
    generation = generation_of(arguments, sources)
    tenant = tenant_of(arguments, sources, generation)
    credentials = credentials_of(arguments, sources, generation, tenant)
    base_url, proxy = base_url_of(arguments, sources), proxy_of(arguments, sources)
    check_way(base_url, proxy, arguments)
    settings = Settings(
        generation=generation,
        tenant=tenant,
        username=credentials.username,
        base_url=base_url,
        port=port_of(arguments.port),
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


def _verify(arguments: Arguments, sources: Sources) -> bool | str:
    given = arguments.verify
    if isinstance(given, bool):
        return given
    _check_path("verify", given)
    setting, path = "verify", given
    if not path:
        setting, path = "ACCSYN_CA_BUNDLE", sources.get("ACCSYN_CA_BUNDLE")
    if not path:
        return True
    if not os.path.exists(path):  # noqa: PTH110  # text or path object alike
        raise ConfigurationError(setting, f"{os.fspath(path)!r} does not exist")
    return os.fspath(path)


def _check_path(setting: str, value: object) -> None:
    if value is not None and not isinstance(value, (str, os.PathLike)):
        raise ConfigurationError(setting, "is neither a path nor True or False")


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
