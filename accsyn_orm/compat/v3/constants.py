"""The constants of ``accsyn_api.session`` of the official client 3.x."""

from __future__ import annotations

from accsyn_orm.wire.versions import CLOUD_DOMAIN, DEFAULT_PORT, V3

ACCSYN_BACKEND_DOMAIN = CLOUD_DOMAIN
ACCSYN_BACKEND_MASTER_HOSTNAME = V3.discovery_host
ACCSYN_PORT = DEFAULT_PORT

CLEARANCE_SUPPORT = "support"
CLEARANCE_ADMIN = "admin"
CLEARANCE_EMPLOYEE = "employee"
CLEARANCE_STANDARD = "standard"
CLEARANCE_CLIENT = CLEARANCE_STANDARD
CLEARANCE_NONE = "none"

CLIENT_TYPE_APP = 0
CLIENT_TYPE_SERVER = 1
CLIENT_TYPE_USERSERVER = 2
CLIENT_TYPE_BROWSER = 3
CLIENT_TYPE_COMPUTE_LANE = 4
CLIENT_TYPE_ACCSYN_VPX = 5

CLIENT_STATE_INIT = "init"
CLIENT_STATE_ONLINE = "online"
CLIENT_STATE_OFFLINE = "offline"
CLIENT_STATE_DISABLED = "disabled"
CLIENT_STATE_DISABLED_OFFLINE = "disabled-offline"

JOB_TYPE_TRANSFER = 1
JOB_TYPE_QUEUE = 2
JOB_TYPE_COMPUTE = 3
JOB_TYPE_DELIVERY = 7
JOB_TYPE_REQUEST = 8
JOB_TYPE_STREAM = 10

UNIQUE_ENTITY_TYPES = [
    "user",
    "workspace",
    "share",
    "volume",
    "folder",
    "home",
    "collection",
    "site",
    "engine",
    "queue",
]

DEFAULT_CONNECT_TIMEOUT = 10
DEFAULT_TIMEOUT = 120
