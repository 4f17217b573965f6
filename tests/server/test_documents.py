from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from accsyn_orm.server.storage.documents import number_key

NUMBERS = st.one_of(
    st.integers(-(10**450), 10**450), st.floats(allow_nan=False), st.sampled_from([10**400, 0])
)


@given(NUMBERS, NUMBERS)
def test_keys_of_numbers_order_as_the_numbers_do(one: float, other: float):
    assert (number_key(one) < number_key(other)) == (one < other)
    assert (number_key(one) == number_key(other)) == (one == other)


def test_infinity_is_beyond_every_integer():
    assert number_key(10**400) < number_key(math.inf)
    assert number_key(-math.inf) < number_key(-(10**400))
