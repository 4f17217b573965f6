"""Who receives a delivery, a request or a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.capabilities import AccessBackend, unable
from accsyn_orm.entities.values.references import id_of
from accsyn_orm.errors import EntityStateError

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Record
    from accsyn_orm.entities.types.user import User

# Documented as ``user:<code>[<role>](<id>)``, seen as the e-mail address alone.
_READABLE = re.compile(r"(?:user:)?(?P<email>[^\s\[(]+).*")


@dataclass(frozen=True, slots=True)
class Recipient:
    """A user who receives something.

    Attributes:
        user: id of the user; the e-mail address of one who was invited and has not joined.
        email: e-mail address.
        actioned: whether the user did what was asked for: downloaded, or uploaded.
    """

    user: str
    email: str
    actioned: bool

    @classmethod
    def of(cls, entry: Record) -> Recipient:
        """Return an entry of the list of recipients."""
        readable = str(entry.get("user_hr") or entry.get("user") or "")
        found = _READABLE.fullmatch(readable)
        email = found["email"] if found else readable
        return cls(str(entry.get("user") or email), email, actioned=bool(entry.get("actioned")))


class Recipients:
    """The recipients of one delivery, request or stream; they are asked for when iterated.

    Example:
        >>> [recipient.email for recipient in delivery.recipients]  # doctest: +SKIP
        ['lisa@example.com']
    """

    __slots__ = ("_owner",)

    def __init__(self, owner: HasRecipients) -> None:
        self._owner = owner

    def __iter__(self) -> Iterator[Recipient]:
        return iter(self.all())

    def all(self) -> list[Recipient]:
        """Return all recipients; one request."""
        owner = self._owner
        rows = owner.recipients_backend().access(owner.__entity_type__, str(owner.identity))
        return [Recipient.of(row) for row in rows]

    def __repr__(self) -> str:
        return f"<Recipients of {self._owner!r}>"


class HasRecipients(Entity):
    """Something that users receive."""

    def add_recipient(self, user: User | str, *, invite: bool = True) -> Recipient | None:
        """Let a user receive it; adding somebody twice changes nothing.

        Args:
            user: the user, or an id or e-mail address.
            invite: an address that is no user yet is invited; ``False`` refuses it.

        Returns:
            The recipient; ``None`` while it is composed: the backend says no more.

        Raises:
            EntityNotFoundError: no such user, and none to be invited.
            EntityStateError: it or the user is new, it has ended, or the backend did not do it.
            BackendError: the backend refused.
        """
        backend, who = self.recipients_backend(), _named(user)
        self._refuse_ended()
        kind = self.__entity_type__
        answer = backend.grant("user", who, kind, self._id, {"invite": invite})
        if not answer:
            reason = f"the backend did not add {who!r} to {self!r}"
            raise EntityStateError(type(self).__name__, reason)
        return Recipient.of(answer) if isinstance(answer, dict) else None

    def remove_recipient(self, user: User | str) -> bool:
        """Let a user receive it no longer; return whether he was a recipient.

        Args:
            user: the user, or an id or e-mail address.

        Raises:
            EntityStateError: it or the user is new.
            BackendError: the backend refused.
        """
        who = _named(user)
        return bool(self.recipients_backend().revoke("user", who, self.__entity_type__, self._id))

    def recipients_backend(self) -> AccessBackend:
        """Return the backend, which knows recipients.

        Raises:
            EntityStateError: it is new, or the backend knows none.
        """
        backend = self._saved_backend()
        if not isinstance(backend, AccessBackend):
            raise unable(type(self), "recipients")
        return backend

    def _refuse_ended(self) -> None:
        """Refuse what is of no use when nobody receives it any more."""


def _named(user: User | str) -> str:
    if isinstance(user, Entity) and user.is_new:
        raise EntityStateError(type(user).__name__, f"{user!r} is new: save() it first")
    return str(id_of(user))
