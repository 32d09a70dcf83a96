"""Runs rules over a lab and yields findings. A rule that crashes is a finding about the rule, no more.

Which rules run and what a page wants ignored is settled here; what is printed, elsewhere.
"""

import traceback
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from labrunner.check.finding import Finding, Found
from labrunner.check.lab import Lab
from labrunner.check.rule import Rule
from labrunner.document.model import Span

CRASHED = "LAB001"


def findings(lab: Lab, rules: Iterable[Rule]) -> Iterator[Finding]:
    """Yield what the rules have to say about a lab, rule by rule; the order is for the caller to make."""
    lines = _Lines(lab)
    for rule in rules:
        for found in _guarded(rule, lab):
            if isinstance(found, Finding):
                yield found
            else:
                yield Finding(
                    rule.code,
                    rule.name,
                    rule.severity,
                    found.name,
                    found.span,
                    found.message,
                    lines.excerpt(found),
                )


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """Return findings by file and place, each once."""
    return sorted(
        dict.fromkeys(found),
        key=lambda one: (one.name, one.span.line, one.span.column, one.code, one.message),
    )


def _guarded(rule: Rule, lab: Lab) -> Iterator[Found | Finding]:
    try:
        yield from rule.findings(lab)
    except Exception as error:  # whatever it is, the other rules are worth running
        frame = traceback.extract_tb(error.__traceback__)[-1]
        fact = f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"
        name = lab.checked[0].name if lab.checked else ""
        yield Finding(
            CRASHED,
            "rule-crashed",
            "error",
            name,
            Span(1, 1, 1, 1),
            f"rule {rule.code} ({rule.name}) stopped: {fact}; this is a mistake in labrunner, "
            f"go on with --ignore {rule.code} and report it",
        )


class _Lines:
    """The lines that findings are shown with, taken from the pages, or from the files for all else."""

    def __init__(self, lab: Lab) -> None:
        self._pages: dict[str, Sequence[str]] = {page.name: page.lines for page in lab.pages}
        self._lab = lab

    def excerpt(self, found: Found) -> str:
        """Return the first line that a finding is about."""
        if found.name not in self._pages:
            text = self._lab.files.text(self._lab.base / found.name)
            self._pages[found.name] = (text or "").split("\n")
        lines = self._pages[found.name]
        return lines[found.span.line - 1] if 0 < found.span.line <= len(lines) else ""
