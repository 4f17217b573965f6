"""Names that other libraries have for what a query does are answered with what to write."""

from __future__ import annotations

import pytest

from accsyn_orm import EntityValidationError, Job, QueryValueError, Queue, Task, User
from accsyn_orm.entities.querying.elsewhere import elsewhere

ID = f"{9:024x}"


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: Job.filter, "Job has no attribute 'filter' (write Job.where(Job.status == …))"),
        (lambda: Job.objects, "Job has no attribute 'objects' (write Job.where())"),
        (lambda: Queue.all, "Queue has no attribute 'all' (write Queue.where(…).all(…))"),
        (lambda: Task.limit, "Task has no attribute 'limit' (write Task.where(…).limit(…))"),
        (lambda: Job.stauts, "Job has no attribute 'stauts' (did you mean 'status'?)"),
        (
            lambda: Job.where().filter,
            "a query has no attribute 'filter' (write where(Job.status == …))",
        ),
        (
            lambda: User.where().order_by,
            (
                "a query has no attribute 'order_by' "
                "(write sorted(User.where(…), key=…), because the language has no order)"
            ),
        ),
        (lambda: Job.where().cuont, "a query has no attribute 'cuont' (did you mean 'count'?)"),
        (lambda: Job.where().xyzzy, "a query has no attribute 'xyzzy'"),
        (lambda: Job.where()._count, "a query has no attribute '_count'"),
    ],
)
def test_names_of_other_libraries_are_answered(ask, said) -> None:
    with pytest.raises(AttributeError) as caught:
        ask()
    assert str(caught.value) == said


@pytest.mark.parametrize("name", ["to_dicts()", "prefetch(…)", "skip(…)"])
def test_what_is_advised_exists(name) -> None:
    assert callable(getattr(Job.where(), name.partition("(")[0]))
    assert elsewhere("where", "Job") == ""


def test_values_by_keyword_are_answered_with_the_conditions() -> None:
    for where in (Job.where, Job.where().where):
        with pytest.raises(TypeError) as caught:
            where(status="failed", code="a")
        assert str(caught.value) == (
            "a condition is a comparison: where(Job.status == 'failed', Job.code == 'a')"
        )


def test_positions_are_answered_with_limit_and_skip() -> None:
    with pytest.raises(TypeError, match=r"limit\(…\) and skip\(…\)"):
        Job.where()[:5]


def test_a_list_is_compared_with_in() -> None:
    for several in (["failed"], ("failed",), {"failed"}):
        with pytest.raises(QueryValueError) as caught:
            Job.code == several  # noqa: B015  # refused
        assert caught.value.hint == "compare with in_([…])"


def test_a_code_is_no_id_and_found_otherwise(workspace) -> None:
    with workspace.session():
        with pytest.raises(EntityValidationError) as caught:
            User.get("lisa@example.com")
        assert str(caught.value).startswith("User.id: 'lisa@example.com' is no id")
        advice = "User.where(User.code == 'lisa@example.com').one()"
        assert str(caught.value).endswith(f"a code is found with {advice}")
        assert eval(advice).code == "lisa@example.com"


@pytest.mark.parametrize("value", [None, 5])
def test_what_is_no_text_is_no_id(v3, value) -> None:
    with pytest.raises(EntityValidationError, match="is text, not") as caught:
        Job.get(value)
    assert "where" not in str(caught.value)
    assert v3.calls == []
