"""What other libraries call what a query does, for who looks for it by that name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_CONDITION = "where({name}.status == …)"

_HERE: Mapping[str, str] = {
    **dict.fromkeys(("filter", "filter_by", "find", "search", "select", "query"), _CONDITION),
    **dict.fromkeys(("exclude", "filter_out"), "where(~({name}.status == …))"),
    **dict.fromkeys(("objects", "find_all", "list"), "where()"),
    **dict.fromkeys(("find_one", "get_or_none"), "where({name}.status == …).one_or_none()"),
    **dict.fromkeys(
        ("order_by", "sort", "sort_by", "latest", "earliest", "last"),
        "sorted({name}.where(…), key=…), because the language has no order",
    ),
    **dict.fromkeys(("values", "values_list", "to_list", "to_dict"), "to_dicts()"),
    **dict.fromkeys(("iterator", "stream", "batch_all"), "for … in, or pages()"),
    **dict.fromkeys(("select_related", "prefetch_related", "join", "options"), "prefetch(…)"),
    **dict.fromkeys(("defer", "fields", "project"), "only({name}.code, …)"),
    **dict.fromkeys(("offset",), "skip(…)"),
}


def elsewhere(name: str, entity: str, methods: Sequence[str] = ()) -> str:
    """Return the hint that follows a message about a name that something has elsewhere, or nothing.

    Args:
        name: the name.
        entity: name of the class that is asked for.
        methods: what queries have, for who looks for it in the class.
    """
    if name in methods:
        return f" (write {entity}.where(…).{name}(…))"
    found = _HERE.get(name)
    if found is None:
        return ""
    prefix = f"{entity}." if methods and found.startswith("where(") else ""
    return f" (write {prefix}{found.format(name=entity)})"
