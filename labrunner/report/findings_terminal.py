"""Findings in a terminal: the page's line in its colours, the place marked, the message wrapped."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from labrunner.check.finding import Finding, Severity
from labrunner.report.findings_text import clean, excerpt, summary

STYLES: dict[Severity, str] = {"error": "bold red", "warning": "bold yellow"}
GUTTER = 6
"""Columns for line numbers."""


def show(findings: Sequence[Finding], pages: int, console: Console) -> None:
    """Print findings file by file, and a closing line."""
    for name, group in groupby(findings, lambda finding: finding.name):
        console.print(Text(clean(name), style="bold underline"))
        for finding in group:
            console.print(Group(*_parts(finding, console.width)), soft_wrap=False)
        console.print()
    style = STYLES[_worst(findings)] if findings else "green"
    console.print(Text(summary(findings, pages), style=style))
    if findings:
        console.print(Text(f"labrunner check --explain {findings[0].code} says more", style="bright_black"))


def _worst(findings: Sequence[Finding]) -> Severity:
    return "error" if any(finding.severity == "error" for finding in findings) else "warning"


def _parts(finding: Finding, width: int) -> Iterator[RenderableType]:
    style = STYLES[finding.severity]
    head = Text.assemble((finding.code, style), " ", clean(finding.message))
    place = f"{finding.span.line}:{finding.span.column}"
    yield Padding(head, (0, 0, 0, 2))
    if finding.excerpt.strip():
        shown, mark = excerpt(finding, width=max(40, width - GUTTER - 6))
        number = str(finding.span.line).rjust(GUTTER)
        yield Text.assemble((f"{number} │ ", "bright_black"), shown, no_wrap=True, overflow="ellipsis")
        yield Text.assemble((f"{' ' * GUTTER} │ ", "bright_black"), (mark, style), no_wrap=True)
    else:
        yield Text(f"  at {place}", style="bright_black")
