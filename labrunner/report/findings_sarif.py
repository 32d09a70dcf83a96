"""Findings as SARIF 2.1.0, which code scanning services take.

The standard: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. Columns count UTF-16 units
there unless the run says otherwise; ours says characters.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from labrunner import __version__
from labrunner.check.finding import Finding
from labrunner.check.rule import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/labrunner/labrunner"


def text(findings: Sequence[Finding], rules: Sequence[Rule]) -> str:
    """Return a log with one run.

    Args:
        findings: What was found.
        rules: All rules that ran; those without a finding are listed too.
    """
    places = {rule.code: at for at, rule in enumerate(rules)}
    driver = {
        "name": "labrunner",
        "version": __version__,
        "informationUri": HOME,
        "rules": [_rule(rule) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, places[finding.code]) for finding in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(part.title() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.explanation.strip()},
        "help": {"text": rule.explanation.strip(), "markdown": rule.explanation.strip()},
        "helpUri": f"{HOME}/blob/main/docs/rules/{rule.code}.md",
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    span = finding.span
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    place = {"artifactLocation": {"uri": _uri(finding.name)}, "region": region}
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": place}],
    }


def _uri(name: str) -> str:
    """Return a path as a reference relative to where labrunner runs; outside of that, a file's address."""
    path = Path(name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), errors="replace")
