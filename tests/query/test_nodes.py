"""Nodes are values: valid by construction, comparable, hashable, combinable."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError
from functools import reduce
from operator import and_, or_

import pytest

from accsyn_orm.errors import QueryValueError
from accsyn_orm.query import And, Comparison, Operator, Or, Statement, all_of, any_of
from accsyn_orm.query.fields import Field
from accsyn_orm.query.nodes import KEYWORDS, MAX_NESTING

A = Comparison("a", Operator.EQUAL, "1")
B = Comparison("b", Operator.EQUAL, "2")
C = Comparison("c", Operator.EQUAL, "3")


@pytest.mark.parametrize(
    "name", ["", "A", "1a", "a b", "a.", ".a", "a..b", "a-b", "å", *sorted(KEYWORDS)]
)
def test_comparison_refuses_what_is_no_attribute_name(name: str):
    with pytest.raises(QueryValueError, match="not an attribute name"):
        Comparison(name, Operator.EQUAL, "x")


@pytest.mark.parametrize(
    "name", ["", "Job", "1a", "job/../user", "job,user", "*", "a.b", *sorted(KEYWORDS)]
)
def test_statement_refuses_what_is_no_entity_type(name: str):
    with pytest.raises(QueryValueError, match="not an entity type"):
        Statement(name)


def test_comparison_refuses_a_value_with_both_kinds_of_quotes():
    with pytest.raises(QueryValueError, match="both kinds of quotes"):
        Comparison("a", Operator.EQUAL, "\"'")
    with pytest.raises(QueryValueError, match="both kinds of quotes"):
        Comparison("a", Operator.IN, ('"', "'"))


@pytest.mark.parametrize("items", [(), "a", ("",), ("a,b",), (" a",), ("a\n",)])
def test_lists_refuse_items_that_a_comma_list_cannot_hold(items: object):
    with pytest.raises(QueryValueError):
        Comparison("a", Operator.IN, items)


def test_other_operators_refuse_lists():
    with pytest.raises(QueryValueError, match="takes one value"):
        Comparison("a", Operator.EQUAL, ("x",))


@pytest.mark.parametrize("kind", [And, Or])
@pytest.mark.parametrize("operands", [(), (A,)])
def test_and_and_or_join_at_least_two(kind: type, operands: tuple[Comparison, ...]):
    with pytest.raises(QueryValueError, match="at least two"):
        kind(operands)


def test_combining_flattens_operands_of_the_same_kind():
    assert (A & B) & C == A & (B & C) == And((A, B, C))
    assert (A | B) | C == A | (B | C) == Or((A, B, C))
    assert And((Or((A, B)), C)) == (A | B) & C


def test_negation_is_pushed_into_the_operators():
    assert Comparison("a", Operator.NOT_EQUAL, "1") == ~A
    assert ~(A & (B | C)) == ~A | (~B & ~C)


@pytest.mark.parametrize("operator", Operator)
def test_negating_twice_changes_nothing(operator: Operator):
    node = Comparison("a", operator, ("1",) if operator.takes_list else "1", is_checked=True)
    assert ~~node == node
    assert (~~node).is_checked
    assert operator.negated.negated is operator


def test_expressions_have_no_truth_value():
    with pytest.raises(TypeError, match=r"combine with & \| ~"):
        bool(A)


@pytest.mark.parametrize("combine", [and_, or_])
def test_expressions_combine_with_expressions_only(combine):
    with pytest.raises(TypeError):
        combine(A, True)


def test_all_of_and_any_of_join_in_one_step_and_keep_a_single_one():
    assert all_of([A, B, C]) == A & B & C
    assert any_of(iter([A, B, C])) == A | B | C
    assert all_of([A]) is A
    assert any_of([A]) is A
    for join in (all_of, any_of):
        with pytest.raises(QueryValueError):
            join([])


def test_nodes_are_frozen_values():
    tree = And((A, Or((B, C))))
    same = And((A, Or((B, C))))
    assert tree == same
    assert hash(tree) == hash(same)
    assert pickle.loads(pickle.dumps(tree)) == tree
    assert pickle.loads(pickle.dumps(tree)).depth == tree.depth == 2
    assert copy.deepcopy(tree) == tree
    with pytest.raises(FrozenInstanceError):
        A.value = "2"


def test_is_checked_is_no_part_of_what_a_comparison_means():
    assert Comparison("a", Operator.EQUAL, "1", is_checked=True) == A


def test_depth_of_alternation_is_bounded():
    tree = reduce(lambda inner, level: A & inner if level % 2 else A | inner, range(MAX_NESTING), A)
    assert tree.depth == MAX_NESTING
    with pytest.raises(QueryValueError, match="levels deep"):
        A & tree if isinstance(tree, Or) else A | tree


def test_thousands_of_terms_can_be_joined_one_by_one():
    terms = [Comparison("id", Operator.EQUAL, str(number)) for number in range(3_000)]
    assert reduce(or_, terms) == Or(tuple(terms))


def test_repr_of_nodes_can_be_pasted_back():
    known = {"Field": Field, "Statement": Statement}
    listed = Comparison("d", Operator.NOT_IN, ("x", "y"))
    for node in (A, listed, A & B, (A & B) | C, Statement("job", A), Statement("job", None)):
        assert eval(repr(node), known) == node
