"""Findings as JSON for programs."""

import json
from collections.abc import Sequence

from labrunner.check.finding import Finding

VERSION = 1
"""Grows when a key changes its meaning or goes, not when one is added."""


def text(findings: Sequence[Finding], pages: int) -> str:
    """Return one JSON object, indented.

    Keys: `version`; `pages` (how many were looked at); `findings`, each with `code`, `rule`, `severity`
    (`error` or `warning`), `file` (as the user would name it), `line`, `column`, `end_line`, `end_column`
    (from 1, the end just behind the last character) and `message`.
    """
    given = {"version": VERSION, "pages": pages, "findings": [_values(finding) for finding in findings]}
    return json.dumps(given, indent=2, ensure_ascii=False)


def _values(finding: Finding) -> dict[str, object]:
    span = finding.span
    return {
        "code": finding.code,
        "rule": finding.rule,
        "severity": finding.severity,
        "file": finding.name,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "message": finding.message,
    }
