"""Operations that are more than one of an entity type: declared with their uri where they are made.

A module of operations is added to the list in `plan`; each of its functions says with `answers`
which uri it answers, sent with which verb.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from accsyn_orm.server.context import Call
from accsyn_orm.server.operations.journal import note_route
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.tables import BOTH, Generation
from accsyn_orm.wire.events import Event

Answer = Callable[[Call, Event, Mapping[str, str]], Any]
"""Takes the operation, its event, and the variable parts of its uri by name; returns the result."""

A = TypeVar("A", bound=Answer)

_VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Work:
    """What an event asks for.

    Attributes:
        writes: whether it needs a transaction that writes.
        run: what to do in the transaction.
        is_whole_answer: what it returns is the answer itself, not its ``result``.
        is_secret: what it returns must not be kept.
    """

    writes: bool
    run: Callable[[Call], Any]
    is_whole_answer: bool = False
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One operation with a uri of its own.

    Attributes:
        verb: the HTTP verb that it is sent with. A GET never changes anything.
        uri: what it answers, such as ``workspace/integration/{name}/utility``.
        pattern: matches the uri, in lower case.
        generations: the wire generations that have it.
        answer: what it does.
        is_whole_answer: what it returns is the answer itself, not its ``result``.
        logs_itself: it leaves what there is to say in the log.
    """

    verb: str
    uri: str
    pattern: re.Pattern[str]
    generations: frozenset[Generation]
    answer: Answer
    is_whole_answer: bool
    logs_itself: bool

    def work(self, event: Event, variables: Mapping[str, str]) -> Work:
        """Bind the operation to an event."""
        writes = self.verb != "GET"

        def run(call: Call) -> Any:
            result = self.answer(call, event, variables)
            if writes and not self.logs_itself:
                note_route(call, event)
            return result

        return Work(writes, run, self.is_whole_answer)


ROUTES: list[Route] = []
"""All that was declared by the modules imported so far."""


def answers(
    verb: str,
    *uris: str,
    generations: frozenset[Generation] = BOTH,
    is_whole_answer: bool = False,
    logs_itself: bool = False,
) -> Callable[[A], A]:
    """Declare which uris a function answers.

    Args:
        verb: the HTTP verb that it is sent with.
        uris: lower case, without leading slash; ``{name}`` stands for one path element.
        generations: the wire generations that have them.
        is_whole_answer: what the function returns is the answer itself, not its ``result``.
        logs_itself: the function leaves what there is to say in the log.
    """

    def declare(answer: A) -> A:
        for uri in uris:
            pattern = re.compile(_VARIABLE.sub(r"(?P<\1>[^/]+)", uri))
            route = Route(verb, uri, pattern, generations, answer, is_whole_answer, logs_itself)
            ROUTES.append(route)
        return answer

    return declare


def routed(generation: Generation, event: Event, verb: str) -> Work | None:
    """Find the operation with just this uri, or ``None``.

    Raises:
        Refusal: there is one, but it is sent with another verb.
    """
    uri = event.uri.casefold().strip("/")
    others: list[str] = []
    for route in ROUTES:
        found = route.pattern.fullmatch(uri) if generation in route.generations else None
        if found and route.verb == verb:
            return route.work(event, found.groupdict())
        if found:
            others.append(route.verb)
    if others:
        require_verb(event, verb, " or ".join(others))
    return None


def require_verb(event: Event, verb: str, wanted: str) -> None:
    """Refuse an operation that is sent with another HTTP verb than it should be.

    Raises:
        Refusal: the verb is another one.
    """
    if verb != wanted:
        raise Refusal(f"{event.uri} is sent with {wanted}, not {verb}")


def require_no_options(event: Event) -> None:
    """Refuse data with an operation that takes none.

    Raises:
        Refusal: the event has some.
    """
    if event.data:
        raise Refusal(f"{event.uri} takes no options")


def entity_id(event: Event) -> str:
    """Return the id of the entity that an event is about.

    Raises:
        Refusal: the event has none.
    """
    if not event.entityid:
        raise Refusal(f"{event.uri}: the event needs the id of the entity")
    return event.entityid
