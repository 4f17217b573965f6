"""``accsyn-orm doctor``: the findings as lines, coloured on a terminal, or as data."""

from __future__ import annotations

import sys

import typer

from accsyn_orm.cli.options import Form, is_data
from accsyn_orm.cli.output import Output, harmless
from accsyn_orm.cli.records import write_rows
from accsyn_orm.doctor import Finding, Patient, State, examine, exit_code

_STYLES = {State.OK: "green", State.WARN: "yellow", State.FAIL: "bold red"}
_COLUMNS = ("check", "state", "text", "advice")


def show(patient: Patient, form: Form | None) -> None:
    """Print the findings as they are made, and leave with their exit code."""
    output = Output()
    findings: list[Finding] = []
    for finding in examine(patient):
        findings.append(finding)
        if not is_data(form):
            output.line(harmless(str(finding)), style=_STYLES[finding.state])
    if is_data(form):
        write_rows((finding.to_dict() for finding in findings), _COLUMNS, form, sys.stdout)
    raise typer.Exit(exit_code(findings))
