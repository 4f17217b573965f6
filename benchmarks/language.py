"""The language: parse, build and render the example query of the accsyn documentation."""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time

import luqum.parser
import odata_query.grammar
import sqlglot
from measure import Result, best

from accsyn_orm import Job
from accsyn_orm.query import parse
from accsyn_orm.query.lalr import Language

USER = "5bfeb0381da7ee4095fa217e"
ACCSYN = f'job WHERE ((user={USER} AND source!=hq) OR status<>failed) AND code="Daily backup"'
SQL = (
    f"SELECT * FROM job WHERE (([user] = '{USER}' AND source <> 'hq') OR status <> 'failed') "
    "AND code = 'Daily backup'"
).replace("[user]", "usr")
LUCENE = f'((user:{USER} AND NOT source:hq) OR NOT status:failed) AND code:"Daily backup"'
ODATA = f"((user eq '{USER}' and source ne 'hq') or status ne 'failed') and code eq 'Daily backup'"


def _odata() -> object:
    lexer, parser = odata_query.grammar.ODataLexer(), odata_query.grammar.ODataParser()
    return parser.parse(lexer.tokenize(ODATA))


def _built() -> str:
    mine = (Job.user == USER) & (Job.source != "hq")
    return str((mine | (Job.status != "failed")) & (Job.code == "Daily backup"))


def results() -> Iterator[Result]:
    """Measure the language against the named parsers."""
    peers = {
        "luqum": lambda: luqum.parser.parser.parse(LUCENE),
        "odata-query": _odata,
        "sqlglot": lambda: sqlglot.parse_one(SQL),
    }
    seconds = {name: best(work, clock=process_time) for name, work in peers.items()}
    fastest = min(seconds, key=seconds.__getitem__)
    language = Language()
    cold = best(lambda: language.statement(ACCSYN), clock=process_time)
    yield Result("parse, cold", fastest, cold, seconds[fastest], bound=0.6)
    yield Result(
        "parse, repeated", "2 µs", best(lambda: parse(ACCSYN), clock=process_time), 2e-6, bound=1
    )
    yield Result("build and render", "40 µs", best(_built, clock=process_time), 40e-6, bound=1)
