"""Calls that find entities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from accsyn_orm.errors import QueryValueError
from accsyn_orm.query import Comparison, Operator, Statement
from accsyn_orm.session.core import public_call
from accsyn_orm.session.lookups import Lookups
from accsyn_orm.session.payloads import check_id, check_type
from accsyn_orm.session.queries import (
    Question,
    Scope,
    attribute_options,
    beneath,
    find_options,
)
from accsyn_orm.wire.versions import V1, base_uri

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Record, WireRequest

_ALL_USERS = Question("user", None)


class ReadingCalls(Lookups):
    """Finding entities by query and by id."""

    @public_call
    def find(
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

    def find_request(
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
    def find_one(
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

    def _find_event(
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

    def _own_profile(self, record: Record) -> Record | None:
        """Make sure that the profile is the own one: a backend may answer with any user."""
        own_id = self._connection.sign_in().user_id
        return record if record.get("id", own_id) == own_id else self.get_entity("user", own_id)
