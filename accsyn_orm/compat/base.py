"""What the official sessions of both generations have in common: sign-in, answers, properties."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, cast

from accsyn_orm.compat.answers import AnsweringSession
from accsyn_orm.compat.dates import as_sent
from accsyn_orm.compat.texts import Texts
from accsyn_orm.wire.versions import Generation

if TYPE_CHECKING:
    from accsyn_orm.session import Session as TypedSession
    from accsyn_orm.session.stats import Stats

P = ParamSpec("P")

_DEV_PORT = 8181
_THIS_MACHINE = "127.0.0.1"


class OfficialSession(Texts):
    """A session with the calls of the official clients, on the transport of ``accsyn_orm``."""

    generation: ClassVar[Generation]
    DEFAULT_CONNECT_TIMEOUT = 10
    DEFAULT_TIMEOUT = 120

    _session: AnsweringSession

    @property
    def typed(self) -> TypedSession:
        """The session of ``accsyn_orm`` beneath this one, to move a script over call by call."""
        return self._session

    @property
    def username(self) -> str:
        """User who signed in."""
        return self._session.username

    @property
    def timeout(self) -> float:
        """Seconds to wait for an answer."""
        return self._session.timeout

    @property
    def connect_timeout(self) -> float:
        """Seconds to wait for a connection."""
        return self._session.connect_timeout

    @property
    def stats(self) -> Stats:
        """How many requests this session has sent, of which kind, how much and how long."""
        return self._session.stats

    def close(self) -> None:
        """Close the connections; the official clients keep none open."""
        self._session.close()

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__} on {self._session!r}>"

    # -- inside -----------------------------------------------------------------------------------

    def _sign_in(self, *, port: Any, **arguments: Any) -> None:
        """Make the session beneath; it signs in at once, as scripts expect."""
        arguments["port"] = int(port) if is_digits(port) else port or None
        given = {name: value for name, value in arguments.items() if value not in (None, "")}
        session = AnsweringSession(protocol=self.generation.name, lowercase_queries=True, **given)
        try:
            session.login()
        except BaseException:
            session.close()
            raise
        self._session = session

    def _sent(self, data: Any) -> Any:
        return as_sent(self.generation, data)

    def _answer(
        self, call: Callable[P, object], *args: P.args, **kwargs: P.kwargs
    ) -> dict[str, Any]:
        return self._session.answer_to(call, *args, **kwargs)

    def _result(self, call: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Any:
        """Make a call; return the result as it came, or ``None`` if there is none."""
        return self._session.answer_to(call, *args, **kwargs).get("result")

    def _first(self, call: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Any:
        """Make a call; return the first item of its result, or ``None`` if there is none."""
        return first(self._result(call, *args, **kwargs))


def first(result: Any) -> Any:
    """Return the first item of a list, ``None`` of an empty one, and anything else as it is."""
    items = items_of(result)
    return items[0] if items else None


def items_of(result: object) -> list[Any]:
    """Return a list as it is, and anything else as the only item of one."""
    return cast("list[object]", result) if isinstance(result, list) else [result]


def flag(value: Any) -> Any:
    """Return a flag. Scripts pass numbers and ``None`` as well, which do what they count as."""
    return bool(value) if value is None or isinstance(value, int) else value


def state(value: Any) -> Any:
    """Return a flag of three states, of which ``None`` leaves it to the backend."""
    return None if value is None else flag(value)


def is_digits(value: object) -> bool:
    """Tell whether text is a number: ports come from the environment as such."""
    return isinstance(value, str) and value.isascii() and value.isdigit()


def dev_url(hostname: str | None, port: int | str | None) -> str:
    """Return where dev mode connects to: plain HTTP, which is refused to other machines."""
    return f"http://{hostname or _THIS_MACHINE}:{port or _DEV_PORT}"


def from_environment(*names: str) -> str | None:
    """Return the first variable that is set, of names that only the official clients know."""
    return next((value for name in names if (value := os.environ.get(name, "").strip())), None)
