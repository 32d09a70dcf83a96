"""Which display a run gets, and what happens when nobody reads it any more."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from labrunner.events import Event
from labrunner.report.plain import Detail, PlainReport
from labrunner.run.summary import Rules
from labrunner.shell.stop import Stop

Show = Callable[[Event], None]


@contextmanager
def display(
    *, detail: Detail, rules: Rules, journal: Path | None, preparing: str, stop: Stop
) -> Iterator[Show]:
    """Give a way to show events: live where the terminal can, else plain lines.

    Args:
        detail: How much to show.
        rules: What counts as a failure.
        journal: To be named at the end.
        preparing: What goes on until the first event, for people who wait.
        stop: So that people see that they were heard.
    """
    if detail != "quiet" and can_be_live():
        from labrunner.report.live import LiveReport

        with LiveReport(
            detail=detail,
            rules=rules,
            journal=journal,
            preparing=preparing,
            stopping=lambda: stop.requested > 0,
        ) as live:
            yield live.show
    else:
        report = PlainReport(detail=detail, rules=rules, journal=journal)
        yield lambda event: _print(report.lines(event))


def can_be_live() -> bool:
    """Whether standard output is a terminal that can move its cursor."""
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("", "dumb", "unknown")


def _print(lines: Iterator[str]) -> None:
    text = "\n".join(lines)
    if text:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def silence() -> None:
    """Nobody reads standard output any more: let what else is written to it go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC), sys.stdout.fileno())
