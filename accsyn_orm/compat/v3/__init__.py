"""The official client 3.x: ``import accsyn_orm.compat.v3 as accsyn_api``."""

from accsyn_orm.compat.v3 import session
from accsyn_orm.compat.v3.session import Session
from accsyn_orm.wire.versions import V3

__version__ = V3.client_version

__all__ = ["Session", "__version__", "session"]
