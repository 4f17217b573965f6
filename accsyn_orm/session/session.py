"""Session: the calls of the accsyn API, with dictionaries in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from accsyn_orm.errors import (
    EntityNotFoundError,
    EntityValidationError,
    QueryValueError,
)
from accsyn_orm.outcome import Outcome
from accsyn_orm.query import Comparison, Operator, Statement
from accsyn_orm.session.access import AccessCalls
from accsyn_orm.session.assignment import AssignmentCalls
from accsyn_orm.session.configuration import ConfigurationCalls
from accsyn_orm.session.core import public_call
from accsyn_orm.session.files import FileCalls
from accsyn_orm.session.findings import UNIQUE_CODES, of_update, of_updates, soon_of_creation
from accsyn_orm.session.lifecycle import LifecycleCalls
from accsyn_orm.session.lookups import created_in, records_in
from accsyn_orm.session.monitoring import MonitoringCalls
from accsyn_orm.session.payloads import (
    check_data,
    check_id,
    check_list,
    check_type,
    creation,
    read_payload,
)
from accsyn_orm.session.queries import (
    Question,
    Scope,
    attribute_options,
    beneath,
    find_options,
)
from accsyn_orm.session.schema import SchemaCalls
from accsyn_orm.wire.versions import V1, base_uri

if TYPE_CHECKING:
    import os
    from contextlib import AbstractContextManager
    from types import TracebackType

    from typing_extensions import Self

    from accsyn_orm.entities.backend import Record, WireRequest
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.entities.querying.query import Query
    from accsyn_orm.entities.types.user import User
    from accsyn_orm.session.retrying import Look

    E = TypeVar("E", bound=Entity)

_ALL_USERS = Question("user", None)


class Session(
    AccessCalls,
    AssignmentCalls,
    FileCalls,
    ConfigurationCalls,
    MonitoringCalls,
    LifecycleCalls,
    SchemaCalls,
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

    # -- reading ----------------------------------------------------------------------------------

    @public_call
    def find(  # noqa: PLR0913  # the official signature
        self,
        query: str | Statement,
        entityid: str | None = None,
        attributes: Sequence[str] | None = None,
        *,
        finished: bool | None = None,
        inactive: bool | None = None,
        offline: bool | None = None,
        archived: bool | None = None,
        limit: int | None = None,
        skip: int | None = None,
        create: bool | None = None,
        update: bool | None = None,
        single_entity_query: bool = False,
    ) -> list[Any]:
        """Return the entities that a query selects.

        ``entitytypes`` returns the names of all entity types, and
        ``attributes WHERE entitytype=job`` the names of the attributes of one.

        Args:
            query: text, or a parsed statement.
            entityid: job whose tasks, or collection whose files, are sought.
            attributes: attributes to return; all when left out.
            finished: search among finished and aborted jobs.
            inactive: search among deactivated entities.
            offline: the same as ``inactive``, by its name in v1.0.
            archived: search among archived entities.
            limit: return at most so many.
            skip: leave out so many at the start.
            create: (``attributes``) those that can be given when creating.
            update: (``attributes``) those that can be changed.
            single_entity_query: (v3) tell the backend that one entity is meant, which widens the
                states it looks in.

        Raises:
            QueryError: the query or an option is malformed; nothing was sent.
        """
        uri, options, expression = self._find_event(
            query,
            entityid,
            Scope(finished, offline if inactive is None else inactive, archived),
            limit=limit,
            skip=skip,
            attributes=attributes,
            create=create,
            update=update,
            is_single=single_entity_query,
        )
        # The wire has no limit of zero: leaving it out would return everything.
        return [] if limit == 0 else self._list(uri, options, expression)

    def find_request(  # noqa: PLR0913  # those of find()
        self,
        query: str | Statement,
        entityid: str | None = None,
        attributes: Sequence[str] | None = None,
        *,
        finished: bool | None = None,
        inactive: bool | None = None,
        archived: bool | None = None,
        limit: int | None = None,
        skip: int | None = None,
    ) -> WireRequest:
        """Return the request that ``find()`` with these arguments would send; nothing is sent.

        With a limit of zero ``find()`` sends none.

        Raises:
            QueryError: the query or an option is malformed.
        """
        from accsyn_orm.entities.backend import WireRequest  # loads Pydantic

        uri, options, expression = self._find_event(
            query,
            entityid,
            Scope(finished, inactive, archived),
            limit=limit,
            skip=skip,
            attributes=attributes,
        )
        return WireRequest("GET", uri, expression, options)

    @public_call
    def find_one(  # noqa: PLR0913  # the official signature
        self,
        query: str | Statement,
        entityid: str | None = None,
        attributes: Sequence[str] | None = None,
        *,
        finished: bool | None = None,
        inactive: bool | None = None,
        offline: bool | None = None,
        archived: bool | None = None,
    ) -> Record | None:
        """Return the first entity that a query selects, or ``None``; ``User`` is the own profile.

        The arguments are those of ``find()``.
        """
        is_v1 = self._generation is V1
        is_profile = self._read(query) == _ALL_USERS and not (
            finished or inactive or offline or archived
        )
        if is_profile and is_v1:
            query = Statement("user", Comparison("code", Operator.EQUAL, self.username))
        found = self.find(
            query,
            entityid,
            attributes,
            finished=finished,
            inactive=inactive,
            offline=offline,
            archived=archived,
            limit=1 if is_v1 else None,
            single_entity_query=True,
        )
        record: Record | None = found[0] if found else None
        if is_profile and record is not None:
            return self._own_profile(record)
        return record

    @public_call
    def get_entity(self, entitytype: str, entityid: str) -> Record | None:
        """Return one entity by its id, in whatever state it is, or ``None``.

        Raises:
            EntityValidationError: the id has not the form of one; nothing was sent.
        """
        name = check_type(entitytype)
        ident = check_id(name, entityid, exact=True)
        if self._generation is V1:
            return self._get_in_v1(name, ident)
        found = self._list(f"{name}/find", {}, entityid=ident)
        return found[0] if found else None

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

    # -- writing ----------------------------------------------------------------------------------

    @public_call
    def create(
        self,
        entitytype: str,
        data: Mapping[str, Any] | Sequence[Any] | str,
        entityid: str | None = None,
        *,
        allow_duplicates: bool | None = None,
        replace_duplicates: bool | None = None,
    ) -> Record | list[Record]:
        """Create an entity.

        Args:
            entitytype: what to create.
            data: its attributes; a list is a list of tasks (jobs, tasks); text is JSON.
            entityid: job to create a task beneath.
            allow_duplicates: (jobs, tasks) retry a task that exists already.
            replace_duplicates: (jobs, tasks; v3) replace a task that exists already.

        Returns:
            The entity, empty when the backend does not name it. Of tasks and files always a list,
            and of others one if the backend made several of what was asked for.
        """
        name = check_type(entitytype)
        parent = None if entityid is None else check_id(name, entityid)
        payload = creation(
            self._generation,
            name,
            data,
            allow_duplicates=allow_duplicates,
            replace_duplicates=replace_duplicates,
        )
        is_v1 = self._generation is V1
        operation = "add" if name == "file" and not is_v1 else "create"
        has_code = name in UNIQUE_CODES and isinstance(payload.get("code"), str)
        answer = self._connection.call(
            "POST",
            f"{base_uri(self._generation, name)}/{operation}",
            payload,
            query=parent if is_v1 else None,
            entityid=None if is_v1 else parent,
            member=None,
            look=self._look_at_creation(name, payload) if has_code else None,
        )
        return created_in(name, answer.get("result", answer))

    @public_call
    def create_from_file(
        self,
        entitytype: str,
        path: str | os.PathLike[str],
        entityid: str | None = None,
        *,
        allow_duplicates: bool | None = None,
        replace_duplicates: bool | None = None,
    ) -> Record | list[Record]:
        """Create an entity from a JSON file; ``create()`` itself never reads files.

        Args:
            entitytype: what to create.
            path: file in UTF-8 that holds what ``create()`` takes as data.
            entityid: as in ``create()``.
            allow_duplicates: as in ``create()``.
            replace_duplicates: as in ``create()``.

        Raises:
            EntityValidationError: the file cannot be read, or holds no data; nothing was sent.
        """
        return self.create(
            entitytype,
            read_payload(check_type(entitytype), path),
            entityid,
            allow_duplicates=allow_duplicates,
            replace_duplicates=replace_duplicates,
        )

    @public_call
    def update(self, entitytype: str, entityid: str, data: Mapping[str, Any]) -> Record:
        """Change attributes of an entity; return it as it is afterwards.

        Raises:
            BackendError: the backend refused, also because there is no such entity: only its
                message tells that apart.
            EntityNotFoundError: the backend agreed, but answered with no entity.
        """
        name = self._check_changeable(entitytype)
        ident = check_id(name, entityid)
        uri, sent = f"{base_uri(self._generation, name)}/edit", check_data(name, data)
        began = datetime.now(timezone.utc)
        answer = self._connection.call(
            "PUT",
            uri,
            sent,
            entityid=ident,
            look=lambda: of_update(self.get_entity(name, ident), sent, began),
        )
        found = records_in(answer)
        if not found:
            missing = EntityNotFoundError(name, ident)
            missing.outcome = Outcome.MAYBE_APPLIED
            raise missing
        return found[0]

    @public_call
    def update_one(self, entitytype: str, entityid: str, data: Mapping[str, Any]) -> Record:
        """Do the same as ``update()``, by its name in older clients."""
        return self.update(entitytype, entityid, data)

    @public_call
    def update_many(
        self, entitytype: str, entityid: str, data: Sequence[Mapping[str, Any]]
    ) -> list[Record]:
        """Change several tasks of one job; return them as they are afterwards.

        Args:
            entitytype: ``task``.
            entityid: id of the job. (In v1.0 clients the data came before it.)
            data: for each task its ``id`` or ``uri`` and the attributes to change.
        """
        name = check_type(entitytype)
        if name != "task":
            raise EntityValidationError(name, [("entitytype", "only tasks are changed in numbers")])
        items = check_list(name, data)
        ident = check_id("job", entityid)
        uri = f"{base_uri(self._generation, name)}/edit"
        answer = self._connection.call(
            "PUT",
            uri,
            items,
            entityid=ident,
            look=lambda: of_updates(self.find("Task", ident), items),
        )
        return records_in(answer)

    # -- inside -----------------------------------------------------------------------------------

    def _find_event(  # noqa: PLR0913  # those of find()
        self,
        query: str | Statement,
        entityid: str | None,
        scope: Scope,
        *,
        limit: int | None,
        skip: int | None,
        attributes: Sequence[str] | None,
        create: bool | None = None,
        update: bool | None = None,
        is_single: bool = False,
    ) -> tuple[str, dict[str, Any], str | None]:
        """Return operation, data and condition of a ``find``."""
        question = self._read(query)
        if question.entitytype == "entitytypes":
            if question.expression:
                raise QueryValueError(question.expression, "entitytypes takes no condition")
            return "entitytypes", {}, None
        if question.entitytype == "attributes":
            return "attributes", attribute_options(query, create=create, update=update), None
        if entityid is not None:
            question = beneath(self._generation, question, check_id("entity", entityid))
        options = find_options(
            self._generation,
            question.entitytype,
            scope,
            parent=entityid,
            limit=limit,
            skip=skip,
            attributes=attributes,
            is_single=is_single,
        )
        uri = f"{base_uri(self._generation, question.entitytype)}/find"
        return uri, options, question.expression

    def _look_at_creation(self, name: str, sent: Mapping[str, Any]) -> Look:
        """Return what looks for an entity with a unique code."""
        began = datetime.now(timezone.utc)
        query = Statement(name, Comparison("code", Operator.EQUAL, sent["code"]))
        return lambda: soon_of_creation(lambda: self.find(query), sent, began)

    def _own_profile(self, record: Record) -> Record | None:
        """Make sure that the profile is the own one: a backend may answer with any user."""
        own_id = self._connection.sign_in().login.user_id
        return record if record.get("id", own_id) == own_id else self.get_entity("user", own_id)
