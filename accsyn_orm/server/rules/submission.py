"""What values the attributes of submitted jobs take."""

from __future__ import annotations

from typing import Any

from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, unknown_attribute
from accsyn_orm.server.rules.schema import filled_text, json_object, setting_text

_HOOK_KEYS = frozenset({"when", "data"})


def anything(_name: str, value: Any) -> Any:
    """Take what another module looks at."""
    return value


def a_list(name: str, value: Any) -> list[Any]:
    """Take a list.

    Raises:
        Refusal: it is none.
    """
    if not isinstance(value, list):
        raise Refusal(f"{name} is a list, not {type(value).__name__}")
    return value  # pyright: ignore[reportUnknownVariableType]  # JSON


def names(name: str, value: Any) -> list[str]:
    """Take a list of texts that say something.

    Raises:
        Refusal: it is none.
    """
    return [filled_text(name, one) for one in a_list(name, value)]


def texts(name: str, value: Any) -> dict[str, str]:
    """Take a dictionary of texts; numbers and booleans, which old clients send, become text.

    Raises:
        Refusal: it is none.
    """
    given = json_object(name, value)
    return {key: setting_text(f"{name}.{key}", one) for key, one in given.items()}


@behaviour(DOCUMENTED, "transfer/create", "hooks bring data for when they run")
@behaviour(INFERRED, "transfer/create", "hooks are kept with the job, and nothing runs them")
def hooks(name: str, value: Any) -> list[dict[str, Any]]:
    """Take hooks: each says when it is meant, and brings data.

    Raises:
        Refusal: one is none.
    """
    kept = [json_object(name, one) for one in a_list(name, value)]
    for hook in kept:
        for key in hook.keys() - _HOOK_KEYS:
            raise unknown_attribute("hook", key, _HOOK_KEYS)
        filled_text(f"{name}.when", hook.get("when"))
    return kept
