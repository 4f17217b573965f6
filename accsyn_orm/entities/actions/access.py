"""Who may use a share: granting access, taking it away, and seeing who has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.capabilities import AccessBackend, unable
from accsyn_orm.entities.validation import refusal
from accsyn_orm.entities.values.path import WITHIN_A_SHARE, judged_paths
from accsyn_orm.entities.values.references import id_of
from accsyn_orm.errors import EntityStateError

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Record
    from accsyn_orm.entities.types.acl import Acl
    from accsyn_orm.entities.types.user import User


@dataclass(frozen=True, slots=True)
class Access:
    """What one user may do with a share, or with a part of it.

    Attributes:
        user: id of the user.
        user_hr: the user, readable.
        share: id of the share.
        share_hr: the share, readable.
        path: the part of the share that it is about; ``/`` for all of it.
        read: whether files may be listed and read.
        write: whether files may be written.
        acknowledged: whether the user has seen it.
    """

    user: str
    user_hr: str
    share: str
    share_hr: str
    path: str
    read: bool
    write: bool
    acknowledged: bool

    @classmethod
    def of(cls, row: Record) -> Access:
        """Return a row of ``access()``."""
        return cls(**{name: row[name] for name in cls.__slots__})


class Accessible(Entity):
    """An entity that users are given access to."""

    def grant(
        self,
        user: User | str,
        *,
        read: bool | None = None,
        write: bool | None = None,
        path: str | None = None,
        notify: bool | None = None,
        message: str | None = None,
        invite: bool | None = None,
    ) -> Acl | None:
        """Give a user access, or change what was given before, its path as well.

        Without any option everything is allowed; with some, but neither ``read`` nor ``write``,
        reading. A user named by e-mail takes one request more.

        Args:
            user: the user, or an id or e-mail address.
            read: list and read files.
            write: write files; alone, files can be uploaded but not seen.
            path: the part of the share that it is about; all of it unless given.
            notify: send the user an e-mail (v3); not unless asked for.
            message: text of that e-mail (v3).
            invite: ``False`` refuses an address that is no user yet; others are invited (v3).

        Returns:
            The new ACL; ``None`` when one was there, which is changed: the backend says no more.

        Raises:
            EntityValidationError: nothing would be allowed, the path is no part of a share, or the
                user is new; nothing was sent.
            EntityNotFoundError: no such user, and none to be invited.
        """
        backend, given = self._access_backend(), {
            "read": read, "write": write, "path": path, "notify": notify, "message": message,
            "invite": invite,
        }  # fmt: skip
        options = {name: value for name, value in given.items() if value is not None}
        kind = self.__entity_type__
        answer = backend.grant("user", _named(user), kind, self._id, options)
        if not answer:
            raise EntityStateError(type(self).__name__, f"the backend did not grant {self!r}")
        if not isinstance(answer, dict):
            return None
        from accsyn_orm.entities.types.acl import Acl  # only if there is one

        return Acl.load_record(answer, backend)

    def revoke(self, user: User | str, *, path: str | None = None) -> int:
        """Take access away from a user.

        Args:
            user: the user, or an id or e-mail address.
            path: only if it was given for this part of the share; whatever it is unless given.

        Returns:
            How many ACLs there were; 0 when there was nothing to take away.

        Raises:
            EntityNotFoundError: no such user.
            EntityValidationError: it can be no part of a share; nothing was sent.
        """
        backend = self._access_backend()
        if problems := judged_paths({"path": WITHIN_A_SHARE}, {"path": path}):
            raise refusal(type(self), problems)
        return backend.revoke("user", _named(user), self.__entity_type__, self._id, path=path)

    def access(self, user: User | str | None = None, *, recursive: bool = False) -> list[Access]:
        """Return who has access, one row for each ACL.

        Args:
            user: only that of this user, or of an id or e-mail address.
            recursive: also to the shares beneath (v3).

        Raises:
            EntityNotFoundError: no such user.
        """
        backend = self._access_backend()
        who = (None, None) if user is None else ("user", _named(user))
        rows = backend.access(self.__entity_type__, self._id, *who, recursive=recursive)
        return [Access.of(row) for row in rows]

    def _access_backend(self) -> AccessBackend:
        backend = self._saved_backend()
        if not isinstance(backend, AccessBackend):
            raise unable(type(self), "access")
        return backend


def _named(user: User | str) -> str:
    if isinstance(user, Entity) and user.is_new:
        raise EntityStateError(type(user).__name__, f"{user!r} is new: save() it first")
    return str(id_of(user))
