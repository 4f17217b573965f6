"""Merging dictionaries, against a model that looks at every path by itself."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accsyn_orm.entities.changes import detached
from accsyn_orm.entities.merging import ABSENT, Differences, differing, merged

KEYS = st.sampled_from(["a", "b", "c"])
LEAVES = st.sampled_from([None, True, 1, 1.0, 2, "x", [], [1], [{"a": 1}]])
TREES = st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=8)
DICTS = st.dictionaries(KEYS, TREES, max_size=3)


@st.composite
def edited(draw: st.DrawFn, value: dict[str, Any]) -> dict[str, Any]:
    """Change a few keys somewhere in a copy of a dictionary."""
    changed: dict[str, Any] = detached(value)
    for _ in range(draw(st.integers(0, 3))):
        place = changed
        key = draw(KEYS)
        while isinstance(place.get(key), dict) and draw(st.booleans()):
            place, key = place[key], draw(KEYS)
        if draw(st.booleans()):
            place[key] = draw(TREES)
        else:
            place.pop(key, None)
    return changed


@st.composite
def three(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    before = draw(DICTS)
    return before, draw(edited(before)), draw(edited(before))


# -- the model -------------------------------------------------------------------------------------

Path = tuple[str, ...]


def at(value: Any, path: Path) -> Any:
    """Return what is at a path, or ABSENT."""
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return ABSENT
        value = value[key]
    return value


def paths(value: Any, path: Path = ()) -> set[Path]:
    inner = value.items() if isinstance(value, dict) else ()
    return {path}.union(*(paths(item, (*path, key)) for key, item in inner))


def text(value: Any) -> str:
    """Return a text that only values of the same types share, whatever the order of keys."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{text(value[key])}" for key in sorted(value)) + "}"
    return f"{type(value).__name__}:{value!r}"


def expected(before: Any, mine: Any, theirs: Any) -> tuple[Any, dict[Path, tuple[Any, Any, Any]]]:
    """Return the merged value and the conflicts: decide at each path, from the longest up."""
    decided: dict[Path, Any] = {}
    clashes: dict[Path, dict[Path, tuple[Any, Any, Any]]] = {}
    everywhere = paths(before) | paths(mine) | paths(theirs)
    for path in sorted(everywhere, key=len, reverse=True):
        was, wanted, now = (at(side, path) for side in (before, mine, theirs))
        clashes[path] = {}
        if text(wanted) == text(now):
            decided[path] = wanted
        elif text(was) in {text(wanted), text(now)}:
            decided[path] = now if text(was) == text(wanted) else wanted
        elif (
            isinstance(wanted, dict)
            and isinstance(now, dict)
            and (was is ABSENT or isinstance(was, dict))
        ):
            inner = [key for key in "abc" if (*path, key) in everywhere]
            found = {key: decided[(*path, key)] for key in inner}
            decided[path] = {key: item for key, item in found.items() if item is not ABSENT}
            for key in inner:
                clashes[path] |= clashes[(*path, key)]
        else:
            decided[path] = wanted
            clashes[path] = {path: (was, wanted, now)}
    return decided[()], clashes[()]


@given(three())
def test_merging_is_as_deciding_at_every_path(sides) -> None:
    copies = detached(list(sides))
    conflicts = Differences()
    found = merged("metadata", *sides, conflicts)
    value, clashes = expected(*sides)
    assert text(found) == text(value)
    named = {".".join(["metadata", *path]): text(list(map(text, v))) for path, v in clashes.items()}
    assert {name: text(list(map(text, v))) for name, v in conflicts.items()} == named
    assert text(list(map(text, sides))) == text(list(map(text, copies)))


@given(three())
def test_without_conflicts_both_sides_may_come_first(sides) -> None:
    before, mine, theirs = sides
    one, other = Differences(), Differences()
    found = merged("m", before, mine, theirs, one), merged("m", before, theirs, mine, other)
    assert one.keys() == other.keys()
    if not one:
        assert text(found[0]) == text(found[1])


@given(DICTS, DICTS)
def test_one_side_alone_gets_what_it_made(before, after) -> None:
    conflicts = Differences()
    assert text(merged("m", before, after, before, conflicts)) == text(after)
    assert text(merged("m", before, before, after, conflicts)) == text(after)
    assert not conflicts


@given(three())
def test_differing_gives_what_would_turn_what_was_into_what_is(sides) -> None:
    before, after, now = sides
    found = {name: (was, then) for name, was, _, then in differing("m", before, after, now)}
    assert bool(found) == (text(before) != text(now))
    for name, (was, then) in found.items():
        path = tuple(name.split(".")[1:])
        assert text(at(before, path)) == text(was) != text(then) == text(at(now, path))


def test_what_is_merged_shares_nothing_with_the_sides() -> None:
    mine, theirs = {"a": {"b": [1]}, "l": [{}]}, {"a": {"c": [2]}}
    found = merged("m", {}, mine, theirs, Differences())
    assert found == {"a": {"b": [1], "c": [2]}, "l": [{}]}
    found["a"]["b"].append(5)
    found["a"]["c"].append(5)
    found["l"][0]["x"] = 1
    assert (mine, theirs) == ({"a": {"b": [1]}, "l": [{}]}, {"a": {"c": [2]}})


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("shot", "m.shot"),
        ("Shot 1", "m.Shot 1"),
        ("a.b", "m['a.b']"),
        ("a['b']", "m[\"a['b']\"]"),
        ("", "m['']"),
        (5, "m[5]"),
    ],
)
def test_names_of_keys_mean_one_key_only(key, name) -> None:
    conflicts = Differences()
    merged("m", {key: 1}, {key: 2}, {key: 3}, conflicts)
    assert conflicts == {name: (1, 2, 3)}


def test_absence_reads_well_and_stays_itself() -> None:
    assert repr(ABSENT) == "absent"
    assert pickle.loads(pickle.dumps(ABSENT)) is ABSENT
