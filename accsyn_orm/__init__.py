"""Typed entities and one query language for the accsyn file-transfer API.

Everything that is called or caught is here; parts are loaded when they are first used::

    from accsyn_orm import Job, Session

    with Session(workspace="acmefilm", username="john@user.com", api_key="…"):
        for job in Job.where(Job.status == "failed"):
            job.status = "waiting"
            job.save()
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str

    from accsyn_orm.bulk import (
        BulkError,
        JournalError,
        PartialFailureError,
        Plan,
        PlanError,
        Report,
    )
    from accsyn_orm.entities import (
        Access,
        Acl,
        App,
        Browser,
        Change,
        Client,
        ClientStatus,
        ClientType,
        Collection,
        Compute,
        Delivery,
        DeliveryStatus,
        Duration,
        Engine,
        EngineStatus,
        Entity,
        File,
        FileInfo,
        Folder,
        GenericEntity,
        Home,
        Job,
        JobStatus,
        Lane,
        Party,
        Query,
        Queue,
        QueueStatus,
        Ref,
        Request,
        Server,
        Share,
        ShareStatus,
        ShareType,
        Site,
        SiteStatus,
        Size,
        Speed,
        Stream,
        Task,
        TaskParty,
        TaskStatus,
        Transfer,
        User,
        UserRole,
        UserServer,
        UserStatus,
        Volume,
        Workspace,
        entity_class,
    )
    from accsyn_orm.entities.querying.explanation import Explanation
    from accsyn_orm.errors import (
        AccsynError,
        AmbiguousOutcomeError,
        AttributeNotLoadedError,
        AuthenticationError,
        BackendCrashError,
        BackendError,
        ConfigurationError,
        ConflictError,
        EntityError,
        EntityNotFoundError,
        EntityStateError,
        EntityValidationError,
        HiddenRequestError,
        MultipleEntitiesError,
        NoSessionError,
        PagingError,
        PathError,
        PathSyntaxError,
        PayloadError,
        ProtocolError,
        ProxyError,
        QueryError,
        QueryFieldError,
        QuerySyntaxError,
        QueryValueError,
        ReadOnlyAttributeError,
        SessionClosedError,
        SessionError,
        SessionExpiredError,
        TlsError,
        TransportError,
        TransportTimeoutError,
    )
    from accsyn_orm.outcome import Outcome
    from accsyn_orm.paths import AccsynPath, FileSequence, PartyKind, PathKind, PathParty
    from accsyn_orm.query.fields import FieldRef
    from accsyn_orm.query.literals import raw
    from accsyn_orm.session import Session

_MODULES = {
    name: module
    for module, names in {
        "accsyn_orm.bulk": (
            "BulkError",
            "JournalError",
            "PartialFailureError",
            "Plan",
            "PlanError",
            "Report",
        ),
        "accsyn_orm.entities": (
            "Access",
            "Acl",
            "App",
            "Browser",
            "Change",
            "Client",
            "ClientStatus",
            "ClientType",
            "Collection",
            "Compute",
            "Delivery",
            "DeliveryStatus",
            "Duration",
            "Engine",
            "EngineStatus",
            "Entity",
            "File",
            "FileInfo",
            "Folder",
            "GenericEntity",
            "Home",
            "Job",
            "JobStatus",
            "Lane",
            "Party",
            "Query",
            "Queue",
            "QueueStatus",
            "Ref",
            "Request",
            "Server",
            "Share",
            "ShareStatus",
            "ShareType",
            "Site",
            "SiteStatus",
            "Size",
            "Speed",
            "Stream",
            "Task",
            "TaskParty",
            "TaskStatus",
            "Transfer",
            "User",
            "UserRole",
            "UserServer",
            "UserStatus",
            "Volume",
            "Workspace",
            "entity_class",
        ),
        "accsyn_orm.entities.querying.explanation": ("Explanation",),
        "accsyn_orm.errors": (
            "AccsynError",
            "AmbiguousOutcomeError",
            "AttributeNotLoadedError",
            "AuthenticationError",
            "BackendCrashError",
            "BackendError",
            "ConfigurationError",
            "ConflictError",
            "EntityError",
            "EntityNotFoundError",
            "EntityStateError",
            "EntityValidationError",
            "HiddenRequestError",
            "MultipleEntitiesError",
            "NoSessionError",
            "PathError",
            "PathSyntaxError",
            "PagingError",
            "PayloadError",
            "ProtocolError",
            "ProxyError",
            "QueryError",
            "QueryFieldError",
            "QuerySyntaxError",
            "QueryValueError",
            "ReadOnlyAttributeError",
            "SessionClosedError",
            "SessionError",
            "SessionExpiredError",
            "TlsError",
            "TransportError",
            "TransportTimeoutError",
        ),
        "accsyn_orm.outcome": ("Outcome",),
        "accsyn_orm.paths": ("AccsynPath", "FileSequence", "PartyKind", "PathKind", "PathParty"),
        "accsyn_orm.query.fields": ("FieldRef",),
        "accsyn_orm.query.literals": ("raw",),
        "accsyn_orm.session": ("Session",),
    }.items()
    for name in names
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = _version()
    elif name in _MODULES:
        value = getattr(import_module(_MODULES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # 10 ms that few need

    try:
        return version(__name__)
    except PackageNotFoundError:  # a checkout on the path that was never installed
        return "0+checkout"


__all__ = [
    "Access",
    "AccsynError",
    "AccsynPath",
    "Acl",
    "AmbiguousOutcomeError",
    "App",
    "AttributeNotLoadedError",
    "AuthenticationError",
    "BackendCrashError",
    "BackendError",
    "Browser",
    "BulkError",
    "Change",
    "Client",
    "ClientStatus",
    "ClientType",
    "Collection",
    "Compute",
    "ConfigurationError",
    "ConflictError",
    "Delivery",
    "DeliveryStatus",
    "Duration",
    "Engine",
    "EngineStatus",
    "Entity",
    "EntityError",
    "EntityNotFoundError",
    "EntityStateError",
    "EntityValidationError",
    "Explanation",
    "FieldRef",
    "File",
    "FileInfo",
    "FileSequence",
    "Folder",
    "GenericEntity",
    "HiddenRequestError",
    "Home",
    "Job",
    "JobStatus",
    "JournalError",
    "Lane",
    "MultipleEntitiesError",
    "NoSessionError",
    "Outcome",
    "PagingError",
    "PartialFailureError",
    "Party",
    "PartyKind",
    "PathError",
    "PathKind",
    "PathParty",
    "PathSyntaxError",
    "PayloadError",
    "Plan",
    "PlanError",
    "ProtocolError",
    "ProxyError",
    "Query",
    "QueryError",
    "QueryFieldError",
    "QuerySyntaxError",
    "QueryValueError",
    "Queue",
    "QueueStatus",
    "ReadOnlyAttributeError",
    "Ref",
    "Report",
    "Request",
    "Server",
    "Session",
    "SessionClosedError",
    "SessionError",
    "SessionExpiredError",
    "Share",
    "ShareStatus",
    "ShareType",
    "Site",
    "SiteStatus",
    "Size",
    "Speed",
    "Stream",
    "Task",
    "TaskParty",
    "TaskStatus",
    "TlsError",
    "Transfer",
    "TransportError",
    "TransportTimeoutError",
    "User",
    "UserRole",
    "UserServer",
    "UserStatus",
    "Volume",
    "Workspace",
    "__version__",
    "entity_class",
    "raw",
]
