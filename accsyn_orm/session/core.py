"""What every session is, whatever is called through it: settings, sign-in, log, end."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import wraps
from typing import TYPE_CHECKING, ClassVar, Concatenate, NoReturn, ParamSpec, TypeVar

from accsyn_orm.errors import AccsynError, BackendError, ConfigurationError
from accsyn_orm.session.arguments import Arguments
from accsyn_orm.session.blocks import Blocks
from accsyn_orm.session.connection import Connection, attempt_of
from accsyn_orm.session.log import SessionLog
from accsyn_orm.session.settings import resolve_settings
from accsyn_orm.session.text import TextCalls
from accsyn_orm.session.tracebacks import forget_locals, forgetful
from accsyn_orm.wire.versions import V1

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Generation, RateLimit
    from accsyn_orm.session.stats import Stats

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="SessionCore")


def public_call(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Make a method leave what ``get_last_message()`` returns."""

    @wraps(method)
    def remembering(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            result = method(self, *args, **kwargs)
        except BaseException as error:
            del args, kwargs
            forget_locals(error)
            if isinstance(error, AccsynError):
                self._remember(error)  # pyright: ignore[reportPrivateUsage]  # ours
            raise
        self._remember(None)  # pyright: ignore[reportPrivateUsage]  # ours
        return result

    return remembering


class SessionCore(TextCalls):
    """The part of ``Session`` that is not a call on entities; see there for the arguments."""

    _connection_class: ClassVar[type[Connection]] = Connection
    _way_to_generation: ClassVar[str] = "use Session(protocol='{}')"

    @forgetful
    def __init__(
        self,
        workspace: str | None = None,
        username: str | None = None,
        api_key: str | None = None,
        *,
        domain: str | None = None,
        pwd: str | None = None,
        session_key: str | None = None,
        hostname: str | None = None,
        port: int | None = None,
        url: str | None = None,
        protocol: Generation | None = None,
        proxy: str | None = None,
        verify: bool | str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = None,
        verbose: bool = False,
        pretty_json: bool = False,
        path_logfile: str | os.PathLike[str] | None = None,
        path_envfile: str | os.PathLike[str] | None = None,
        lowercase_queries: bool = False,
        allow_insecure_http: bool = False,
        environ: Mapping[str, str] | None = None,
        retries: int | None = None,
        rate_limit: float | None = None,
        deduplicates: bool = False,
    ) -> None:
        settings, credentials = resolve_settings(
            Arguments(
                workspace=workspace,
                username=username,
                api_key=api_key,
                domain=domain,
                pwd=pwd,
                session_key=session_key,
                hostname=hostname,
                port=port,
                url=url,
                protocol=protocol,
                proxy=proxy,
                verify=verify,
                timeout=timeout,
                connect_timeout=connect_timeout,
                path_envfile=path_envfile,
                allow_insecure_http=allow_insecure_http,
                retries=retries,
                rate_limit=rate_limit,
                deduplicates=deduplicates,
            ),
            os.environ if environ is None else environ,
        )
        self._log = SessionLog(verbose=verbose, pretty_json=pretty_json, path=path_logfile)
        self._connection = self._connection_class(settings, credentials, self._log)
        self._settings = settings
        self._generation = settings.generation
        self._lowercase_queries = lowercase_queries
        self._blocks = Blocks()
        self._last_message: str | None = None

    @property
    def protocol(self) -> Generation:
        """Protocol generation, ``"v3"`` or ``"v1"``."""
        return self._generation.name

    @property
    def workspace(self) -> str:
        """Workspace code."""
        return self._settings.tenant

    @property
    def username(self) -> str:
        """User who signs in."""
        return self._settings.username

    @property
    def host(self) -> str | None:
        """``scheme://host:port`` that is called; ``None`` while nobody asked where that is."""
        return self._connection.host

    @property
    def rate_limit(self) -> RateLimit | None:
        """How many requests the host takes from this machine; ``None`` for all it can answer.

        All sessions keep to it together, and so do the other processes of this user.
        """
        pace = self._connection.pace
        if pace is None:
            return None
        from accsyn_orm.entities.backend import RateLimit  # loads Pydantic

        # One workspace has one host, and until the sign-in nobody knows which.
        return RateLimit(self.workspace, pace.per_second, pace.burst)

    def attempt(self, eid: str) -> AbstractContextManager[None]:
        """Make the one call inside a ``with`` block an attempt of the call that has this id.

        It is not repeated here: that is up to who makes the attempts. A backend that remembers ids
        does not do twice what it has done once.
        """
        return attempt_of(eid)

    @property
    def stats(self) -> Stats:
        """How many requests this session has sent, of which kind, how much and how long."""
        return self._connection.stats

    @property
    def timeout(self) -> float:
        """Seconds that a call may take."""
        return self._settings.timeout

    @property
    def connect_timeout(self) -> float:
        """Seconds to wait for a connection."""
        return self._settings.connect_timeout

    def __repr__(self) -> str:
        host = self.host or "not located yet"
        return (
            f"<{type(self).__name__} workspace={self.workspace!r} username={self.username!r} "
            f"protocol={self.protocol!r} host={host!r}>"
        )

    def __reduce__(self) -> NoReturn:
        msg = "a Session holds secrets and connections: make one in each process instead"
        raise TypeError(msg)

    def close(self) -> None:
        """Close all connections and the log. Further calls raise ``SessionClosedError``."""
        self._connection.close()
        self._log.close()

    @public_call
    def login(self) -> None:
        """Sign in now instead of with the first call.

        Raises:
            AuthenticationError: the backend refused.
        """
        self._connection.sign_in()

    def get_last_message(self) -> str | None:
        """Return what the last call said when it failed; ``None`` when it succeeded.

        These are the backend's own words if it refused, else the message of the error; calls that
        are refused before anything is sent count as well. Threads share the last message.
        """
        return self._last_message

    @public_call
    def get_session_key(self) -> str:
        """Return the key of this session (v1.0); another session can sign in with it.

        Raises:
            ConfigurationError: this is a v3 session, which has none.
        """
        self._require_v1("get_session_key()")
        return self._connection.sign_in().session.reveal()

    @public_call
    def generate_session_key(self, lifetime: int | None = None) -> str:
        """Return a new session key for the user (v1.0).

        Args:
            lifetime: seconds that it shall be valid; the backend decides when it is left out.

        Raises:
            ConfigurationError: this is a v3 session.
        """
        self._require_v1("generate_session_key()")
        uri, data = "user/generate_session_key", {"lifetime": lifetime}
        key = self._connection.call("POST", uri, data, query=self.username, member="session_key")
        return str(key)

    @public_call
    def get_api_key(self) -> str:
        """Return the user's api key, where the backend allows that; by default it does not.

        Raises:
            BackendError: it does not.
        """
        return str(self._connection.call("GET", "user/api_key", {}, member="api_key"))

    def _remember(self, error: AccsynError | None) -> None:
        if isinstance(error, BackendError):
            self._last_message = error.message_hr or error.message
        else:
            self._last_message = None if error is None else str(error)

    def _require_v1(self, what: str) -> None:
        if self._generation is not V1:
            raise self._only_in("v1", f"{what} exists in v1.0 only")

    def _require_v3(self, what: str) -> None:
        if self._generation is V1:
            raise self._only_in("v3", f"{what} exists in v3 only")

    def _only_in(self, generation: str, reason: str) -> ConfigurationError:
        hint = self._way_to_generation.format(generation)
        return ConfigurationError("protocol", reason, hint=hint)
