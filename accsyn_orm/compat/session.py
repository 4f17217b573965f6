"""``accsyn_api.session``: a session for scripts of every official client, and what goes with it.

All else that scripts import from there comes from the module of the 3.x client, or else of 2.x.
"""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Any

from accsyn_orm.compat import v3
from accsyn_orm.compat.choice import official_class
from accsyn_orm.compat.v1.constants import *  # noqa: F403  # whatever scripts may name
from accsyn_orm.compat.v3.constants import *  # noqa: F403  # the same
from accsyn_orm.errors import AccsynError
from accsyn_orm.session.tracebacks import forgetful

if TYPE_CHECKING:
    from accsyn_orm.compat.calls import OfficialCalls
    from accsyn_orm.session.stats import Stats

AccsynException = AccsynError
accsynException = AccsynError  # noqa: N816  # so in 2.x
JSONEncoder = v3.session.JSONEncoder
JSONDecoder = v3.session.JSONDecoder


class _Forwarded:
    """A name of whichever official session an instance turned out to be; on the class, of 3.x."""

    def __set_name__(self, owner: type[object], name: str) -> None:
        self._name = name
        self._on_class = _on_class(name)

    def __get__(self, instance: Session | None, owner: type[object]) -> Any:
        return self._on_class if instance is None else getattr(instance.official, self._name)


def _on_class(name: str) -> Any:
    """Return a name of the class. A call takes the session first: ``Session.find(self, query)``."""
    if not inspect.isfunction(inspect.getattr_static(v3.Session, name)):
        return getattr(v3.Session, name)

    @wraps(getattr(v3.Session, name))
    def call(session: Session, /, *args: Any, **kwargs: Any) -> Any:
        return getattr(session.official, name)(*args, **kwargs)

    return call


class Session:
    """A session of the official client that a script was written for.

    The arguments tell which one, see ``accsyn_orm.compat.choice``. They, and the calls, are those
    of ``accsyn_orm.compat.v1.Session`` or ``accsyn_orm.compat.v3.Session``.

    Attributes:
        official: the session of that client.

    Raises:
        AccsynException: something is missing or malformed, or the sign-in was refused.
    """

    @forgetful
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.official: OfficialCalls = official_class(args, kwargs)(*args, **kwargs)

    def __repr__(self) -> str:
        return repr(self.official)

    @property
    def username(self) -> str:
        """User who signed in."""
        return self.official.username

    @property
    def timeout(self) -> float:
        """Seconds to wait for an answer."""
        return self.official.timeout

    @property
    def connect_timeout(self) -> float:
        """Seconds to wait for a connection."""
        return self.official.connect_timeout

    @property
    def stats(self) -> Stats:
        """How many requests this session has sent, of which kind, how much and how long."""
        return self.official.stats

    __version__ = _Forwarded()
    DEFAULT_CONNECT_TIMEOUT = _Forwarded()
    DEFAULT_TIMEOUT = _Forwarded()
    access = _Forwarded()
    activate_one = _Forwarded()
    app_is_running = _Forwarded()
    assign = _Forwarded()
    assignments = _Forwarded()
    base64_encode = _Forwarded()
    close = _Forwarded()
    create = _Forwarded()
    daemon_is_running = _Forwarded()
    deactivate_one = _Forwarded()
    deassign = _Forwarded()
    decode_query = _Forwarded()
    delete = _Forwarded()
    delete_many = _Forwarded()
    delete_one = _Forwarded()
    delete_setting = _Forwarded()
    dump = _Forwarded()
    event = _Forwarded()
    exists = _Forwarded()
    find = _Forwarded()
    find_one = _Forwarded()
    generate_session_key = _Forwarded()
    generation = _Forwarded()
    get_api_key = _Forwarded()
    get_base_uri = _Forwarded()
    get_entity = _Forwarded()
    get_hostname = _Forwarded()
    get_last_message = _Forwarded()
    get_session_key = _Forwarded()
    get_setting = _Forwarded()
    get_settings = _Forwarded()
    getsize = _Forwarded()
    grant = _Forwarded()
    gui_is_running = _Forwarded()
    help = _Forwarded()
    info = _Forwarded()
    integration = _Forwarded()
    json_serial = _Forwarded()
    login = _Forwarded()
    logs = _Forwarded()
    ls = _Forwarded()
    metrics = _Forwarded()
    mkdir = _Forwarded()
    mv = _Forwarded()
    obscure_dict_string = _Forwarded()
    offline_one = _Forwarded()
    prepublish = _Forwarded()
    publish = _Forwarded()
    rename = _Forwarded()
    report = _Forwarded()
    rest = _Forwarded()
    revoke = _Forwarded()
    rm = _Forwarded()
    safe_dumps = _Forwarded()
    safely_printable = _Forwarded()
    server_is_running = _Forwarded()
    set_setting = _Forwarded()
    str = _Forwarded()
    typed = _Forwarded()
    update = _Forwarded()
    update_many = _Forwarded()
    update_one = _Forwarded()
    verbose = _Forwarded()
    warning = _Forwarded()
