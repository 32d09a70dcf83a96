"""The panel about a step that went wrong: what ran, what it said last, why, and what to do next."""

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from labrunner.events import CommandStarted, StepFinished, StepStarted
from labrunner.report import code
from labrunner.report.look import FAINT, STYLES, point, signs
from labrunner.report.scene import Trouble
from labrunner.report.wording import clean


def panel(step: StepStarted, end: StepFinished, trouble: Trouble | None, console: Console) -> RenderableType:
    """Draw it as wide as the terminal."""
    style = STYLES[end.verdict]
    what = "clean-up step" if step.cleanup else "step"
    place = trouble.what.place if trouble and isinstance(trouble.what, CommandStarted) else step.place
    return Panel(
        Group(*_contents(end, trouble, console)),
        title=Text(f" {what} {step.step} {end.verdict} ", style=f"bold {style}"),
        title_align="left",
        subtitle=Text(f" {clean(place)} ", style=style),
        subtitle_align="right",
        border_style=style,
        padding=(1, 2),
    )


def _contents(end: StepFinished, trouble: Trouble | None, console: Console) -> Iterator[RenderableType]:
    if trouble is not None:
        yield from _what_ran(trouble, console)
        yield Text()
    for reason in end.reasons:
        yield Text(clean(reason), style=f"bold {STYLES[end.verdict]}")
    if end.diagnosis:
        yield Text("\nseen there", style="bold")
        yield from map(_seen, end.diagnosis)
    if end.remedies:
        yield Text("\nwhat to do", style="bold")
        yield from (point(clean(text), console) for text in end.remedies)


def _seen(line: str) -> RenderableType:
    """A line of the diagnosis, whose own indentation also holds for what is wrapped."""
    text = clean(line)
    return Padding(Text(text.lstrip()), (0, 0, 0, 2 + len(text) - len(text.lstrip())))


def _what_ran(trouble: Trouble, console: Console) -> Iterator[RenderableType]:
    if isinstance(trouble.what, CommandStarted):
        yield from code.lines(trouble.what.text)
    else:
        yield Text(f"hook {trouble.what.name} {trouble.what.phase}", style="cyan")
    bar = Text(f"{signs(console).bar} ", style=FAINT)
    for line in trouble.output:
        yield Text.assemble(bar, (line, "dim"))
