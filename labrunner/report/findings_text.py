"""Findings as lines to read where there is no terminal to draw on: in a pipe, a log, an editor's list."""

import unicodedata
from collections.abc import Iterator, Sequence

from labrunner.check.finding import Finding


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield `path:line:column: CODE severity: message`, the line of the page, and a mark under the place."""
    for finding in findings:
        yield (
            f"{finding.name}:{finding.span.line}:{finding.span.column}: "
            f"{finding.code} {finding.severity}: {clean(finding.message)}"
        )
        if finding.excerpt.strip():
            shown, mark = excerpt(finding)
            yield f"    {shown}"
            yield f"    {mark}"


def excerpt(finding: Finding, *, width: int = 110) -> tuple[str, str]:
    """Return the finding's line, and a line that marks the place in it.

    Of a line that is too long, the part around the place; tabs and what a terminal would act on are replaced
    by characters of the same width.
    """
    text = clean(finding.excerpt)
    start, end = marked(finding)
    cut = max(0, min(start - width // 3, len(text) - width)) if len(text) > width else 0
    shown = text[cut : cut + width]
    if cut:
        shown = f"…{shown[1:]}"
    if cut + width < len(text):
        shown = f"{shown[:-1]}…"
    mark = " " * columns(shown[: start - cut]) + "^" * max(1, columns(shown[start - cut : end - cut]))
    # Whatever stands in front of the whole line says nothing.
    indent = 0 if cut else min(len(shown) - len(shown.lstrip()), start)
    return shown[indent:].rstrip(), mark[indent:]


def marked(finding: Finding) -> tuple[int, int]:
    """Return where in its line a finding begins and ends: 0-based, half open."""
    span, text = finding.span, finding.excerpt
    start = min(span.column - 1, len(text))
    end = span.end_column - 1 if span.end_line == span.line else len(text.rstrip())
    return start, max(end, start + 1)


def clean(text: str) -> str:
    """Return text that cannot move a terminal's cursor or turn what is read around, in the same width."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else " " if one == "\t" else "\ufffd" for one in text)


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(one) in "WF" for one in text)
    return len(text) + wide - sum(bool(unicodedata.combining(one)) for one in text)


def summary(findings: Sequence[Finding], pages: int) -> str:
    """Return the closing line."""
    looked = f"{pages} page{'' if pages == 1 else 's'}"
    if not findings:
        return f"nothing found in {looked}"
    errors = sum(finding.severity == "error" for finding in findings)
    counts = ((errors, "error"), (len(findings) - errors, "warning"))
    said = " and ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count)
    return f"{said} in {looked}"
