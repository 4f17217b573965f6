"""The operations on files as clients send them, for tests of the workspace."""

from __future__ import annotations

VERBS = {
    "ls": "GET",
    "getsize": "GET",
    "exists": "GET",
    "mkdir": "POST",
    "delete": "POST",
    "rename": "PUT",
    "move": "PUT",
}
