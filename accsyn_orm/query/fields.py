"""Typed attributes: Python comparisons that build the same nodes as the parser.

``Job.status`` is a ``FieldRef[JobStatus]``: a type checker knows what it may be compared with. A
comparison with anything else is a ``bool`` to it, Python's own ``==``, and an error where an
expression is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, cast, overload

from accsyn_orm.errors import QueryFieldError, QueryValueError
from accsyn_orm.query.literals import Raw, escaped, is_plain, required_text, to_literal
from accsyn_orm.query.nodes import Comparison, Expression, Operator, all_of, any_of

# Covariant, although comparisons take it: so ``FieldRef[JobStatus]`` is a field of text. A protocol
# would do as well, but makes pyright forget what it knew once a number was compared before.
T_co = TypeVar("T_co", covariant=True)

_Text: TypeAlias = "FieldRef[str | None]"
_Number: TypeAlias = "FieldRef[float | None]"
_Mapping: TypeAlias = "FieldRef[Mapping[str, Any] | None]"


class Identified(Protocol):
    """Whatever has an id, such as an entity that was saved: it is compared by its id."""

    # Not str: pyright does not look through the descriptor that an entity's id is.
    @property
    def id(self) -> object:
        """The id, a text."""
        ...


class FieldRef(Generic[T_co]):
    """An attribute to compare with.

    Args:
        name: wire name, dotted for a parent's attribute.
        label: how messages call it (``Job.status``); the name when not given.
        literal: turns a Python value into literal text, or raises ``QueryValueError``; the default
            knows the language but not the attribute's type.
        is_mapping: its values are dictionaries, whose keys can be compared: ``field["shot"]``.
        unordered: why ``<`` and the like mean nothing for its values, and what to do instead.

    Example:
        >>> status, code = FieldRef[str]("status"), FieldRef[str]("code")
        >>> print((status != "failed") & (code == "Daily backup"))
        status!=failed AND code="Daily backup"
    """

    __slots__ = ("_is_mapping", "_literal", "_name", "_unordered", "is_checked", "label")
    _holds: T_co  # for type checkers only: there is no such attribute

    def __init__(
        self,
        name: str,
        *,
        label: str | None = None,
        literal: Callable[[object], str] = to_literal,
        is_mapping: bool = False,
        unordered: str = "",
    ) -> None:
        self._name = name
        self._is_mapping = is_mapping
        self._literal = literal
        self._unordered = unordered
        self.label = label or name
        self.is_checked = literal is not to_literal

    @property
    def name(self) -> str:
        """The wire name."""
        return self._name

    # -- comparisons ------------------------------------------------------------------------------

    @overload  # type: ignore[override]  # a comparison here is an expression, not a truth value
    def __eq__(self: _Text, other: str | Raw | Identified | None, /) -> Comparison: ...
    @overload
    def __eq__(self: _Number, other: float | Raw | None, /) -> Comparison: ...
    @overload
    def __eq__(self, other: T_co | Raw | None, /) -> Comparison: ...
    def __eq__(self, other: object, /) -> Comparison:  # pyright: ignore[reportIncompatibleMethodOverride]  # the same
        return self.compare(Operator.EQUAL, other)

    @overload  # type: ignore[override]  # the same
    def __ne__(self: _Text, other: str | Raw | Identified | None, /) -> Comparison: ...
    @overload
    def __ne__(self: _Number, other: float | Raw | None, /) -> Comparison: ...
    @overload
    def __ne__(self, other: T_co | Raw | None, /) -> Comparison: ...
    def __ne__(self, other: object, /) -> Comparison:  # pyright: ignore[reportIncompatibleMethodOverride]  # the same
        return self.compare(Operator.NOT_EQUAL, other)

    @overload
    def __lt__(self: _Text, other: str | Raw, /) -> Comparison: ...
    @overload
    def __lt__(self: _Number, other: float | Raw, /) -> Comparison: ...
    @overload
    def __lt__(self, other: T_co | Raw, /) -> Comparison: ...
    def __lt__(self, other: object, /) -> Comparison:
        return self._order(Operator.LESS, other)

    @overload
    def __le__(self: _Text, other: str | Raw, /) -> Comparison: ...
    @overload
    def __le__(self: _Number, other: float | Raw, /) -> Comparison: ...
    @overload
    def __le__(self, other: T_co | Raw, /) -> Comparison: ...
    def __le__(self, other: object, /) -> Comparison:
        return self._order(Operator.LESS_EQUAL, other)

    @overload
    def __gt__(self: _Text, other: str | Raw, /) -> Comparison: ...
    @overload
    def __gt__(self: _Number, other: float | Raw, /) -> Comparison: ...
    @overload
    def __gt__(self, other: T_co | Raw, /) -> Comparison: ...
    def __gt__(self, other: object, /) -> Comparison:
        return self._order(Operator.GREATER, other)

    @overload
    def __ge__(self: _Text, other: str | Raw, /) -> Comparison: ...
    @overload
    def __ge__(self: _Number, other: float | Raw, /) -> Comparison: ...
    @overload
    def __ge__(self, other: T_co | Raw, /) -> Comparison: ...
    def __ge__(self, other: object, /) -> Comparison:
        return self._order(Operator.GREATER_EQUAL, other)

    @overload
    def in_(self: _Text, items: Iterable[str | Raw | Identified | None], /) -> Expression: ...
    @overload
    def in_(self: _Number, items: Iterable[float | Raw | None], /) -> Expression: ...
    @overload
    def in_(self, items: Iterable[T_co | Raw | None], /) -> Expression: ...
    def in_(self, items: Iterable[object], /) -> Expression:
        """Equal to any of the items.

        Items that a comma list cannot hold (a comma, outer blanks) become comparisons of their own.

        Raises:
            QueryValueError: no items, or one that cannot be written.
        """
        return any_of(self._members(Operator.IN, Operator.EQUAL, items))

    @overload
    def not_in(self: _Text, items: Iterable[str | Raw | Identified | None], /) -> Expression: ...
    @overload
    def not_in(self: _Number, items: Iterable[float | Raw | None], /) -> Expression: ...
    @overload
    def not_in(self, items: Iterable[T_co | Raw | None], /) -> Expression: ...
    def not_in(self, items: Iterable[object], /) -> Expression:
        """Equal to none of the items; the opposite of :meth:`in_`."""
        return all_of(self._members(Operator.NOT_IN, Operator.NOT_EQUAL, items))

    # -- keys of dictionaries ---------------------------------------------------------------------

    def __getitem__(self: _Mapping, key: str, /) -> FieldRef[Any]:
        """Return the field of one key; letter case does not matter, as everywhere in a query.

        Raises:
            QueryFieldError: the attribute holds no dictionaries.
        """
        return self.item(key)

    # Else the keys would make it iterable, without end.
    __iter__ = None

    def item(self, key: str) -> FieldRef[Any]:
        """Return the field of one key; ``field[key]`` is short for this."""
        if not self._is_mapping:
            reason = "holds no dictionaries, so it has no keys"
            raise QueryFieldError(self.label, key, reason=reason)
        label = f"{self.label}[{key!r}]"
        return FieldRef(f"{self._name}.{str(key).lower()}", label=label, is_mapping=True)

    # -- comparisons of text ----------------------------------------------------------------------

    def contains(self: _Text, text: str, /) -> Comparison:
        """Hold the text somewhere; ``*`` is an ordinary character here."""
        return self.compare_text(Operator.CONTAINS, text)

    def not_contains(self: _Text, text: str, /) -> Comparison:
        """Hold the text nowhere."""
        return self.compare_text(Operator.NOT_CONTAINS, text)

    def matches(self: _Text, pattern: str, /) -> Comparison:
        """Find the regular expression somewhere in the text, in any case."""
        return self.compare_text(Operator.MATCHES, pattern)

    def not_matches(self: _Text, pattern: str, /) -> Comparison:
        """Find the regular expression nowhere."""
        return self.compare_text(Operator.NOT_MATCHES, pattern)

    def startswith(self: _Text, text: str, /) -> Comparison:
        """Begin with the text, taken literally."""
        if is_plain(text):
            return self.compare_text(Operator.EQUAL, f"{text}*")
        return self.compare_text(Operator.MATCHES, f"^{escaped(text)}")

    def endswith(self: _Text, text: str, /) -> Comparison:
        """End with the text, taken literally."""
        if is_plain(text):
            return self.compare_text(Operator.EQUAL, f"*{text}")
        return self.compare_text(Operator.MATCHES, f"{escaped(text)}$")

    def exact(self: _Text, text: str, /) -> Comparison:
        """Be the text, with every ``*`` in it taken literally."""
        if is_plain(text):
            return self.compare(Operator.EQUAL, text)
        return self.compare_text(Operator.MATCHES, f"^{escaped(text)}$")

    def raw(self, text: str, /, *, operator: Operator = Operator.EQUAL) -> Comparison:
        """Compare with text that is not checked, for values only the backend knows."""
        return Comparison(self._name, operator, text, is_checked=True)

    # -- how nodes are made -----------------------------------------------------------------------

    def compare_text(self, operator: Operator, text: str) -> Comparison:
        """Compare with a part or a pattern, which need not be of the attribute's type."""
        return Comparison(self._name, operator, required_text(text), self.is_checked, self.label)

    def compare(self, operator: Operator, value: object) -> Comparison:
        """Compare with a value; the operator signs are short for this."""
        if isinstance(value, Raw):
            return self.raw(value.text, operator=operator)
        return self.compare_text(operator, self._literal(value))

    def _order(self, operator: Operator, value: object) -> Comparison:
        if value is None:
            hint = f"ask for a value with {self.label} != None"
            raise QueryValueError(value, f"nothing is {operator} null", hint=hint)
        if self._unordered and not isinstance(value, Raw):
            raise QueryValueError(value, f"{self.label} {self._unordered}")
        return self.compare(operator, value)

    def _members(
        self, listed: Operator, single: Operator, items: Iterable[object]
    ) -> list[Expression]:
        if isinstance(items, (str, bytes)):
            raise QueryValueError(items, "is one value, not several", hint="write in_([…])")
        nodes = [self.compare(single, item) for item in items]
        if not nodes:
            raise QueryValueError([], f"{self.label}: a list needs at least one item")
        texts, alone = _sorted_out(nodes)
        if not texts:
            return alone
        is_checked = all(node.is_checked for node in nodes)
        label = self.label if all(node.label for node in nodes) else ""
        return [Comparison(self._name, listed, texts, is_checked, label), *alone]

    # By identity: == between two fields makes an expression, and does not compare them.
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"FieldRef({self.name!r})" if self.label == self.name else self.label


class UnboundField(FieldRef[Any]):
    """An attribute of no particular entity: checked when it meets one.

    Example:
        >>> print(UnboundField("status") != "failed")
        status!=failed
    """

    __slots__ = ()

    def __init__(self, name: str) -> None:
        super().__init__(name, is_mapping=True)  # checked when it meets an entity

    def item(self, key: str) -> UnboundField:
        """Return the field of one key; ``field[key]`` is short for this."""
        found = UnboundField(f"{self.name}.{str(key).lower()}")
        found.label = f"{self.label}[{key!r}]"
        return found

    def __repr__(self) -> str:
        return f"Field({self.name!r})"


Field = UnboundField


def _sorted_out(nodes: list[Comparison]) -> tuple[tuple[str, ...], list[Expression]]:
    """Separate what one comma list can hold from what must stand alone."""
    texts: list[str] = []
    alone: list[Expression] = []
    holds_both_quotes = {'"', "'"} <= {sign for node in nodes for sign in node.value}
    for node in nodes:
        text = cast("str", node.value)
        fits_list = text and "," not in text and text == text.strip()
        if fits_list and not (holds_both_quotes and '"' in text):
            texts.append(text)
        else:
            alone.append(node)
    return tuple(texts), alone
