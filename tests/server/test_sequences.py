from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.transfers.sequences import FileSequence, read_sequence


@pytest.mark.behaviour("transfers/sequences: %04d and #### name numbered files")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("name.%04d.exr[100-167]", FileSequence("name.", 4, ".exr", range(100, 168))),
        ("name.####.exr[7-7]", FileSequence("name.", 4, ".exr", range(7, 8))),
        ("name.####.exr", FileSequence("name.", 4, ".exr", None)),
        ("name_%d.dpx", FileSequence("name_", 1, ".dpx", None)),
        ("##", FileSequence("", 2, "", None)),
        ("name.0100.exr", None),
        ("name[1-2].exr", None),
        ("a#b#.exr", None),
        ("50%.exr", None),
        ("####.exr[1-x]", None),
    ],
)
def test_names_of_sequences_are_told_from_names_of_files(name, expected):
    assert read_sequence(name) == expected


@pytest.mark.behaviour("transfers/sequences: a range that counts down is refused")
@pytest.mark.parametrize(
    ("name", "problem"), [("a.####[9-1]", "counts up"), ("a.#[0-1000000]", "at most 1000000")]
)
def test_ranges_count_up_and_end(name, problem):
    with pytest.raises(Refusal, match=problem):
        read_sequence(name)


@pytest.mark.parametrize(
    ("name", "frame"),
    [
        ("a.0100.exr", 100),
        ("a.0101.exr", 101),
        ("a.0102.exr", None),
        ("a.100.exr", None),
        ("a.00100.exr", None),
        ("b.0100.exr", None),
        ("a.0100.dpx", None),
        ("a.\u0660\u0661\u0660\u0660.exr", None),
        ("a.", None),
    ],
)
def test_a_file_belongs_to_a_sequence_by_its_whole_name(name, frame):
    sequence = read_sequence("a.####.exr[100-101]")
    assert sequence.frame(name) == frame
    if frame is not None:
        assert sequence.name(frame) == name


def test_numbers_may_outgrow_their_width():
    sequence = read_sequence("a.##.exr")
    assert (sequence.frame("a.07.exr"), sequence.frame("a.1234.exr")) == (7, 1234)
