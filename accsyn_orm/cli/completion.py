"""What the Tab key offers: entity types, attributes and values, also inside the text of a query.

Everything is read off the entity classes; nothing is asked of a workspace. The classes are loaded
when Tab is pressed, and not for anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from accsyn_orm import Entity

_TOKEN = re.compile(
    r"""\s+ | "[^"]*"? | '[^']*'? | [()] | <= | >= | != | <> | [=<>,] | [^\s()=<>!,"']+ | .""",
    re.VERBOSE,
)
_SYMBOLS = frozenset({"=", "!=", "<>", "<", ">", "<=", ">="})


def query_completions(text: str) -> list[str]:
    """Return the whole texts that a query which begins so may go on as, one step further.

    Example:
        >>> query_completions("Job WHERE sta")
        ['Job WHERE status']
        >>> query_completions("Job WHERE status=fa")
        ['Job WHERE status=failed']
    """
    tokens = [token for token in _TOKEN.findall(text) if not token.isspace()]
    is_open = bool(tokens) and not text[-1].isspace()
    word = tokens.pop() if is_open and tokens[-1] not in {*_SYMBOLS, ",", "("} else ""
    start = text[: len(text) - len(word)]
    if not tokens:
        return [f"{start}{name}" for name in type_names(word)]
    cls = class_named(tokens[0])
    if cls is None:
        return []
    if len(tokens) == 1:
        return _keywords(start, word, ("WHERE",))
    return [f"{start}{option}" for option in _after(cls, tokens, word)]


@cache
def _operators() -> tuple[str, ...]:
    """Return the operators as they are typed behind an attribute."""
    from accsyn_orm.query.nodes import Operator

    return tuple(f" {sign} " if sign.is_word else str(sign) for sign in Operator)


@cache
def _words() -> frozenset[str]:
    """Return the words that a value follows."""
    from accsyn_orm.query.nodes import WORD_OPERATORS

    return frozenset(word.lower().split()[-1] for word in WORD_OPERATORS)


def type_names(begun: str) -> list[str]:
    """Return the entity types that begin so, in the letter case in which it is typed."""
    from accsyn_orm.entities.registry import CLASS_NAMES

    found = [name for name in sorted(CLASS_NAMES) if name.lower().startswith(begun.lower())]
    return [name.lower() for name in found] if begun and begun == begun.lower() else found


def class_named(name: str) -> type[Entity] | None:
    """Return the class of an entity type, or ``None``."""
    from accsyn_orm.entities.registry import ENTITY_CLASSES

    return ENTITY_CLASSES.get(name.strip().lower())


def value_choices(cls: type[Entity], attribute: str, *, settable: bool = False) -> list[str]:
    """Return the values that an attribute can have, if those can be counted.

    Args:
        cls: the class.
        attribute: name of the attribute, as on the wire or in Python.
        settable: only what can be set.
    """
    from accsyn_orm.entities.shape import find_attribute, type_choices

    name = find_attribute(cls, attribute.lower())
    if name is None:
        return []
    found: list[str] = []
    for kind in type_choices(cls, name):
        if kind is bool:
            found += ["true", "false"]
        members = getattr(kind, "__members__", {}).values()
        found += [str(member.value) for member in members]
    spec = cls.__entity_attributes__[name]
    if settable and spec.settable:
        found = [value for value in found if value in spec.settable.anytime]
    return found


def _after(cls: type[Entity], tokens: Sequence[str], word: str) -> list[str]:
    """Return what may stand at the end of a condition, given all before the word under way."""
    last = tokens[-1].lower()
    if last in {"where", "and", "or", "("}:
        return _attributes(cls, word)
    if last in _SYMBOLS or last in _words() or last == ",":
        return _values(cls, _attribute_before(tokens), word)
    if _is_operand(tokens):
        return _fitting(("AND ", "OR "), word)
    return _fitting([operator.lstrip() for operator in _operators()], word)


