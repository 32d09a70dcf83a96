"""The parts of the live display that stay while the run goes on: its opening and finished steps."""

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from labrunner.events import RunStarted, StepFinished, StepStarted
from labrunner.report.look import FAINT, INDENT, STYLES, point, row, signs
from labrunner.report.wording import clean, duration, heading, plural
from labrunner.run.failure import first_line

WIDE = 110
"""Columns from which on a finished step also says where it stands."""


def opening(run: RunStarted) -> Iterator[RenderableType]:
    """What is run, and where."""
    yield Text()
    yield Text.assemble("  ", (clean(run.lab), "bold"), (f"  {plural(run.steps, 'step')}", FAINT))
    yield Padding(Text(f"on {clean(run.place)}", style=FAINT), (0, 0, 0, 2))
    yield Text()


def notice(text: str, console: Console) -> RenderableType:
    """A sentence that is not about success or failure."""
    return point(clean(text), console, style="cyan")


def finished(step: StepStarted, end: StepFinished, first_command: str, console: Console) -> RenderableType:
    """A step that has run, on one line; with its first command, as several may stand under a heading."""
    style = STYLES[end.verdict]
    left = Text.assemble(
        "  ", (signs(console).verdicts[end.verdict], style), f" {step.step:>2}  ", heading(step)
    )
    if first_command:
        left.append(f"  $ {clean(first_line(first_command))}", style=FAINT)
    word = "" if end.verdict == "passed" else f"{'clean-up ' if step.cleanup else ''}{end.verdict}  "
    place = f"{clean(step.place)}  " if console.width >= WIDE else ""
    return row(left, Text.assemble((word, style), (place, FAINT), (f"{duration(end.duration):>8}", FAINT)))


def skipped(first: StepStarted, last: StepStarted, reason: str, console: Console) -> RenderableType:
    """Steps in a row that were skipped for the same reason, on one line."""
    sign = signs(console).verdicts["skipped"]
    if first.step == last.step:
        text = f"  {sign} {first.step:>2}  {heading(first)}  skipped: {clean(reason)}"
    else:
        steps = plural(last.step - first.step + 1, "step")
        text = f"  {sign} {first.step:>2}  to {last.step}: {steps} skipped, {clean(reason)}"
    line = Text(text, style=FAINT)
    line.truncate(console.width, overflow="ellipsis")
    return line


def remarks(end: StepFinished) -> Iterator[RenderableType]:
    """What there is to say of a step that did not fail; where output drifted, the summary says how."""
    for text in (*end.reasons, *end.remedies):
        yield Padding(Text(clean(text), style=STYLES[end.verdict]), (0, 2, 0, INDENT + 2))
