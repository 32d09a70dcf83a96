"""The part of the live display that moves: the step that runs, and how far the run is."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.spinner import Spinner
from rich.text import Text

from labrunner.events import CommandStarted, HookStarted, StepStarted, Waiting
from labrunner.report import code
from labrunner.report.look import FAINT, STYLES, indented, row, signs
from labrunner.report.scene import Scene
from labrunner.report.wording import clean, clock, heading
from labrunner.run.summary import ORDER

TAIL_LINES = 10
"""Of the running command's output."""
BAR_CELLS = 10


class Stage:
    """Draws the scene as it is at one moment."""

    def __init__(
        self,
        scene: Scene,
        spinner: Spinner,
        *,
        elapsed: float,
        in_phase: float,
        preparing: str,
        stopping: bool,
        tail: list[str] | None = None,
    ) -> None:
        """Times in seconds; `tail` replaces the last lines of output, for a display that prints all of it."""
        self._scene = scene
        self._spinner = spinner
        self._elapsed = elapsed
        self._in_phase = in_phase
        self._preparing = preparing
        self._stopping = stopping
        self._tail = scene.tail(TAIL_LINES) if tail is None else tail[-TAIL_LINES:]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw, no higher than the terminal."""
        step = self._scene.step
        if self._scene.run is None or step is None:
            left = Text.assemble("  ", self._frame(console), "  ", (self._preparing, FAINT))
            yield row(left, Text(clock(self._elapsed), style=FAINT))
            return
        if len(self._scene.finished) < step.step:
            yield from self._running(step, console, options)
        yield Text()
        yield self._progress()
        if self._stopping:
            yield Text("  stopping; clean-up still runs, Ctrl-C again ends at once", style="yellow")

    def _running(self, step: StepStarted, console: Console, options: ConsoleOptions) -> RenderResult:
        left = Text.assemble("  ", self._frame(console), f" {step.step:>2}  ", (heading(step), "bold"))
        if step.cleanup:
            left.append("  clean-up", style=FAINT)
        yield row(left, self._limit(console))
        what = [indented(line, options.max_width) for line in self._busy_with(step)]
        yield from what
        room = (options.height or console.height) - len(what) - 5 - self._stopping
        bar = signs(console).bar
        for line in self._tail[len(self._tail) - max(min(TAIL_LINES, room), 0) :] if room > 0 else []:
            yield indented(Text.assemble((f"{bar} ", FAINT), (line, "dim")), options.max_width)

    def _busy_with(self, step: StepStarted) -> Iterator[Text]:
        current = self._scene.current
        if isinstance(current, CommandStarted):
            of = f"  command {current.command} of {step.commands}" if step.commands > 1 else ""
            yield Text(f"{clean(current.place)}{of}", style=FAINT)
            yield from code.lines(current.text)
        elif isinstance(current, HookStarted):
            yield Text(f"hook {current.name} {current.phase}", style="cyan")
        elif isinstance(current, Waiting):
            yield Text("letting things settle", style="cyan")

    def _limit(self, console: Console) -> Text:
        limit = self._scene.limit
        used = min(self._in_phase / limit, 1.0) if limit else 0.0
        style = "red" if used > 0.9 else "yellow" if used > 0.6 else "green"
        filled = round(used * BAR_CELLS)
        cell = signs(console).full
        return Text.assemble(
            (cell * filled, style),
            (cell * (BAR_CELLS - filled), "bright_black"),
            f" {clock(self._in_phase)}",
            (f" / {clock(limit)}", FAINT),
        )

    def _progress(self) -> Text:
        verdicts = [finished.verdict for _, finished in self._scene.finished]
        assert self._scene.run
        parts = [
            Text(f"{verdicts.count(verdict)} {verdict}", style=STYLES[verdict])
            for verdict in ORDER
            if verdict in verdicts
        ]
        to_go = self._scene.run.steps - len(verdicts)
        if to_go:
            parts.append(Text(f"{to_go} to go", style=FAINT))
        line = Text(" · ", style=FAINT).join(parts)
        line.append(f"   {clock(self._elapsed)}", style=FAINT)
        return Text.assemble("  ", line)

    def _frame(self, console: Console) -> Text:
        frame = self._spinner.render(console.get_time())
        assert isinstance(frame, Text)
        return frame
