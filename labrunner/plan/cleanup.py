"""Which steps clean up: by the heading they stand under, and those that the lab's declaration adds."""

import re
from collections.abc import Iterable

from labrunner.document.model import Block, Command, FenceSettings, SourceLine
from labrunner.plan.model import CleanupCommand

_WORDS = r"(?:clean(?:ing)?|wrap(?:ping)?|tear(?:ing)?)[\s-]*(?:up|down)"
# At the beginning, behind a number at most, or at the end: "Configure the log cleanup policy" is no clean-up.
_HEADING = re.compile(rf"(?:(?:step\b)?[\W\d_]*{_WORDS}\b|.*\b{_WORDS}\W*$)", re.IGNORECASE)
DECLARED = "Clean up"
"""The heading that declared clean-up commands are shown under."""


def is_cleanup(headings: Iterable[str]) -> bool:
    """Whether a block under these headings cleans up, deeper headings below included."""
    return any(_HEADING.match(heading) for heading in headings)


def declared_block(command: CleanupCommand) -> Block:
    """Return a declared clean-up command as the block it would be in a page.

    Its place is the declaration's file, so that messages point at the line to edit.
    """
    lines = tuple(
        SourceLine(command.line, command.column, text) for text in command.text.strip("\n").split("\n")
    )
    made = Command("\n".join(line.text for line in lines), lines, (), complete=True)
    span = made.span
    settings = FenceSettings(raw=True)
    return Block("bash", "bash", (), settings, span, lines, (DECLARED,), (), closed=True, commands=(made,))
