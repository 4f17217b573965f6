"""Numbers compare in SQL as they do in Python, exactly, whatever their size and type."""

from __future__ import annotations

import operator
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Connection, Double, literal, select

from accsyn_orm.query.nodes import Operator
from accsyn_orm.server.search.comparisons import Criterion, compare_fraction, compare_integer
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.documents import number_key

ORDERS = {
    Operator.EQUAL: operator.eq,
    Operator.LESS: operator.lt,
    Operator.LESS_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_EQUAL: operator.ge,
}
EDGES = [2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**63 + 1, 2**64 + 1, 10**30, 10**400]
near_edges = st.builds(
    lambda edge, offset, sign: sign * (edge + offset),
    st.sampled_from(EDGES),
    st.integers(-2, 2),
    st.sampled_from([1, -1]),
)
floats = st.floats(allow_nan=False, allow_infinity=False) | near_edges.filter(
    lambda number: abs(number) < 10**300
).map(float)
numbers = st.integers(-5, 5) | near_edges | floats
int64s = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([2**53 - 1, 2**53, 2**53 + 1, 0])


def written(number: float) -> str:
    """Write a number as a literal of the query language."""
    text = str(number) if isinstance(number, int) else repr(number)
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


@pytest.fixture(scope="module")
def connection(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as connection:
        yield connection


exact = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("order", ORDERS)
@exact
@given(value=int64s, number=numbers)
def test_integers_compare_exactly(
    connection: Connection, order: Operator, value: int, number: float
):
    criterion = Criterion(order, (written(number),))
    condition = compare_integer(literal(value, BigInteger), criterion).clause
    assert bool(connection.scalar(select(condition))) == ORDERS[order](value, number)


@pytest.mark.parametrize("order", ORDERS)
@exact
@given(value=floats, number=numbers)
def test_fractions_compare_exactly(
    connection: Connection, order: Operator, value: float, number: float
):
    criterion = Criterion(order, (written(number),))
    condition = compare_fraction(literal(value, Double), criterion).clause
    assert bool(connection.scalar(select(condition))) == ORDERS[order](value, number)


@exact
@given(numbers, numbers)
def test_number_keys_order_as_the_numbers_do(first: float, second: float):
    assert (number_key(first) < number_key(second)) == (first < second)
    assert (number_key(first) == number_key(second)) == (first == second)
