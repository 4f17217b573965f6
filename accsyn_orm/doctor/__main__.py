"""Run the doctor where the command line is not installed: ``python -m accsyn_orm.doctor``."""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path

from accsyn_orm.doctor import Finding, Patient, examine, exit_code, report


def main(arguments: list[str] | None = None) -> int:
    """Print the findings; return the exit code."""
    parser = argparse.ArgumentParser("python -m accsyn_orm.doctor", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument("--profile", help="profile to sign in with")
    parser.add_argument("--env-file", type=Path, help="file to sign in with")
    parser.add_argument("--log-file", type=Path, action="append", default=[], help="log to look at")
    parser.add_argument("--timeout", type=_seconds, default=10.0, help="seconds for each step")
    given = parser.parse_args(arguments)
    _take_any_text(sys.stdout)
    patient = Patient(given.env_file, given.profile, tuple(given.log_file), timeout=given.timeout)
    findings: list[Finding] = []
    for finding in examine(patient):
        findings.append(finding)
        if not given.json:
            sys.stdout.write(f"{report([finding])}\n")
            sys.stdout.flush()
    if given.json:
        document = [finding.to_dict() for finding in findings]
        sys.stdout.write(f"{json.dumps(document, indent=2, ensure_ascii=False)}\n")
    return exit_code(findings)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < math.inf:
        raise ValueError(text)
    return seconds


def _take_any_text(stream: object) -> None:
    """Let a console show what it has no letters for as escapes, instead of ending here."""
    # What a host program puts in the place of standard output may be anything.
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
