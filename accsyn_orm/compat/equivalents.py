"""What to write instead of each call of the official clients.

``{entity}`` is the class of the entity type that a call names. Types that have no class yet keep
the call, as a method of ``accsyn_orm.Session``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_LOGGING = "the module logging"

_TYPED = {
    "Session": "accsyn_orm.Session(workspace=…, username=…, api_key=…)",
    "find": "{entity}.where(…), or {entity}.parse('…') for a query in text",
    "find_one": "{entity}.where(…).first()",
    "get_entity": "{entity}.get(id)",
    "create": "{entity}(…).save()",
    "update": "{entity}.get(id), its attributes and save()",
    "update_one": "{entity}.get(id), its attributes and save()",
    "update_many": "save() of each accsyn_orm.Task",
    "delete_one": "{entity}.get(id).delete()",
}

_RENAMED = {
    "app_is_running": "app_is_running",
    "daemon_is_running": "daemon_is_running",
    "gui_is_running": "app_is_running",
    "offline_one": "deactivate_one",
    "publish": "prepublish",
    "rm": "delete",
    "server_is_running": "daemon_is_running",
    "str": "dump",
    "json_serial": "dump",
    "safe_dumps": "dump",
}

_UNCHANGED = (
    "access",
    "activate_one",
    "assign",
    "assignments",
    "deactivate_one",
    "deassign",
    "delete",
    "delete_many",
    "delete_setting",
    "dump",
    "exists",
    "generate_session_key",
    "get_api_key",
    "get_hostname",
    "get_last_message",
    "get_session_key",
    "get_setting",
    "get_settings",
    "getsize",
    "grant",
    "help",
    "integration",
    "login",
    "logs",
    "ls",
    "metrics",
    "mkdir",
    "mv",
    "prepublish",
    "rename",
    "report",
    "revoke",
    "set_setting",
)

_ELSEWHERE = {
    "base64_encode": "the module base64",
    "decode_query": "accsyn_orm.query.parse()",
    "event": "the calls of accsyn_orm.Session",
    "get_base_uri": "the calls of accsyn_orm.Session",
    "info": _LOGGING,
    "obscure_dict_string": "the log of accsyn_orm.Session(verbose=True), which masks secrets",
    "safely_printable": "the text itself",
    "verbose": _LOGGING,
    "warning": _LOGGING,
}

EQUIVALENTS: Mapping[str, str] = MappingProxyType(
    {
        **_TYPED,
        **{name: f"accsyn_orm.Session.{name}()" for name in _UNCHANGED},
        **{name: f"accsyn_orm.Session.{other}()" for name, other in _RENAMED.items()},
        **_ELSEWHERE,
    }
)
