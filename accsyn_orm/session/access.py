"""Calls about access: who may use a share, and who receives a delivery."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from accsyn_orm.errors import EntityNotFoundError, EntityValidationError
from accsyn_orm.session.core import public_call
from accsyn_orm.session.findings import as_answered, of_state
from accsyn_orm.session.grants import (
    access_row,
    acl_payload,
    acl_query,
    check_folder,
    check_grantee,
    check_target,
    check_v1_options,
    is_acl_of,
    is_address,
    is_for,
    is_recipient,
    job_options,
    share_options,
)
from accsyn_orm.session.lookups import Lookups, records_in
from accsyn_orm.session.payloads import check_code, check_flag, check_type
from accsyn_orm.session.retrying import Finding, Verdict
from accsyn_orm.wire.versions import V1

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accsyn_orm.entities.backend import Record
    from accsyn_orm.session.grants import Target


class AccessCalls(Lookups):
    """Granting, listing and revoking access."""

    @public_call
    def grant(
        self,
        entitytype: str,
        entityid: str,
        targettype: str,
        targetid: str,
        data: Mapping[str, Any] | None = None,
    ) -> Record | bool:
        """Give a user access to a share, or make the user a recipient of a delivery.

        An ACL of the same user, share and path is changed, not doubled.

        Args:
            entitytype: ``user``.
            entityid: id or e-mail address. Who is no user yet is invited, unless ``invite`` is
                false; v1.0 cannot invite this way.
            targettype: ``volume``, ``folder``, ``home``, ``collection`` or ``share``; or (v3)
                ``delivery``, ``request``, ``stream`` or ``job``.
            targetid: id or code. Codes of jobs are names: one that several share is refused.
            data: options. For shares ``read`` and ``write`` (both when there are no options at all;
                only ``read`` when neither is named), ``path`` (folder in the share, ``"/"``) and
                in v3 ``notify`` (send a mail, ``False``), ``message`` (text of the mail) and
                ``invite`` (``True``). For jobs ``invite``.

        Returns:
            The ACL or the recipient, if the backend names it, else whether it says that it did.

        Raises:
            EntityNotFoundError: no such share or job; or no such user, and none to be invited.
            EntityValidationError: an option is unknown or wrong; nothing was sent.
            ConfigurationError: v1.0 knows neither deliveries nor collections.
        """
        check_grantee(entitytype)
        target = self._target(targettype, targetid)
        code = check_code("user", entityid)
        if self._generation is V1:
            check_v1_options(data)
        options = job_options(target, data) if target.is_job else share_options(target, data)
        user = self._grantee(code, may_invite=options["invite"] and self._generation is not V1)
        ident = self._identify(target.entitytype, target.ident)
        if target.is_job:
            recipient = {"recipient": user, **options}
            result = self._connection.call("PUT", "job/recipient/add", recipient, entityid=ident)
        else:
            payload = acl_payload(self._generation, user, ident, options)
            result = self._connection.call(
                "POST",
                "acl/create",
                payload,
                look=lambda: self._look_at_grant(user, ident, payload),
            )
        found = records_in(result)
        return found[0] if found else bool(result)

    @public_call
    def access(
        self,
        targettype: str,
        targetid: str,
        entitytype: str | None = None,
        entityid: str | None = None,
        *,
        recursive: bool = False,
    ) -> list[Record]:
        """Return who has access to a share, or who receives a delivery.

        Args:
            targettype: as in ``grant()``.
            targetid: id or code, as in ``grant()``.
            entitytype: ``user``, to leave out who is none.
            entityid: id or e-mail address of the only user of interest; needs ``entitytype``.
            recursive: (shares, v3) also the ACLs of all shares beneath.

        Returns:
            For shares one row for each ACL, with ``user`` and ``share`` (ids), ``user_hr`` and
            ``share_hr`` (text for people), ``read``, ``write``, ``acknowledged`` (the user has seen
            it) and ``path``; for deliveries the recipients, with ``user``, ``user_hr`` and
            ``actioned``.

        Raises:
            EntityNotFoundError: no such share, job or user.
        """
        target = self._target(targettype, targetid)
        is_deep = check_flag(target.entitytype, "recursive", recursive)
        if entityid is not None and entitytype is None:
            raise EntityValidationError("user", [("entitytype", "must be given with entityid")])
        grantee = None if entitytype is None else check_grantee(entitytype)
        code = None if entityid is None else check_code(check_type(grantee), entityid)
        if is_deep and (target.is_job or self._generation is V1):
            reason = "only v3 lists what is beneath a share, and nothing is beneath a job"
            raise EntityValidationError(target.entitytype, [("recursive", reason)])
        user = None if code is None else self._id_of("user", code)
        ident = self._identify(target.entitytype, target.ident)
        if target.is_job:
            entries = self._records("job/recipients", {}, entityid=ident)
            names = [name for name in (user, code) if name]
            found = [entry for entry in entries if any(is_recipient(entry, n) for n in names)]
            return found if names else entries
        if code is not None and user is None:
            raise EntityNotFoundError("user", f"code {code!r}")
        subject = None if grantee is None else f"{grantee}:{user or '*'}"
        return [access_row(acl) for acl in self._acls(ident, subject, is_deep=is_deep)]

    @public_call
    def revoke(
        self,
        entitytype: str,
        entityid: str,
        targettype: str,
        targetid: str,
        *,
        path: str | None = None,
    ) -> int:
        """Take a user's access to a share away, or remove the user from a delivery's recipients.

        Args:
            entitytype: ``user``.
            entityid: id or e-mail address.
            targettype: as in ``grant()``.
            targetid: id or code, as in ``grant()``.
            path: (shares) only the ACL for this folder in the share; unless given, every ACL that
                the user has for the share goes, whatever its path.

        Returns:
            How many ACLs were deleted or recipients removed; 0 when there was nothing to revoke.

        Raises:
            EntityNotFoundError: no such user, share or job; nothing was changed.
            BackendError: the backend refused. ACLs that it had deleted by then stay deleted.
        """
        check_grantee(entitytype)
        target = self._target(targettype, targetid)
        folder = None if path is None else check_folder(target, path)
        code = check_code("user", entityid)
        user = self._id_of("user", code)
        if user is None and not target.is_job:
            raise EntityNotFoundError("user", f"code {code!r}")
        ident = self._identify(target.entitytype, target.ident)
        if user is None or target.is_job:
            # Whoever was invited to a delivery that is not sent yet is only an address.
            return self._remove_recipient(ident, [name for name in (user, code) if name])
        query = acl_query(
            self._generation, ("entity", f"user:{user}"), ("target", f"share:{ident}")
        )
        found = self._records("acl/find", {}, query)
        # Never trust a look-up alone with what is to be deleted.
        own = [acl for acl in found if is_acl_of(acl, user, ident) and is_for(acl, folder)]
        idents = [self._acl_id(acl) for acl in own]
        return sum([self._delete_acl(acl, query) for acl in idents])

    # -- inside -----------------------------------------------------------------------------------

    def _target(self, targettype: object, targetid: object) -> Target:
        target = check_target(targettype, targetid)
        if target.is_job or target.entitytype == "collection":
            self._require_v3(f"access to a {target.entitytype}")
        return replace(target, entitytype="share") if self._generation is V1 else target

    def _grantee(self, code: str, *, may_invite: bool) -> str:
        user = self._id_of("user", code)
        if user is None and not (may_invite and is_address(code)):
            raise EntityNotFoundError("user", f"code {code!r}")
        return user or code

    def _acls(self, share: str, subject: str | None, *, is_deep: bool) -> list[Record]:
        parts = [("target", f"share:{share}")]
        if subject is not None:
            parts.append(("entity", subject))
        options = {} if self._generation is V1 else {"recursive": is_deep}
        return self._records("acl/find", options, acl_query(self._generation, *parts))

    def _remove_recipient(self, job: str, names: list[str]) -> int:
        entries = self._records("job/recipients", {}, entityid=job)
        listed = [name for name in names if any(is_recipient(entry, name) for entry in entries)]
        if not listed:
            return 0
        payload = {"recipient": listed[0]}

        def look() -> Finding:
            now = self._records("job/recipients", {}, entityid=job)
            is_listed = any(is_recipient(entry, listed[0]) for entry in now)
            return of_state(is_as_wanted=not is_listed)

        result = self._connection.call("DELETE", "job/recipient", payload, entityid=job, look=look)
        return int(bool(result))

    def _acl_id(self, acl: Record) -> str:
        ident = acl.get("id")
        if not isinstance(ident, str) or not ident:
            self._connection.reject("acl/find", "the answer holds an ACL without id")
        return ident

    def _delete_acl(self, ident: str, query: str) -> int:
        def look() -> Finding:
            found = self._records("acl/find", {}, query)
            return of_state(is_as_wanted=all(acl.get("id") != ident for acl in found))

        result = self._connection.call("DELETE", "acl/delete", {}, entityid=ident, look=look)
        return int(bool(result))

    def _look_at_grant(self, user: str, share: str, sent: Mapping[str, Any]) -> Finding:
        found = self._acls(share, f"user:{user}", is_deep=False)
        path = str(sent["path"]).strip("/")
        same = [acl for acl in found if str(acl.get("path", "/")).strip("/") == path]
        is_granted = bool(same) and all(
            bool(same[0].get(right)) == sent[right] for right in ("read", "write")
        )
        # One with other rights may be older, or changed since.
        is_unknown = bool(same) and not is_granted
        answer = as_answered(same[0]) if same else True
        return (
            Finding(Verdict.UNKNOWN)
            if is_unknown
            else of_state(is_as_wanted=is_granted, answer=answer)
        )
