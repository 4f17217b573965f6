"""Sessions that cannot be used."""

from __future__ import annotations

from accsyn_orm.errors.base import AccsynError, on_one_line


class SessionError(AccsynError, RuntimeError):
    """A session that cannot be used."""


class NoSessionError(SessionError):
    """No session is active and none was given.

    Attributes:
        entity: name of the entity class that needed one.
    """

    def __init__(self, entity: str) -> None:
        self.entity = entity
        super().__init__(
            f"{entity} needs a session: work inside 'with Session(…):', "
            f"start from session.query({entity}), or pass session=…"
        )


class SessionClosedError(SessionError):
    """The session was closed."""

    def __init__(self) -> None:
        super().__init__("this session is closed: make a new Session")


class AuthenticationError(SessionError):
    """The backend refused the sign-in.

    Attributes:
        reason: the backend's own words.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"login: {on_one_line(reason)}")


class SessionExpiredError(SessionError):
    """The session expired and cannot be renewed without the user.

    Attributes:
        reason: the backend's own words.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"cannot be renewed: {on_one_line(reason)}; make a new Session and repeat the call"
        )
