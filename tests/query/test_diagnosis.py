"""Messages for texts that are no query: the place, the reason and the hint."""

from __future__ import annotations

import pickle

import pytest

from accsyn_orm.errors import QuerySyntaxError
from accsyn_orm.query import parse, parse_expression

# § marks the position of the error; it is not part of the text.
PROBLEMS = [
    ("§", "the query is empty", "such as Job"),
    ("  \n§", "the query is empty", "such as Job"),
    ("§WHERE a=1", "the entity type before WHERE is missing", "Job WHERE"),
    ("§code=x", "the entity type is missing", "Job WHERE"),
    ("§* WHERE code=x", "a query starts with one entity type", "without quotes"),
    ('§"Job WHERE code=x', "a query starts with one entity type", "without quotes"),
    ("§(Job WHERE code=x", "a query starts with one entity type", "or parentheses"),
    ("Job§/../user WHERE code=x", "'Job/../user' is not an entity type", "write Job"),
    ("Job§,User WHERE code=x", "'Job,User' is not an entity type", "one entity type"),
    ("Job §, User", "this cannot follow an entity type", "one entity type"),
    ("Job§) WHERE code=x", "'Job)' is not an entity type", "write Job"),
    ("Job §code=x", "WHERE is missing", "Job WHERE"),
    ("Job§(code=x)", "WHERE is missing", "Job WHERE"),
    ("Job §foo code=x", "WHERE is missing", "Job WHERE"),
    ("Job §WERE code=x", "unknown keyword 'WERE'", "did you mean WHERE?"),
    ("Job §ORDER BY code", "ORDER is not part of the language", "sort the result"),
    ("Job §limit 5", "LIMIT is not part of the language", ".limit()"),
    ("§SELECT * FROM Job", "SELECT is not part of the language", "start with the entity type"),
    ("Job WHERE§", "a condition is missing after WHERE", "status=failed"),
    ("Job WHERE (a=1 AND§", "a condition is missing after AND", "status=failed"),
    ("Job WHERE a=1 OR§", "a condition is missing after OR", "status=failed"),
    ("Job WHERE §AND a=1", "a condition is missing before AND", 'write "AND"'),
    ("Job WHERE a=1 AND §OR b=2", "a condition is missing before OR", 'write "OR"'),
    ("Job WHERE (§)", "a condition is missing before )", "status=failed"),
    ("Job WHERE §NOT code=x", "NOT cannot stand before a condition", "there is no NOT of its own"),
    ("Job WHERE a=1 AND §not (b=2)", "NOT cannot stand before", "NOT IN, NOT CONTAINS"),
    ("Job WHERE §where a=1", "a second WHERE", "AND or OR"),
    ("Job WHERE a=1 §where b=2", "a second WHERE", "AND or OR"),
    ("Job WHERE §= x", "an attribute is missing before the operator", "status=failed"),
    ("Job WHERE §in 5", "an attribute is missing before IN", "write name IN"),
    ("Job WHERE §not.a=5", "'not.a' starts with a keyword", "no attribute"),
    ("Job WHERE §5=x", "'5' is not an attribute name", "left of the operator"),
    ("Job WHERE §" + "x-" * 50 + "=1", "x-…' is not an attribute name", "a-z, 0-9"),
    ("Job WHERE §;", "a condition cannot start with ';'", "status=failed"),
    ('Job WHERE §"code"=x', "a condition starts with an attribute", "without quotes"),
    ('Job WHERE §"code=x', 'the closing " is missing', "no escape"),
    ("Job WHERE code§", "an operator and a value are missing after 'code'", "code=…"),
    ("Job WHERE (code§)", "an operator and a value are missing after 'code'", "code=…"),
    ("Job WHERE code §AND a=1", "an operator and a value are missing after 'code'", "code=…"),
    ("Job WHERE code§==x", "unknown operator '=='", "write ="),
    ("Job WHERE code§=>5", "unknown operator '=>'", "write >="),
    ("Job WHERE code§=<5", "unknown operator '=<'", "write <="),
    ("Job WHERE code§<=>5", "unknown operator '<=>'", "operators are"),
    ("Job WHERE code§~x", "unknown operator '~'", "write MATCHES"),
    ("Job WHERE code §LIKE x", "unknown operator 'LIKE'", "CONTAINS"),
    ("Job WHERE code §is null", "unknown operator 'IS'", "=null"),
    ("Job WHERE name §CONTAIN x", "unknown operator 'CONTAIN'", "did you mean CONTAINS?"),
    ("Job WHERE name §MATCH x", "unknown operator 'MATCH'", "did you mean MATCHES?"),
    ("Job WHERE name §not like x", "unknown operator 'NOT LIKE'", "NOT"),
    ("Job WHERE name §wibble x", "unknown operator 'WIBBLE'", "operators are"),
    ("Job WHERE name §" + "w" * 99 + " x", "unknown operator 'W", "operators are"),
    ("Job WHERE code=§", "a value is missing after =", 'no text at all is ""'),
    ("Job WHERE (code= §)", "a value is missing after =", '""'),
    ("Job WHERE code= §AND a=1", "a value is missing after =", 'write "AND"'),
    ("Job WHERE code=§and", "a value is missing after =", 'write "and"'),
    ("Job WHERE name not contains§", "a value is missing after NOT CONTAINS", '""'),
    ("Job WHERE name in§,0", "a blank is missing after IN", "write IN …"),
    ("Job WHERE code= §=x", "a value that starts with '=' needs quotes", '="=…"'),
    ('Job WHERE code=§"x', 'the closing " is missing', "between ' and '"),
    ("Job WHERE code=§'x", "the closing ' is missing", 'between " and "'),
    ("Job WHERE code=o§'brien", "a quote inside an unquoted value", "whole value"),
    ("Job WHERE code='o'§brien@x.com'", "text right behind a closing quote", "no escape"),
    (r'Job WHERE code="a \" §b" AND a=1', "AND or OR is missing here", "needs quotes"),
    ("Job WHERE type IN §(0,2)", "a list is written without parentheses", "IN 0,2"),
    ("Job WHERE type not in§(0,2)", "a list is written without parentheses", "NOT IN 0,2"),
    ('Job WHERE type in "a"§,"b"', "a list is one value", "one pair of quotes"),
    ("Job WHERE type in §0,", "an item of the list is empty", "IN 0,2"),
    ('Job WHERE type in "§"', "an item of the list is empty", "IN 0,2"),
    ('Job WHERE type in "§a,,b"', "an item of the list is empty", "IN 0,2"),
    ("Job WHERE type in '§a, '", "an item of the list is empty", "IN 0,2"),
    ("Job WHERE type in §0, status=x", "an unquoted list cannot hold", "in quotes"),
    ("Job WHERE code=§a, b", "a value with blanks needs quotes", '"a, b"'),
    ("Job WHERE name matches §(a|b)", "a value that holds a parenthesis needs quotes", '"a (b)"'),
    ("Job WHERE code=x§(1)", "a value that holds a parenthesis needs quotes", '"a (b)"'),
    ("Job WHERE §(code=x", "this ( is never closed", "write the )"),
    ("Job WHERE §((a=1) AND (b=2)", "this ( is never closed", "write the )"),
    ("Job WHERE (a=1) AND §(b=2", "this ( is never closed", "write the )"),
    ("Job WHERE code=x§)", "this ) closes nothing", "remove it"),
    ("Job WHERE (a=1)§b=2", "AND or OR is missing here", "AND or OR"),
    ("Job WHERE code=my §host", "AND or OR is missing here", "needs quotes"),
    ("Job WHERE a=1 §(b=2)", "AND or OR is missing here", "AND or OR"),
    ("Job WHERE a=1 §ADN b=2", "unknown keyword 'ADN'", "did you mean AND?"),
    ("Job WHERE a=1 §&& b=2", "unknown '&&'", "write AND"),
    ("Job WHERE a=1 §| b=2", "unknown '|'", "write OR"),
    ("Job WHERE a=1 §;", "unknown ';'", "semicolon"),
    ("Job WHERE a=1 §&|& b=2", "unknown '&|&'", "AND or OR"),
    ("Job WHERE a=1 §ORDER BY b", "ORDER is not part of the language", "sort the result"),
    ("Job WHERE a=1 §limit 5", "LIMIT is not part of the language", ".limit()"),
]


