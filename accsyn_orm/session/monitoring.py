"""Calls about what goes on: reports, metrics, logs, and what runs on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.errors import QueryValueError
from accsyn_orm.query import And, Comparison, Expression, Operator, Statement, any_of
from accsyn_orm.session.core import public_call
from accsyn_orm.session.lookups import Lookups
from accsyn_orm.session.payloads import (
    check_flag,
    check_id,
    check_number,
    check_text,
    check_type,
)
from accsyn_orm.session.queries import attribute_names
from accsyn_orm.wire.codec import dumps
from accsyn_orm.wire.versions import V1, base_uri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accsyn_orm.entities.backend import Record

_APP, _SERVER, _USER_SERVER = "0", "1", "2"
_RUNNING = frozenset({"online", "disabled"})
_V1_METRICS = ("speed",)


class MonitoringCalls(Lookups):
    """Watching a workspace."""

    @public_call
    def report(self, query: str | Statement) -> str:
        """Return the backend's own report about entities, for support: text for people.

        Args:
            query: which entities, as in ``find()``.
        """
        question = self._read(query)
        uri = f"{base_uri(self._generation, question.entitytype)}/report"
        report = self._connection.call("GET", uri, {}, query=question.expression, member="report")
        return report if isinstance(report, str) else dumps(report)

    @public_call
    def metrics(
        self,
        query: str | Statement,
        attributes: Sequence[str] | None = None,
        time: str | float | None = None,
    ) -> dict[str, Any]:
        """Return what was measured about entities, such as the speed of a job.

        Args:
            query: which entities, as in ``find()``.
            attributes: which metrics; the backend decides when left out (v1.0: ``speed``).
            time: which time, in the words of the backend.

        Returns:
            The metrics by name; empty when there are none.
        """
        question = self._read(query)
        names = None if attributes is None else attribute_names(attributes)
        if names is None and self._generation is V1:
            names = list(_V1_METRICS)
        options: dict[str, Any] = {"attributes": names}
        if time is not None:
            options["time"] = _check_time(time)
        uri = f"{base_uri(self._generation, question.entitytype)}/metrics"
        result: object = self._connection.call("GET", uri, options, query=question.expression)
        if result is not None and not isinstance(result, dict):
            self._connection.reject(uri, "the answer holds no metrics by name")
        return cast("dict[str, Any]", result or {})

    @public_call
    def logs(
        self,
        entitytype: str | None = None,
        entityid: str | None = None,
        search: str | None = None,
        sort: str = "date",
        *,
        sort_reverse: bool = False,
        pagination_page: int | None = None,
        pagination_limit: int | None = None,
        pagination_skip: int | None = None,
    ) -> list[Record]:
        """Return rows of the backend's log (v3).

        Args:
            entitytype: whose log; that of the workspace when left out.
            entityid: id of the entity.
            search: text that the rows hold.
            sort: what to sort by.
            sort_reverse: the other way round.
            pagination_page: which page.
            pagination_limit: how many rows on a page.
            pagination_skip: how many rows to leave out.

        Returns:
            The rows; what is in them is not documented.
        """
        self._require_v3("logs()")
        scope = "workspace" if entitytype is None else check_type(entitytype)
        options: dict[str, Any] = {
            "entitytype": scope,
            "sort": check_text("log", "sort", sort),
            "sort_reverse": check_flag("log", "sort_reverse", sort_reverse),
        }
        if search is not None:
            options["search"] = check_text("log", "search", search)
        pages = {"page": pagination_page, "limit": pagination_limit, "skip": pagination_skip}
        pagination = {
            name: check_number("log", f"pagination_{name}", number)
            for name, number in pages.items()
            if number is not None
        }
        if pagination:
            options["pagination"] = pagination
        ident = None if entityid is None else check_id(scope, entityid)
        return self._records("log/find", options, entityid=ident)

    @public_call
    def app_is_running(self) -> bool | None:
        """Tell whether the user's accsyn desktop app runs on this machine.

        Machines are told apart by host name only. An app that is switched off but online counts.

        Returns:
            Yes or no; ``None`` when the workspace knows no such app.
        """
        return self._is_running(Comparison("type", Operator.EQUAL, _APP))

    @public_call
    def gui_is_running(self) -> bool | None:
        """Do the same as ``app_is_running()``, by its name in v1.0."""
        return self.app_is_running()

    @public_call
    def daemon_is_running(self) -> bool | None:
        """Tell whether an accsyn server of the user runs on this machine.

        Returns:
            As ``app_is_running()``.
        """
        if self._generation is V1:
            return self._is_running(Comparison("type", Operator.NOT_EQUAL, _APP))
        kinds = [Comparison("type", Operator.EQUAL, kind) for kind in (_SERVER, _USER_SERVER)]
        return self._is_running(any_of(kinds))

    @public_call
    def server_is_running(self) -> bool | None:
        """Do the same as ``daemon_is_running()``, by its name in v1.0."""
        return self.daemon_is_running()

    # -- inside -----------------------------------------------------------------------------------

    def _is_running(self, kind: Expression) -> bool | None:
        owner = Comparison("user", Operator.EQUAL, self._connection.sign_in().user_id)
        machine = Comparison("code", Operator.EQUAL, self.get_hostname())
        found = self._records("client/find", {}, str(And((owner, machine, kind))))
        return any(client.get("status") in _RUNNING for client in found) if found else None


def _check_time(time: object) -> object:
    if isinstance(time, str):
        return check_text("metrics", "time", time)
    if isinstance(time, bool) or not isinstance(time, (int, float)):
        raise QueryValueError(time, "time is text or a number")
    return time
