"""Comments that ask for silence: `<!-- labrunner: ignore LAB301 why -->`, and what of them is used.

A comment counts for what follows it, a fence or a paragraph, or for its own line when it stands behind text.
With `ignore-page` it counts for the whole page. In other files `# labrunner: ignore …` counts for its own
line and the next.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labrunner.check.page import Page, without_code
from labrunner.document.model import Span

MARK = "labrunner:"
_IN_PAGE = re.compile(r"(?:<!--|\{/\*)\s*labrunner:\s*(ignore(?:-page)?)\b\s*(.*?)\s*(?:-->|\*/\}|$)")
_IN_FILE = re.compile(r"#\s*labrunner:\s*(ignore)\b\s*(.*?)\s*$")
_CODE = re.compile(r"LAB\d{3}\b")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One code of one comment, or a comment that names none."""

    name: str
    """The file, as messages call it."""
    code: str
    """Empty when the comment names none."""
    span: Span
    """Where the code stands."""
    first: int
    """1-based first line that it counts for."""
    last: int
    """1-based last line that it counts for."""
    reason: str


def in_page(page: Page) -> Iterator[Suppression]:
    """Yield what the comments of a page ask for."""
    if MARK not in page.document.text:
        return
    fences = [block.span for block in page.document.blocks]
    for number, text in enumerate(page.lines, start=1):
        if MARK not in text or any(span.line <= number <= span.end_line for span in fences):
            continue
        text = without_code(text)
        for found in _IN_PAGE.finditer(text):
            alone = not (text[: found.start()] + text[found.end() :]).strip(" \t>")
            yield from _codes(found, page.name, number, _reach(page, found[1], number, alone=alone))


def in_file(name: str, lines: Sequence[str]) -> Iterator[Suppression]:
    """Yield what the comments of another file ask for."""
    for number, text in enumerate(lines, start=1):
        if MARK in text and (found := _IN_FILE.search(text)):
            yield from _codes(found, name, number, (number, number + 1))


def _codes(found: re.Match[str], name: str, line: int, reach: tuple[int, int]) -> Iterator[Suppression]:
    codes = []
    rest, start = found[2], found.start(2)
    while code := re.match(rf"[\s,]*({_CODE.pattern})", rest):
        codes.append((code[1], start + code.start(1)))
        rest, start = rest[code.end() :], start + code.end()
    for code_text, column in codes or [("", found.start())]:
        span = Span(line, column + 1, line, column + 1 + len(code_text or found[0]))
        yield Suppression(name, code_text, span, *reach, rest.strip(" ,:-–—"))


def _reach(page: Page, kind: str, line: int, *, alone: bool) -> tuple[int, int]:
    """Return the first and last line that a comment counts for."""
    if kind == "ignore-page":
        return 1, len(page.lines)
    if not alone:
        return line, line
    following = line + 1
    # Several comments may stand one below the other.
    while following <= len(page.lines) and _passed_over(page.lines[following - 1]):
        following += 1
    for block in page.document.blocks:
        if block.span.line == following:
            return line, block.span.end_line
    end = following
    while (
        end < len(page.lines) and page.lines[end].strip() and not page.lines[end].lstrip().startswith("```")
    ):
        end += 1
    return line, end


def _passed_over(text: str) -> bool:
    return not text.strip(" \t>") or (MARK in text and text.lstrip(" \t>").startswith(("<!--", "{/*")))
