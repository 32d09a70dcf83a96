"""Findings as the workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

The form is GitHub's: `::error file=…,line=…::message`, with `%`, line ends, and in properties `:` and `,`,
written as per cent codes.
"""

from collections.abc import Iterator, Sequence

from labrunner.check.finding import Finding


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield one command for each finding."""
    for finding in findings:
        span = finding.span
        properties = {
            "file": finding.name,
            "line": span.line,
            "endLine": span.end_line,
            "col": span.column,
            "endColumn": span.end_column,
            "title": f"{finding.code} {finding.rule}",
        }
        # GitHub refuses columns for a stretch of several lines.
        if span.end_line != span.line:
            del properties["col"], properties["endColumn"]
        given = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
        yield f"::{finding.severity} {given}::{_data(finding.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
