"""What the lexer finds in a text: tokens, and where they are."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A token and its place.

    Attributes:
        kind: terminal of the grammar, or ``ERROR`` for a character that starts none.
        match: what the lexer's expression found, leading white space included.
    """

    kind: str
    match: re.Match[str]

    @property
    def start(self) -> int:
        """Where the token itself starts."""
        return self.match.start(self.kind)

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.match.end()
