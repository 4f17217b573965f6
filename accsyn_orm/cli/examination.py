"""``accsyn-orm doctor``: the findings as lines, coloured on a terminal, or as JSON."""

from __future__ import annotations

import typer

from accsyn_orm.cli.output import Output, harmless
from accsyn_orm.cli.records import to_json
from accsyn_orm.doctor import Finding, Patient, State, examine, exit_code

_STYLES = {State.OK: "green", State.WARN: "yellow", State.FAIL: "bold red"}


def show(patient: Patient, *, as_json: bool) -> None:
    """Print the findings as they are made, and leave with their exit code."""
    output = Output()
    findings: list[Finding] = []
    for finding in examine(patient):
        findings.append(finding)
        if not as_json:
            output.line(harmless(str(finding)), style=_STYLES[finding.state])
    if as_json:
        typer.echo(to_json([finding.to_dict() for finding in findings], indent=2))
    raise typer.Exit(exit_code(findings))
