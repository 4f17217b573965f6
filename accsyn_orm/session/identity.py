"""As whom a session signs in: protocol generation, workspace and credentials."""

from __future__ import annotations

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.session.arguments import Arguments, Sources, text_of
from accsyn_orm.wire.credentials import (
    Credentials,
    KeyCredentials,
    PasswordCredentials,
    SessionCredentials,
)
from accsyn_orm.wire.versions import GENERATIONS, V1, Generation


def generation_of(arguments: Arguments, sources: Sources) -> Generation:
    """Tell which generation is spoken: the one that is named, or that the credentials are of.

    Raises:
        ConfigurationError: it is none, or has no such credentials.
    """
    if arguments.protocol is not None:
        if arguments.protocol not in GENERATIONS:
            raise ConfigurationError("protocol", "is neither 'v3' nor 'v1'")
        generation = GENERATIONS[arguments.protocol]
        _refuse_v1_secrets(arguments, generation)
        return generation
    has_key = text_of("api_key", arguments.api_key) or sources.get("ACCSYN_API_KEY")
    is_v1 = (
        text_of("pwd", arguments.pwd)
        or text_of("session_key", arguments.session_key)
        or (not has_key and sources.get("ACCSYN_SESSION_KEY"))
    )
    return GENERATIONS["v1" if is_v1 else "v3"]


def _refuse_v1_secrets(arguments: Arguments, generation: Generation) -> None:
    for setting, value in (("pwd", arguments.pwd), ("session_key", arguments.session_key)):
        if generation is not V1 and text_of(setting, value):
            raise ConfigurationError(
                setting,
                "passwords and session keys are v1.0 only",
                hint="use protocol='v1', or an api key",
            )


def tenant_of(arguments: Arguments, sources: Sources, generation: Generation) -> str:
    """Return the workspace code.

    Raises:
        ConfigurationError: it is missing, malformed, or two.
    """
    names = ["ACCSYN_WORKSPACE", "ACCSYN_DOMAIN"]
    workspace = text_of("workspace", arguments.workspace)
    domain = text_of("domain", arguments.domain)
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


def credentials_of(
    arguments: Arguments, sources: Sources, generation: Generation, tenant: str
) -> Credentials:
    """Return what to sign in with.

    Raises:
        ConfigurationError: user or secret is missing.
    """
    username = text_of("username", arguments.username) or sources.get("ACCSYN_API_USER")
    if username is None:
        raise ConfigurationError(
            "username", "is not set", hint="pass username=… or set ACCSYN_API_USER"
        )
    api_key = text_of("api_key", arguments.api_key)
    if generation is not V1:
        api_key = api_key or sources.get("ACCSYN_API_KEY")
        if api_key is None:
            raise ConfigurationError(
                "api_key", "is not set", hint="pass api_key=… or set ACCSYN_API_KEY"
            )
        return KeyCredentials(username, api_key)
    return _v1_credentials(arguments, sources, username, tenant)


def _v1_credentials(
    arguments: Arguments, sources: Sources, username: str, tenant: str
) -> Credentials:
    """Choose the way to sign in: what was passed decides before what lies around."""
    if api_key := text_of("api_key", arguments.api_key):
        return KeyCredentials(username, api_key, tenant)
    if session_key := text_of("session_key", arguments.session_key):
        return SessionCredentials(username, session_key, tenant)
    if password := text_of("pwd", arguments.pwd):
        return PasswordCredentials(username, password, tenant)
    if api_key := sources.get("ACCSYN_API_KEY"):
        return KeyCredentials(username, api_key, tenant)
    if session_key := sources.get("ACCSYN_SESSION_KEY"):
        return SessionCredentials(username, session_key, tenant)
    raise ConfigurationError(
        "api_key", "nothing to sign in with", hint="pass api_key=…, pwd=… or session_key=…"
    )
