"""The two generations of the protocol: everything that differs between them, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

GenerationName = Literal["v1", "v3"]

CLOUD_DOMAIN = "accsyn.com"
DEFAULT_PORT = 443


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation of the protocol.

    Attributes:
        name: short name, as given to ``Session(protocol=…)``.
        prefix: what every path starts with.
        tenant_key: what an event calls the workspace.
        tenant_header: header that names the workspace, or ``None`` when ``Authorization`` does.
        device_header: header that describes the calling machine.
        client_version: release of the official client whose requests are the model.
        discovery_host: host that knows where a workspace lives.
        discovery_verb: HTTP verb of that question.
        discovery_path: path of that question, without prefix.
        discovery_key: what the question calls the workspace.
        login_path: path of the sign-in, without prefix.
        bases: entity types whose operations live under another path than their own name.
        inactive_key: what ``find`` calls the search among deactivated entities.
        deactivation: operation that deactivates an entity.
        tenant_base: what operations on the workspace itself are filed under, such as files.
        acl_subject: attribute of an ACL that says whom it is for.
        scope_key: what a question about a setting calls the entity type.
    """

    name: GenerationName
    prefix: str
    tenant_key: str
    tenant_header: str | None
    device_header: str
    client_version: str
    discovery_host: str
    discovery_verb: str
    discovery_path: str
    discovery_key: str
    login_path: str
    bases: Mapping[str, str]
    inactive_key: str
    deactivation: str
    tenant_base: str
    acl_subject: str
    scope_key: str

    @property
    def event_path(self) -> str:
        """Full path of every event."""
        return f"{self.prefix}/event"


V1 = Generation(
    name="v1",
    prefix="/api/v1.0",
    tenant_key="domain",
    tenant_header=None,
    device_header="ASDevice",
    client_version="2.2.1-0",
    discovery_host=f"registry.{CLOUD_DOMAIN}",
    discovery_verb="PUT",
    discovery_path="/registry/organization/domain",
    discovery_key="organization",
    login_path="/user/login/auth",
    bases=MappingProxyType({"queue": "job", "task": "job/task", "site": "organization/site"}),
    inactive_key="offline",
    deactivation="offline",
    tenant_base="organization",
    acl_subject="ident",
    scope_key="scope",
)

V3 = Generation(
    name="v3",
    prefix="/api/v3",
    tenant_key="workspace",
    tenant_header="X-Accsyn-Workspace",
    device_header="X-Accsyn-Device",
    client_version="3.4.0",
    discovery_host=f"master.{CLOUD_DOMAIN}",
    discovery_verb="GET",
    # A fixed literal in every client of this generation; neither secret nor derived.
    discovery_path="/J3PKTtDvolDMBtTy6AFGA",
    discovery_key="ident",
    login_path="/api/login",
    bases=MappingProxyType({}),
    inactive_key="inactive",
    deactivation="deactivate",
    tenant_base="workspace",
    acl_subject="entity",
    scope_key="entitytype",
)

GENERATIONS: Mapping[str, Generation] = MappingProxyType({"v1": V1, "v3": V3})


def base_uri(generation: Generation, entitytype: str) -> str:
    """Return what an entity type's operations are filed under (``job/task`` for a v1.0 task)."""
    name = entitytype.lower()
    return generation.bases.get(name, name)


def split_uri(generation: Generation, uri: str) -> tuple[str, str]:
    """Take an event's uri apart into entity type and operation; the inverse of ``base_uri``.

    v1.0 files queues under ``job``: they come back as ``job``, and only the event's data tells.
    A uri without operation (``entitytypes``) has an empty one. Letter case is not significant.
    """
    base, _, operation = uri.lower().strip("/").rpartition("/")
    if not base:
        return operation, ""
    for entitytype, filed_under in generation.bases.items():
        if base == filed_under and base != "job":
            return entitytype, operation
    return base, operation
