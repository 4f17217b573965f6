"""What comes in is looked through once, before anything else sees it.

JSON can write characters that neither a database nor UTF-8 can hold. With them sorted out here, no
rule and no statement has to reckon with them.
"""

from __future__ import annotations

from typing import Any

from accsyn_orm.errors import PayloadError
from accsyn_orm.server.storage.documents import is_array, is_object
from accsyn_orm.server.storage.literals import unstorable_character


def require_storable(where: str, *documents: Any) -> None:
    """Look through all texts of decoded JSON documents, keys included.

    Args:
        where: what they are part of, for the message.
        documents: texts, and whatever JSON holds.

    Raises:
        PayloadError: a text holds NUL, or half of a surrogate pair.
    """
    # Without recursion: it comes from outside.
    pending = list(documents)
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            character = unstorable_character(value)
            if character:
                raise PayloadError(where, f"holds {character}, which no text here can hold")
        elif is_object(value):
            pending.extend(value.keys())
            pending.extend(value.values())
        elif is_array(value):
            pending.extend(value)
