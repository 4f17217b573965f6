"""The constants of ``accsyn_api.session`` of the official clients 1.4 and 2.x."""

from __future__ import annotations

from accsyn_orm.wire.versions import CLOUD_DOMAIN, DEFAULT_PORT, V1

ACCSYN_CLOUD_DOMAIN = CLOUD_DOMAIN
ACCSYN_CLOUD_REGISTRY_HOSTNAME = V1.discovery_host
ACCSYN_PORT = DEFAULT_PORT

CLEARANCE_CLOUDADMIN = "cloudadmin"
CLEARANCE_ADMIN = "admin"
CLEARANCE_EMPLOYEE = "employee"
CLEARANCE_CLIENT = "client"
CLEARANCE_NONE = "none"
