"""Which servers hold the files of a volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.capabilities import AssignmentBackend, unable
from accsyn_orm.entities.validation import refusal
from accsyn_orm.entities.values.references import id_of
from accsyn_orm.errors import EntityStateError

if TYPE_CHECKING:
    from accsyn_orm.entities.types.server import Server

_FOLLOWING = ("server", "siteservers", "path", "status", "status_hr")
"""What a volume says that depends on its servers."""


class Assignable(Entity):
    """An entity whose files are on servers.

    After a change of servers the attributes that follow from them are not loaded any more:
    ``refresh()`` loads them.
    """

    def assign(self, server: Server | str, *, site: bool | None = None) -> None:
        """Let a server hold the files.

        A server must be of an admin account. One at the main site becomes the main server, in place
        of the one before; one at another site a site server besides.

        Args:
            server: the server, or its id.
            site: (v1) ``True`` for a site server; the main one otherwise. In v3 it follows from
                where the server stands.

        Raises:
            EntityValidationError: no id is given, or a role in v3; nothing was sent.
            EntityStateError: the backend did not do it.
        """
        backend = self._assignment_backend()
        data = self._assignment(backend, server, site=site)
        self._finish("assign", done=backend.assign("volume", "server", data))

    def deassign(self, server: Server | str, *, site: bool | None = None) -> None:
        """Take a server away; the arguments are those of ``assign()``.

        Unless ``site`` says so, v1 is asked first whether it is a site server.
        """
        backend = self._assignment_backend()
        if site is None and backend.protocol == "v1":
            site = id_of(server) in [other.id for other in self.assignments()[1:]]
        data = self._assignment(backend, server, site=site)
        self._finish("deassign", done=backend.deassign("volume", "server", data))

    def assignments(self) -> list[Server]:
        """Return the servers that hold the files, the main one first."""
        from accsyn_orm.entities.types.client import Client  # only where servers are asked for

        backend = self._assignment_backend()
        records = backend.assignments("volume", self._id)
        return [cast("Server", Client.load_record(record, backend)) for record in records]

    def _assignment_backend(self) -> AssignmentBackend:
        backend = self._saved_backend()
        if not isinstance(backend, AssignmentBackend):
            raise unable(type(self), "servers")
        return backend

    def _assignment(
        self, backend: AssignmentBackend, server: Server | str, *, site: bool | None
    ) -> dict[str, Any]:
        if isinstance(server, Entity) and server.is_new:
            raise EntityStateError(type(server).__name__, f"{server!r} is new")
        data = {"volume": self._id, "server": id_of(server)}
        if backend.protocol == "v1":
            return {**data, "site" if site else "main": True}
        if site is not None:
            reason = "follows from where the server stands: leave it out"
            raise refusal(type(self), [("site", reason)])
        return data

    def _finish(self, what: str, *, done: bool) -> None:
        if not done:
            raise EntityStateError(type(self).__name__, f"the backend did not {what} the server")
        self._unload(_FOLLOWING)
