"""Who may do what with what: grants in the form in which they are written and read.

Shares (volumes, folders, homes, collections) are opened by ACLs, jobs (deliveries, requests,
streams) by being named a recipient.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.errors import ConfigurationError, EntityValidationError
from accsyn_orm.paths.given import why_refused_within
from accsyn_orm.query import Comparison, Operator, all_of
from accsyn_orm.session.payloads import (
    check_code,
    check_flag,
    check_keys,
    check_options,
    check_text,
    check_type,
)
from accsyn_orm.wire.versions import V1

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Record
    from accsyn_orm.wire.versions import Generation

_ADDRESS = re.compile(r"[^\s@\"]+@[^\s@\"]+")
_JOBS = ("delivery", "request", "stream", "job")
_SHARES = ("volume", "folder", "home", "collection", "share")
_JOB_OPTIONS = ("invite",)
_SHARE_OPTIONS = ("read", "write", "notify", "message", "path", "invite")


@dataclass(frozen=True, slots=True)
class Target:
    """What access is granted to.

    Attributes:
        entitytype: its type, under which it is looked up.
        ident: its id, or its code.
        is_job: recipients have access, not ACLs.
    """

    entitytype: str
    ident: str
    is_job: bool


def has_recipients(targettype: object) -> bool:
    """Tell whether access to this type is a matter of recipients, not of ACLs."""
    return isinstance(targettype, str) and targettype.strip().lower() in _JOBS


def check_target(targettype: object, targetid: object) -> Target:
    """Return what access is granted to, if it can be."""
    name = check_type(targettype)
    if name not in _JOBS + _SHARES:
        reason = f"access exists to {', '.join(_JOBS + _SHARES)}"
        raise EntityValidationError(name, [("targettype", reason)])
    return Target(name, check_code(name, targetid), is_job=has_recipients(name))


def check_grantee(entitytype: object) -> str:
    """Return the type of whom access is granted to: users are the only ones."""
    name = check_type(entitytype)
    if name != "user":
        raise EntityValidationError(name, [("entitytype", "access is granted to users only")])
    return name


def job_options(target: Target, data: object) -> dict[str, Any]:
    """Return how somebody becomes a recipient."""
    options = _options(target, data, _JOB_OPTIONS)
    return {"invite": check_flag(target.entitytype, "invite", options.get("invite", True))}


def share_options(target: Target, data: object) -> dict[str, Any]:
    """Return what an ACL allows, complete and in the order of the wire.

    Without any option everything is allowed, and reading when only others are given.
    """
    options = _options(target, data, _SHARE_OPTIONS) or {"read": True, "write": True}
    if not options.get("write"):
        options.setdefault("read", True)
    name = target.entitytype
    defaults = {"invite": True, "read": False, "write": False, "notify": False}
    allowed: dict[str, Any] = {
        key: check_flag(name, key, options.get(key, default)) for key, default in defaults.items()
    }
    if not (allowed["read"] or allowed["write"]):
        reason = "an ACL allows to read, to write or both: revoke() takes access away"
        raise EntityValidationError(name, [("read", reason)])
    message = options.get("message", "")
    allowed["message"] = message if message == "" else check_text(name, "message", message)
    allowed["path"] = _path_within(name, options.get("path", "/"))
    return allowed


def acl_payload(
    generation: Generation, user: str, share: str, allowed: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the data that creates an ACL."""
    payload = {generation.acl_subject: f"user:{user}", "target": f"share:{share}", **allowed}
    if generation is V1:
        # Known from scripts that create ACLs in v1.0: nothing else is known to be understood there.
        known = (generation.acl_subject, "target", "path", "read", "write")
        payload = {name: payload[name] for name in known}
    return payload


def check_v1_options(data: object) -> None:
    """Refuse what an ACL of v1.0 is not known to take."""
    given = cast("Mapping[str, object]", data if isinstance(data, Mapping) else {})
    for name in ("invite", "notify", "message"):
        if given.get(name):
            raise ConfigurationError(
                "protocol", f"option {name!r} of grant() exists in v3 only", hint="leave it out"
            )


def acl_query(generation: Generation, *parts: tuple[str, str]) -> str:
    """Write the query that finds ACLs: v3 sends the whole statement, v1.0 the condition.

    Args:
        generation: whose spelling to use.
        parts: ``("entity", "user:<id>")`` and ``("target", "share:<id>")``, in any order.
    """
    names = {"entity": generation.acl_subject}
    comparisons = [Comparison(names.get(n, n), Operator.EQUAL, value) for n, value in parts]
    condition = str(all_of(comparisons))
    return condition if generation is V1 else f"acl WHERE {condition}"


def access_row(acl: Record) -> Record:
    """Return an ACL as ``access()`` shows it."""
    subject = acl.get("entity", acl.get("ident"))
    return {
        "user": _id_in(subject),
        "user_hr": acl.get("entity_hr", acl.get("ident_hr", "")),
        "share": _id_in(acl.get("target")),
        "share_hr": acl.get("target_hr", ""),
        "read": bool(acl.get("read")),
        "write": bool(acl.get("write")),
        "acknowledged": bool(acl.get("acknowledged")),
        "path": acl.get("path", "/"),
    }


def is_address(code: str) -> bool:
    """Tell whether somebody can be invited under this code: an e-mail address."""
    return _ADDRESS.fullmatch(code) is not None


def is_acl_of(acl: Record, user: str, share: str) -> bool:
    """Tell whether an ACL is one of this user for this share."""
    subject, target = acl.get("entity", acl.get("ident")), acl.get("target")
    return (_id_in(subject), _id_in(target)) == (user, share)


def check_folder(target: Target, path: object) -> str:
    """Return the folder that an ACL is for, as ACLs are compared by it; jobs have none."""
    if target.is_job:
        raise EntityValidationError(target.entitytype, [("path", "only shares have folders")])
    return check_text(target.entitytype, "path", path).strip().strip("/")


def is_for(acl: Record, folder: str | None) -> bool:
    """Tell whether an ACL is for a folder in its share; ``None`` stands for any."""
    return folder is None or str(acl.get("path", "/")).strip("/") == folder


def is_recipient(entry: Record, ident: str) -> bool:
    """Tell whether an entry in the list of recipients is this user, by id or by e-mail address.

    Args:
        entry: the entry.
        ident: id or address, lower case.
    """
    return ident in (entry.get("user"), str(entry.get("user_hr")).lower())


def _path_within(entitytype: str, path: object) -> str:
    text = check_text(entitytype, "path", path)
    if reason := why_refused_within(text):
        raise EntityValidationError(entitytype, [("path", reason)])
    return text


def _options(target: Target, data: object, known: tuple[str, ...]) -> dict[str, Any]:
    options = check_options(target.entitytype, data) or {}
    check_keys(target.entitytype, options, known)
    return options


def _id_in(reference: object) -> str:
    return reference.rpartition(":")[2] if isinstance(reference, str) else ""
