"""A run as plain lines: for pipes, logs and terminals that can do no more.

One line per fact, without colours, the same for the same run but for durations. Lines that begin at the left
edge are about steps and the run, indented ones about what is in them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from labrunner.events import (
    CommandFinished,
    CommandStarted,
    Event,
    HookFinished,
    HookStarted,
    Notice,
    Output,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    Waiting,
)
from labrunner.expect.screen import shown_lines
from labrunner.report.scene import Drifted, Scene, Trouble
from labrunner.report.wording import (
    clean,
    conclusion,
    counted,
    duration,
    from_here,
    heading,
    hint,
    plural,
    typed,
)
from labrunner.run.summary import Rules

Detail = Literal["quiet", "normal", "all output"]
"""`quiet`: what went wrong and the end. `all output`: what every command prints, too."""


class PlainReport:
    """Turns events into lines."""

    def __init__(self, *, detail: Detail = "normal", rules: Rules, journal: Path | None) -> None:
        self._detail = detail
        self._rules = rules
        self._journal = journal
        self._scene = Scene()
        self._unfinished = ""

    def lines(self, event: Event) -> Iterator[str]:
        """What to print for an event, without line ends."""
        self._scene.follow(event)
        match event:
            case Output():
                yield from self._output(event)
            case CommandFinished() | HookFinished():
                yield from self._ended()
            case StepFinished():
                yield from self._step_finished(event)
            case RunFinished():
                yield from self._run_finished(event)
            case _ if self._detail != "quiet":
                yield from self._begun(event)

    def _begun(self, event: Event) -> Iterator[str]:
        match event:
            case RunStarted():
                yield f"run {event.run}: {clean(event.lab)}, {plural(event.steps, 'step')}"
                yield f"on {clean(event.place)}"
            case Notice():
                yield f"{'  ' if event.step else ''}notice: {clean(event.text)}"
            case StepStarted():
                yield self._step()
            case CommandStarted():
                yield from (f"  {line}" for line in typed(event))
            case HookStarted():
                yield f"{'  ' if event.step else ''}hook {event.name} {event.phase}"
            case Waiting():
                yield f"  waiting, at most {duration(event.seconds)}"

    def _step(self) -> str:
        step, run = self._scene.step, self._scene.run
        assert step
        assert run
        mark = ", clean-up" if step.cleanup else ""
        name = f": {heading(step)}" if step.headings else ""
        return f"step {step.step}/{run.steps}{name} ({clean(step.place)}{mark})"

    def _output(self, event: Output) -> Iterator[str]:
        if self._detail == "all output":
            *lines, self._unfinished = (self._unfinished + event.text).split("\n")
            yield from self._printed(lines)

    def _printed(self, lines: list[str]) -> Iterator[str]:
        for line in lines:
            shown = shown_lines(line)
            yield f"    {clean(shown[0])}" if shown else ""

    def _ended(self) -> Iterator[str]:
        if self._unfinished:
            yield from self._printed([self._unfinished])
            self._unfinished = ""

    def _step_finished(self, event: StepFinished) -> Iterator[str]:
        if self._detail == "quiet":
            if event.verdict in ("passed", "skipped"):
                return
            yield self._step()
        # Drift is told with its place and lines.
        told = {drifted.drift.summary for drifted in self._scene.drifted}
        first, *others = [reason for reason in event.reasons if reason not in told] or [""]
        took = "" if event.verdict == "skipped" else f" in {duration(event.duration)}"
        yield f"  {event.verdict}{took}{first and ': '}{clean(first)}"
        yield from (f"  and: {clean(reason)}" for reason in others)
        for drifted in self._scene.drifted:
            yield from _drift(drifted)
        if event.verdict in ("failed", "not rehearsed") and self._scene.trouble:
            yield from _trouble(self._scene.trouble)
        yield from (f"  seen there: {clean(line)}" for line in event.diagnosis)
        yield from (f"  next: {clean(remedy)}" for remedy in event.remedies)

    def _run_finished(self, event: RunFinished) -> Iterator[str]:
        yield from (f"failed: {clean(reason)}" for reason in event.reasons)
        for started, finished in self._scene.finished:
            if finished.verdict == "failed":
                what = "clean-up failed" if started.cleanup else "failed"
                yield f"{what}: step {started.step}, {heading(started)} ({clean(started.place)})"
        if text := hint(event, self._rules):
            yield f"next: {text}"
        if self._journal:
            yield f"journal: {from_here(self._journal)}"
        _, words = conclusion(event, self._rules)
        yield f"{words}: {counted(event)} in {duration(event.duration)}"


def _trouble(trouble: Trouble) -> Iterator[str]:
    if isinstance(trouble.what, CommandStarted):
        yield f"  at {clean(trouble.what.place)}:"
        yield from (f"    {line}" for line in typed(trouble.what))
    if trouble.output:
        yield "  its last output:"
        yield from (f"    | {line}" for line in trouble.output)


def _drift(drifted: Drifted) -> Iterator[str]:
    yield f"  drift at {clean(drifted.place)}: {clean(drifted.drift.summary)}"
    for line in drifted.drift.lines:
        yield f"    {line.sign} {clean(line.text)}".rstrip()
