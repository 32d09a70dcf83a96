"""Promised lines against real output: literally, line by line; a line that is only `...` skips any number.

Whether a difference fails a run is not decided here.
"""

from collections.abc import Sequence
from typing import Protocol

from labrunner.expect.diff import drift
from labrunner.expect.model import Drift
from labrunner.expect.screen import shown_lines

ANY_LINES = "..."


class PromisedLine(Protocol):
    """A line of a page."""

    @property
    def number(self) -> int:
        """1-based line in the page."""

    @property
    def text(self) -> str:
        """The line."""


def compare(promised: Sequence[PromisedLine], output: str) -> Drift | None:
    """Return how the output differs from what is promised; `None` when it does not, or nothing is promised.

    Blanks at the ends of lines, escape sequences, overwritten progress, blank lines before and after do
    not count. Takes time in proportion to the output, whatever is promised.

    Args:
        promised: The page's lines.
        output: What the command printed, as decoded from the terminal.
    """
    lines = _lines(promised)
    if not lines:
        return None
    seen = shown_lines(output)
    if _matches([text for text, _ in lines], seen):
        return None
    return drift(lines, seen, ANY_LINES)


def _lines(promised: Sequence[PromisedLine]) -> list[tuple[str, int]]:
    lines = [(line.text.rstrip(), line.number) for line in promised]
    while lines and not lines[0][0]:
        del lines[0]
    while lines and not lines[-1][0]:
        del lines[-1]
    return [(ANY_LINES if text.strip() == ANY_LINES else text, number) for text, number in lines]


def _matches(promised: Sequence[str], seen: Sequence[str]) -> bool:
    # Each distinct line becomes one character: finding lines among a million is then a string search.
    codes = {text: chr(at) for at, text in enumerate(dict.fromkeys(promised), start=1)}
    stretches = "".join(codes[text] for text in promised).split(codes.get(ANY_LINES, "\0"))
    text = "".join(codes.get(line, "\0") for line in seen)
    if len(stretches) == 1:
        return text == stretches[0]
    return _between(text, stretches)


def _between(text: str, stretches: Sequence[str]) -> bool:
    """Whether the text is the stretches in order, the first and last at its ends, with anything between."""
    first, *middle, last = stretches
    if len(first) + len(last) > len(text) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for stretch in middle:
        if (found := text.find(stretch, at, end)) < 0:
            return False
        at = found + len(stretch)
    return True
