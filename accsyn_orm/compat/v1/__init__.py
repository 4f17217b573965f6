"""The official clients 1.4 and 2.x: ``import accsyn_orm.compat.v1 as accsyn_api``."""

from accsyn_orm.compat.v1 import session
from accsyn_orm.compat.v1.session import Session
from accsyn_orm.wire.versions import V1

__version__ = V1.client_version

__all__ = ["Session", "__version__", "session"]
