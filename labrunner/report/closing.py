"""The end of the live display: drift in full, clean-up that failed, the verdict, where the journal is."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from labrunner.events import RunFinished, StepFinished, StepStarted, Verdict
from labrunner.report import code
from labrunner.report.look import FAINT, STYLES, row, signs
from labrunner.report.scene import Drifted
from labrunner.report.wording import clean, conclusion, duration, from_here, hint, plural
from labrunner.run.summary import Rules

MOST_DIFFS = 5
"""Commands whose drift is shown; the journal has all."""
MOST_LINES = 14
"""Of one of them."""
MARGIN = 4

Steps = Sequence[tuple[StepStarted, StepFinished]]


def summary(
    end: RunFinished,
    steps: Steps,
    drifted: Sequence[Drifted],
    *,
    rules: Rules,
    journal: Path | None,
    console: Console,
) -> Iterator[RenderableType]:
    """What the run came to."""
    yield Text()
    yield Rule(style=FAINT, characters=signs(console).full)
    yield from _drifts(drifted)
    for reason in (*end.reasons, *_cleanup(steps)):
        yield _line(Text(clean(reason), style=STYLES["failed"]))
    verdict, words = conclusion(end, rules)
    left = Text(f"  {signs(console).verdicts[verdict]} {words}", style=f"bold {STYLES[verdict]}")
    yield row(Text.assemble(left, "   ", _counts(end.counts)), Text(duration(end.duration)))
    for text in (hint(end, rules), f"journal {from_here(journal)}" if journal else ""):
        if text:
            yield _line(Text(text, style=FAINT))
    yield Text()


def _line(text: Text) -> RenderableType:
    return Padding(text, (0, 2, 0, MARGIN))


def _counts(counts: Sequence[tuple[Verdict, int]]) -> Text:
    parts = [Text(f"{count} {verdict}", style=STYLES[verdict]) for verdict, count in counts]
    return Text(" · ", style=FAINT).join(parts)


def _cleanup(steps: Steps) -> Iterator[str]:
    failed = [str(step.step) for step, end in steps if step.cleanup and end.verdict == "failed"]
    if failed:
        which = f"{'step' if len(failed) == 1 else 'steps'} {', '.join(failed)}"
        yield f"clean-up: {which} failed, so something may be left behind"


def _drifts(drifted: Sequence[Drifted]) -> Iterator[RenderableType]:
    for each in drifted[:MOST_DIFFS]:
        yield from _drift(each)
        yield Text()
    left_out = len(drifted) - MOST_DIFFS
    if left_out > 0:
        yield _line(Text(f"{plural(left_out, 'other command')} drifted: see the journal", style=FAINT))


def _drift(drifted: Drifted) -> Iterator[RenderableType]:
    yield Text.assemble("  ", (clean(drifted.place), "bold"), (f"  {clean(drifted.drift.summary)}", "yellow"))
    yield _line(code.lines(drifted.command)[0])
    lines = drifted.drift.lines
    yield from (_line(_diff(line.sign, line.text)) for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield _line(Text(f"… {len(lines) - MOST_LINES} more lines", style=FAINT))


def _diff(sign: str, text: str) -> Text:
    style = {"-": "red", "+": "green"}.get(sign, FAINT)
    return Text(f"{sign} {clean(text)}", style=style, no_wrap=True, overflow="ellipsis")
