"""Session: the calls of the accsyn API, with dictionaries in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from accsyn_orm.errors import EntityNotFoundError
from accsyn_orm.session.access import AccessCalls
from accsyn_orm.session.assignment import AssignmentCalls
from accsyn_orm.session.configuration import ConfigurationCalls
from accsyn_orm.session.core import public_call
from accsyn_orm.session.files import FileCalls
from accsyn_orm.session.monitoring import MonitoringCalls
from accsyn_orm.session.publishing import PublishingCalls
from accsyn_orm.session.schema import SchemaCalls
from accsyn_orm.session.writing import WritingCalls

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from types import TracebackType

    from typing_extensions import Self

    from accsyn_orm.entities.base import Entity
    from accsyn_orm.entities.querying.query import Query
    from accsyn_orm.entities.types.user import User

    E = TypeVar("E", bound=Entity)


class Session(
    AccessCalls,
    AssignmentCalls,
    FileCalls,
    ConfigurationCalls,
    MonitoringCalls,
    PublishingCalls,
    SchemaCalls,
    WritingCalls,
):
    """A connection to a workspace, signed in with the first call.

    Every argument may be left out and come from the environment (``ACCSYN_WORKSPACE``,
    ``ACCSYN_API_USER``, ``ACCSYN_API_KEY`` …) or from an env file that is named. An argument beats
    the environment, the environment beats the file; empty means unset.

    A session may be used from several threads. It keeps its connections open until ``close()``, or
    until the end of ``with``, inside which entity classes use it without being told.

    Example:
        >>> with Session("acmefilm", "john@user.com", "…") as session:
        ...     session.find('Job WHERE status=failed')
        [...]

    Args:
        workspace: workspace code.
        username: e-mail address of the user.
        api_key: api key of the user.
        domain: the same as ``workspace``, by its name in v1.0.
        pwd: password (v1.0); the session ends after some hours and cannot renew itself. An api key
            or a session key that is passed as well goes first.
        session_key: key of a running session (v1.0); cannot renew itself either. An api key that is
            passed as well goes first.
        hostname: host to call, instead of asking accsyn where the workspace lives.
        port: port to call.
        url: ``https://host:port``, instead of ``hostname`` and ``port``.
        protocol: ``"v3"`` or ``"v1"``; by default v1 when ``pwd`` or ``session_key`` is given.
        proxy: ``socks:host:port`` and others, see the sign-in guide.
        verify: path of the certificate authorities to trust; ``False`` checks nothing, and lets
            anybody between here and accsyn read the key.
        timeout: seconds that a call may take, repetitions and sign-in included, above zero.
        connect_timeout: seconds of them to wait for a connection.
        verbose: log every request and answer, without secrets, to standard error or the log file.
        pretty_json: indent what ``verbose`` logs.
        path_logfile: file to append the log of this session to.
        path_envfile: file of ``ACCSYN_…=value`` lines.
        lowercase_queries: send conditions in lower case, as the official clients do.
        allow_insecure_http: allow ``http://`` to other machines; everybody between reads the key.
        environ: variables to look at instead of the environment of the process.
        retries: how often a call is repeated at most. By default three times if it only reads, else
            twice, and only when that cannot do anything twice; 0 is never.
        rate_limit: requests per second that go out, 0 for no limit. By default 30, and no limit to
            this machine. All processes of a user keep to it together.
        deduplicates: this host does nothing twice under one id of a call, as the embedded workspace
            does; what may have been done is then sent again instead of looked for.

    Raises:
        ConfigurationError: something is missing, malformed or contradictory.
    """

    def __enter__(self) -> Self:
        """Make this the session that entity classes use."""
        self._blocks.enter(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Restore the session before, and close this one with its last ``with`` block."""
        if self._blocks.exit(self) == 0:
            self.close()

    def strict(self) -> AbstractContextManager[None]:
        """Refuse hidden requests of this session inside a ``with`` block.

        What a reference leads to must then have been loaded with ``prefetch()``; queries and calls
        that are written out are not hidden.
        """
        from accsyn_orm.entities.strictness import strictly  # loads Pydantic

        return strictly(self)

    # -- entities ---------------------------------------------------------------------------------

    @public_call
    def me(self) -> User:
        """Return the profile of the user who is signed in."""
        from accsyn_orm.entities.types.user import User  # loads Pydantic

        record = self.find_one("User")
        if record is None:
            raise EntityNotFoundError("User", self.username)
        return User.load_record(record, self)

    @overload
    def query(self, entity: type[E]) -> Query[E]: ...
    @overload
    def query(self, entity: str) -> Query[Any]: ...
    def query(self, entity: type[E] | str) -> Query[E] | Query[Any]:
        """Return a query for all entities of a class, bound to this session.

        Args:
            entity: the class, or the name of a type; types that this version has no class for are
                read as they come, see ``entity_class()``.

        Raises:
            TypeError: this is no entity class.
            EntityValidationError: this is no name of a type.
        """
        from accsyn_orm.entities.base import Entity  # loads Pydantic
        from accsyn_orm.entities.querying.query import Query

        if isinstance(entity, str):
            from accsyn_orm.entities.generic import entity_class

            return Query(entity_class(entity), backend=self)
        given = cast("object", entity)
        if not (isinstance(given, type) and issubclass(given, Entity)):
            msg = f"{given!r} is no entity class: pass the class itself, such as Job"
            raise TypeError(msg)
        return Query(entity, backend=self)
