"""The official ``accsyn_api``, on the transport of this package.

Scripts written for ``accsyn-python-api`` 1.4, 2.x and 3.x run as they are when one import is
switched::

    import accsyn_orm.compat as accsyn_api

Each call says once for each place it stands in what its typed equivalent is. Nothing here is for
new code.

session        Session for scripts of every release, and what their module ``session`` holds
v1, v3         the same for scripts of 1.4 and 2.x, or of 3.x, where nothing has to be guessed
choice         which of them a script means
calls          calls that are alike in both
texts          calls that ask the backend nothing
base           what sessions have in common
answers        what the backend answered, as it came
dates          dates as the official clients read and write them
deprecation    the note that a call has an equivalent
equivalents    which one
"""

from accsyn_orm.compat import session, v1, v3
from accsyn_orm.compat.deprecation import CompatDeprecationWarning
from accsyn_orm.compat.session import AccsynException, Session, accsynException
from accsyn_orm.compat.v3 import __version__

__all__ = [
    "AccsynException",
    "CompatDeprecationWarning",
    "Session",
    "__version__",
    "accsynException",
    "session",
    "v1",
    "v3",
]
