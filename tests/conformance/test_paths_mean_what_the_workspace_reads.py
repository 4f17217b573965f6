"""Two readers of one notation, written apart: that of the client and that of the workspace.

What strict reading takes, the workspace takes in the same sense. Where relaxed reading and the
workspace differ, the table says why.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accsyn_orm import AccsynPath, PartyKind, PathKind, PathSyntaxError
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.transfers import specs
from accsyn_orm.server.transfers.sequences import MOST_FRAMES, read_sequence

CALM = settings(deadline=None, max_examples=150)
WORKSPACE = "acmefilm"

with (Path(__file__).parent.parent / "data" / "paths.tsv").open(encoding="utf-8") as file:
    DOCUMENTED = [
        row["notation"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    ]

W, U, S, O = (  # noqa: E741  # short names keep the table readable
    specs.PartyKind.WORKSPACE,
    specs.PartyKind.USER,
    specs.PartyKind.SITE,
    specs.PartyKind.OMITTED,
)
# text -> the kind we read, whether strictly too, what the workspace reads, and why they may differ
DIFFERENCES = {
    "site=hq:share=a": (
        PathKind.SHARE,
        True,
        specs.Spec(W, WORKSPACE, "share=a"),
        "the main site has three notations: we keep the one written, and party.is_main_site",
    ),
    "hq:share=a": (PathKind.SHARE, True, specs.Spec(W, WORKSPACE, "share=a"), "the same"),
    "a/b": (
        PathKind.RELATIVE,
        True,
        specs.Spec(O, "", "a/b"),
        "the workspace takes it for one of the default volume; at a user it is another place",
    ),
    "acmefilm": (
        PathKind.RELATIVE,
        True,
        specs.Spec(W, WORKSPACE, None),
        "only the workspace knows its code: alone it may as well be the name of a file",
    ),
    "/data/a@b:c": (
        PathKind.POSIX,
        True,
        specs.Spec(U, "/data/a@b", "c"),
        "no address begins with a slash",
    ),
    "in/a@b:c": (
        PathKind.RELATIVE,
        True,
        specs.Spec(U, "in/a@b", "c"),
        "an @ behind a slash is in the name of a file",
    ),
    "site=lon/x": (
        PathKind.UNKNOWN,
        False,
        specs.Spec(S, "lon/x", None),
        "no code holds a slash; strict reading refuses it",
    ),
    " share=a ": (
        PathKind.UNKNOWN,
        False,
        specs.Spec(O, "", "share=a"),
        "the workspace strips white space; relaxed reading keeps every character",
    ),
    "share=": (
        PathKind.SHARE,
        False,
        "is none of share=",
        "relaxed reading takes every text; strict reading refuses it, too",
    ),
    "shear=a": (PathKind.UNKNOWN, False, "is none of share=", "the same"),
    "": (PathKind.MIRRORED, False, "is empty", "the same"),
}


def ours(path: AccsynPath) -> tuple[object, ...]:
    """Return what we read, in the words of the workspace."""
    party, below = path.party, None if path.is_mirrored else str(path)[-_length(path) :]
    if party is None:
        return (specs.PartyKind.OMITTED, "", None, below, *_place(path))
    is_main = party.is_main_site
    kind = specs.PartyKind.WORKSPACE if is_main else specs.PartyKind(party.kind.value)
    return (kind, WORKSPACE if is_main else party.ident, party.host, below, *_place(path))


def _length(path: AccsynPath) -> int:
    return len(str(path)) if path.party is None else len(str(path).partition(":")[2])


def _place(path: AccsynPath) -> tuple[object, ...]:
    if path.is_mirrored or path.is_absolute:
        return (None,)
    rest, is_folder = "/".join(path.parts), path.is_folder
    if path.kind in {PathKind.RELATIVE, PathKind.PLACEHOLDER}:
        rest = rest or str(path).rpartition(":")[2]
        return ("volume", specs.DEFAULT_SHARE, rest, is_folder, True)
    return (path.kind.value, path.ident, rest, is_folder, False)


def theirs(text: str, workspace: str = WORKSPACE) -> tuple[object, ...]:
    """Return what the workspace reads."""
    spec = specs.parse_spec(text, workspace=workspace)
    place = None if spec.path is None else specs.parse_accsyn_path(spec.path)
    end = (spec.kind, spec.ident, spec.host, spec.path)
    if place is None:
        return (*end, None)
    return (*end, place.kind, place.ident, place.rest, place.is_directory, place.is_relative)


@pytest.mark.parametrize("text", DOCUMENTED)
def test_documented_notations_mean_the_same_to_both(text):
    assert ours(AccsynPath.parse(text, strict=False)) == theirs(text)


elements = st.text(st.sampled_from("ab.:=@~# \u00e9()[]-1"), min_size=1, max_size=5)
parties = ["", "hq:", "acmefilm:", "site=hq:", "SITE=lon:", "a@b:", "a@b@c:", "user=a@b:"]
roots = ["share=a/", "VOLUME=(default)/", "home=a@b/", "delivery=1/", "~/", "", "/", "D:\\", "d:/"]
generated = st.builds(
    lambda party, root, separator, parts, end: party + root + separator.join(parts) + end,
    st.sampled_from([*parties, "client=1:"]),
    st.sampled_from([*roots, "\\\\s\\t\\"]),
    st.sampled_from("/\\"),
    st.lists(elements, min_size=1, max_size=3),
    st.sampled_from(["", "/", "\\"]),
)
fuzzed = st.text(st.sampled_from("abhq:/\\=@~ .#"), max_size=10)


@CALM
@given(generated | fuzzed)
@example("hq")
@example("a@b:null")
def test_what_strict_reading_takes_means_the_same_to_the_workspace(text):
    try:
        path = AccsynPath(text)
    except PathSyntaxError:
        return
    party = path.party
    is_word = party is not None and party.kind is PartyKind.WORKSPACE and party.ident != "hq"
    workspace = party.ident if party and is_word else WORKSPACE
    if party is None and path.ident in {"", "~"} and "@" in text.partition(":")[0]:
        return  # "/data/a@b:c" and "in/a@b:c" of the table
    expected = theirs(text, workspace)
    assert ours(path)[2:] == expected[2:]
    assert ours(path)[0] == expected[0]
    assert is_word or ours(path)[1] == expected[1]


@pytest.mark.parametrize("text", DIFFERENCES)
def test_differences_are_the_known_ones(text):
    kind, is_strict, expected, reason = DIFFERENCES[text]
    assert reason
    path = AccsynPath.parse(text, strict=False)
    assert (path.kind, path.problem is None) == (kind, is_strict)
    if isinstance(expected, str):
        with pytest.raises(Refusal, match=expected):
            specs.parse_spec(text, workspace=WORKSPACE)
    else:
        assert specs.parse_spec(text, workspace=WORKSPACE) == expected


@pytest.mark.parametrize(
    "text", ["a@b:share=a/b:c/d", "acmefilm:share=a:c", "a@b:D:/x", "a@b:share=a/b/:c"]
)
def test_the_older_notation_means_what_the_workspace_reads_in_v1(text):
    spec = specs.parse_spec(text, workspace=WORKSPACE, is_v1=True)
    path = AccsynPath.parse(text, strict=False).as_current_notation()
    place = specs.parse_accsyn_path(spec.path or "")
    assert path.parts[1:] == () if place is None else "/".join(path.parts) == place.rest
    assert path.is_absolute is spec.is_local


@CALM
@given(st.text(st.sampled_from("a.#%04d[]1-9"), min_size=1, max_size=12))
@example("a.%04d.exr[100-167]")
@example("a.####.exr[9-1]")
@example("a.####.exr[1-2000000]")
def test_a_sequence_names_the_same_files_to_both(name):
    sequence = AccsynPath.parse(f"share=a/{name}", strict=False).sequence
    try:
        expected = read_sequence(name)
    except Refusal:  # counts down, or names more files than the workspace takes
        assert sequence is None or len(sequence.frames or ()) > MOST_FRAMES
        return
    assert (sequence is None) is (expected is None)
    if sequence and expected:
        assert (sequence.before, sequence.padding) == (expected.before, expected.width)
        assert (sequence.after, sequence.frames) == (expected.after, expected.frames)
        assert sequence.file_name(7) == expected.name(7)
