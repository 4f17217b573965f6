"""The records of a journal, and how each proves that it is as it was written.

A journal is written to the end only. Each line is one record: a checksum over the record and over
the checksum before it, a blank, and JSON.

    plan     what is planned, the number of rows, and an id for the run; then one ``row`` each
    ready    all rows are written
    sending  these rows are about to be sent, for the first time or ``again`` after they had failed
    end      how a row ended
    resumed  somebody goes on: what is damaged before is accounted for, by the rows that may have
             been sent without a record that can be read
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FORMAT = "accsyn_orm journal 1"
DIGEST = 16
"""Characters of a checksum."""

START = "0" * DIGEST
"""Stands for the checksum before the first record."""


def encode_record(record: Mapping[str, Any], before: str) -> bytes:
    """Return the line of a record.

    Args:
        record: the record.
        before: checksum of the record before.
    """
    text = json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    return checksum(text, before).encode("ascii") + b" " + text + b"\n"


def checksum(text: bytes, before: str) -> str:
    """Return the checksum of a record's text, given that of the record before."""
    return hashlib.blake2b(before.encode("ascii") + text, digest_size=DIGEST // 2).hexdigest()