def _is_operand(tokens: Sequence[str]) -> bool:
    """Tell whether the last token ends a comparison, rather than being an attribute."""
    before = tokens[-2].lower() if len(tokens) > 1 else ""
    return tokens[-1] == ")" or before in _SYMBOLS or before in _words() or before == ","


def _attribute_before(tokens: Sequence[str]) -> str:
    """Return the attribute whose value is being written."""
    place = len(tokens) - 1
    while place > 0 and not (tokens[place] in _SYMBOLS or tokens[place].lower() in _words()):
        place -= 1
    place -= 1
    return tokens[place - 1 if tokens[place].lower() == "not" else place]


def _attributes(cls: type[Entity], word: str) -> list[str]:
    names = [name for name, spec in cls.__entity_attributes__.items() if spec.readable]
    found = _fitting(sorted(names), word)
    return [f"{word}{operator}" for operator in _operators()] if found == [word] else found


def _values(cls: type[Entity], attribute: str, word: str) -> list[str]:
    quote = word[:1] if word[:1] in {'"', "'"} else ""
    found = _fitting(value_choices(cls, attribute), word[len(quote) :])
    return [f"{quote}{value}{quote}" for value in found]


def _keywords(start: str, word: str, keywords: Iterable[str]) -> list[str]:
    return [f"{start}{keyword} " for keyword in _fitting(keywords, word)]


def _fitting(choices: Iterable[str], word: str) -> list[str]:
    """Return the choices that begin with a word, in letters that go on from it as it is."""
    found = [choice for choice in choices if choice.lower().startswith(word.lower())]
    return [_continued(choice, word) for choice in found]


def _continued(choice: str, word: str) -> str:
    spellings = (choice, choice.lower(), word + choice[len(word) :])
    return next(spelling for spelling in spellings if spelling.startswith(word))


# -- for the parameters of commands ----------------------------------------------------------------


def complete_query(incomplete: str) -> list[str]:
    """Complete the text of a query."""
    return query_completions(incomplete)


def complete_type(incomplete: str) -> list[str]:
    """Complete an entity type."""
    return type_names(incomplete)


def complete_profile(incomplete: str) -> list[str]:
    """Complete the name of a profile."""
    from accsyn_orm.profiles import ProfileStore

    return [name for name in ProfileStore().names() if name.startswith(incomplete)]


def complete_attribute(context: typer.Context, incomplete: str) -> list[str]:
    """Complete a list of attributes such as ``--only code,sta``."""
    cls = _class_in(context)
    before, comma, word = incomplete.rpartition(",")
    if cls is None:
        return []
    names = [name for name, spec in cls.__entity_attributes__.items() if spec.readable]
    return [f"{before}{comma}{name}" for name in _fitting(sorted(names), word)]


def complete_assignment(context: typer.Context, incomplete: str) -> list[str]:
    """Complete a change such as ``status=wai``."""
    from accsyn_orm.entities.shape import find_attribute

    cls = _class_in(context)
    if cls is None:
        return []
    given = [*(context.params.get("values") or ())]
    # bash takes "status=wai" apart at the sign, and typer drops a sign that nothing follows.
    name = given[-2] if given[-1:] == ["="] and len(given) > 1 else "".join(given[-1:])
    if "=" not in name and "=" not in incomplete and find_attribute(cls, name.lower()):
        return _fitting(value_choices(cls, name, settable=True), incomplete)
    name, equals, word = incomplete.partition("=")
    if equals:
        found = _fitting(value_choices(cls, name, settable=True), word)
        return [f"{name}={value}" for value in found]
    specs = cls.__entity_attributes__.items()
    return _fitting(sorted(f"{known}=" for known, spec in specs if spec.moment), name)


def _class_in(context: typer.Context) -> type[Entity] | None:
    """Return the class that the arguments before name."""
    named = context.params.get("query") or context.params.get("type_name")
    # An option that still lacks its value keeps typer from giving arguments their names.
    text = named or next(iter(context.args), "")
    return class_named(next(iter(str(text).split()), ""))
