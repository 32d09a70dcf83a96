"""How verdicts look in a terminal: a sign, a colour and a word, the same wherever one stands."""

from dataclasses import dataclass

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from labrunner.events import Verdict

STYLES: dict[Verdict, str] = {
    "passed": "green",
    "failed": "red",
    "drifted": "yellow",
    "not rehearsed": "magenta",
    "skipped": "bright_black",
}
FAINT = "bright_black"
INDENT = 5
"""Columns in front of what belongs to a step."""


@dataclass(frozen=True, slots=True)
class Signs:
    """The few characters that a terminal may not have."""

    verdicts: dict[Verdict, str]
    bar: str
    dot: str
    spinner: str
    full: str


FULL = Signs(
    {"passed": "✓", "failed": "✗", "drifted": "≈", "not rehearsed": "◌", "skipped": "○"},
    "│",
    "·",
    "dots",
    "━",
)
ASCII = Signs(
    {"passed": "+", "failed": "x", "drifted": "~", "not rehearsed": "?", "skipped": "-"},
    "|",
    "-",
    "line",
    "-",
)


def signs(console: Console) -> Signs:
    """The signs that this terminal can show."""
    return FULL if console.encoding.startswith("utf") else ASCII


def row(left: Text, right: Text) -> RenderableType:
    """One line: `left` cut where needed, `right` at the edge."""
    table = Table.grid(expand=True, padding=(0, 0, 0, 2))
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column(justify="right", no_wrap=True)
    table.add_row(left, right)
    return table


def point(text: str, console: Console, *, style: str = "") -> RenderableType:
    """One of several sentences, behind a dot; the lines of a long one begin under its first word."""
    table = Table.grid(padding=(0, 1, 0, 0))
    # As Text: in a plain string, rich would take `[masked: token]` for markup.
    table.add_row(Text(f"  {signs(console).dot}"), Text(text), style=style)
    return table


def indented(text: Text, width: int) -> Text:
    """One line, pushed in and cut to the width."""
    line = Text(" " * INDENT)
    line.append_text(text)
    line.truncate(width, overflow="ellipsis")
    return line
