from __future__ import annotations

import pytest

from accsyn_orm import Compute, Home, Queue, User
from accsyn_orm.errors import AttributeNotLoadedError, QueryFieldError

ID = "6971e16fceadd67b955b1995"
REASON = r"Queue\.user cannot be asked for here: only the v1 generation has it"


@pytest.mark.parametrize(
    "query",
    [
        Queue.where(Queue.user == ID),
        Queue.where((Queue.name == "x") | (Queue.user != ID)),
        Queue.parse(f"Queue WHERE user.id={ID}"),
        Queue.where().only(Queue.name, Queue.user),
    ],
)
def test_query_refuses_what_only_the_other_generation_has(v3, query) -> None:
    with pytest.raises(QueryFieldError, match=REASON):
        query.all()
    assert v3.calls == []


def test_query_asks_the_generation_that_has_the_attribute(v1) -> None:
    v1.add("queue", 1, user=ID, code="x")
    assert len(Queue.where(Queue.user == ID).only(Queue.user).all()) == 1


def test_explanation_leaves_out_the_generation_that_lacks_an_attribute() -> None:
    assert Queue.where(Queue.user == ID).explain().spelled == {"v1": f"Queue WHERE user={ID}"}
    assert User.where().only(User.inactive).explain().spelled == {"v3": "User"}


def test_update_of_a_part_refuses_what_the_generation_lacks_row_by_row(v1) -> None:
    v1.add("queue", 1, code="x")
    plan = Queue.where().only(Queue.name).update(compute_default=True)
    assert "does not know it" in str(plan)


def test_reading_what_the_generation_never_returns_says_so(v3) -> None:
    v3.add("queue", 1, name="x")
    queue = Queue.where().one()
    with pytest.raises(AttributeNotLoadedError, match="only the v1 generation has it") as caught:
        _ = queue.user
    assert caught.value.only == "v1"
    with pytest.raises(AttributeNotLoadedError, match="was not loaded"):
        _ = queue.description


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda: Compute.where(Compute.engine == "nuke").all(), "Compute.engine"),
        (lambda: Compute.where().only(Compute.engine).all(), "Compute.engine"),
        (lambda: Compute.where().prefetch(Compute.engine).all(), "Compute.engine"),
        (lambda: Home.where(Home.user == "lisa@example.com").all(), "Home.user"),
    ],
)
def test_what_v1_takes_and_never_returns_is_not_asked_for(v1, ask, name) -> None:
    with pytest.raises(QueryFieldError, match="only the v3 generation") as caught:
        ask()
    assert str(caught.value).startswith(f"{name} cannot be asked for here")
    assert v1.calls == []


def test_what_v1_never_returns_is_said_to_be_missing_for_good(v1) -> None:
    home = Home.load_record({"id": f"{9:024x}", "code": "lisa"}, v1)
    with pytest.raises(AttributeNotLoadedError) as caught:
        home.user  # noqa: B018  # refused
    assert caught.value.only == "v3"
