"""Calls that create and change entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from accsyn_orm.errors import EntityNotFoundError, EntityValidationError
from accsyn_orm.outcome import Outcome
from accsyn_orm.query import Comparison, Operator, Statement
from accsyn_orm.session.core import public_call
from accsyn_orm.session.findings import UNIQUE_CODES, of_update, of_updates, soon_of_creation
from accsyn_orm.session.lifecycle import LifecycleCalls
from accsyn_orm.session.lookups import created_in, records_in
from accsyn_orm.session.payloads import (
    check_data,
    check_id,
    check_list,
    check_options,
    check_type,
    creation,
    read_payload,
)
from accsyn_orm.session.reading import ReadingCalls
from accsyn_orm.wire.versions import V1, base_uri

if TYPE_CHECKING:
    import os

    from accsyn_orm.entities.backend import Record
    from accsyn_orm.session.retrying import Look


class WritingCalls(LifecycleCalls, ReadingCalls):
    """Creating and changing entities."""

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
    def update(
        self,
        entitytype: str,
        entityid: str,
        data: Mapping[str, Any],
        *,
        before: Mapping[str, Any] | None = None,
    ) -> Record:
        """Change attributes of an entity; return it as it is afterwards.

        Args:
            entitytype: what to change.
            entityid: its id.
            data: the attributes to change.
            before: what these attributes and ``modified`` were when they were last read. It is not
                sent: when an answer gets lost, and all of it is as it was, the change is made once
                more. Without ``modified`` it is of no use: it may have been changed, and back.

        Raises:
            BackendError: the backend refused, also because there is no such entity: only its
                message tells that apart.
            EntityNotFoundError: the backend agreed, but answered with no entity.
        """
        name = self._check_changeable(entitytype)
        ident = check_id(name, entityid)
        uri, sent = f"{base_uri(self._generation, name)}/edit", check_data(name, data)
        known, past = check_options(name, before), self._connection.surely_past()
        answer = self._connection.call(
            "PUT",
            uri,
            sent,
            entityid=ident,
            look=lambda: of_update(self.get_entity(name, ident), sent, past, known),
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

    def _look_at_creation(self, name: str, sent: Mapping[str, Any]) -> Look:
        """Return what looks for an entity with a unique code."""
        past = self._connection.surely_past()
        query = Statement(name, Comparison("code", Operator.EQUAL, sent["code"]))
        return lambda: soon_of_creation(lambda: self.find(query), sent, past)