@pytest.mark.parametrize(("marked", "reason", "hint"), PROBLEMS, ids=[p[0] for p in PROBLEMS])
def test_syntax_error_says_where_why_and_what_instead(marked: str, reason: str, hint: str):
    with pytest.raises(QuerySyntaxError) as caught:
        parse(marked.replace("§", ""))
    error = caught.value
    assert reason in error.reason
    assert error.hint
    assert hint in error.hint
    assert error.position == marked.index("§")


def test_syntax_error_counts_lines_and_columns_and_draws_a_caret():
    with pytest.raises(QuerySyntaxError) as caught:
        parse("Job\nWHERE code==x")
    error = caught.value
    assert (error.line, error.column) == (2, 11)
    lines = str(error).splitlines()
    assert lines[0] == "unknown operator '==' (line 2, column 11)"
    assert lines[2].index("^") == lines[1].index("==")
    assert lines[3] == "hint: write ="


def test_syntax_error_has_no_parser_internals_in_its_traceback():
    with pytest.raises(QuerySyntaxError) as caught:
        parse("Job WHERE")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_syntax_error_survives_pickling():
    with pytest.raises(QuerySyntaxError) as caught:
        parse("Job WHERE code=")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.position) == (str(caught.value), caught.value.position)


@pytest.mark.parametrize("value", [b"Job", 5, None, ["Job"], object()])
def test_what_is_no_text_is_a_syntax_error_as_well(value: object):
    for read in (parse, parse_expression):
        with pytest.raises(QuerySyntaxError, match=f"not {type(value).__name__}"):
            read(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "a condition is missing in an empty text"),
        ("WHERE a=1", "a second WHERE"),
        ("a=1 AND", "a condition is missing after AND"),
        ("a=1 OR OR", "a condition is missing before OR"),
        ("Job WHERE a=1", "an operator and a value are missing after 'Job'"),
    ],
)
def test_bare_conditions_are_explained_too(text: str, reason: str):
    with pytest.raises(QuerySyntaxError) as caught:
        parse_expression(text)
    assert caught.value.reason == reason
