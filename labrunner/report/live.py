"""A run as it happens, in a terminal: what runs now moves at the bottom, what is over scrolls up and stays.

This one prints itself; drawing is left to `stage` and `endings`, which are values in, renderables out.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner

from labrunner.events import (
    CommandStarted,
    Event,
    HookStarted,
    Notice,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    Waiting,
)
from labrunner.report import closing, code, endings, trouble
from labrunner.report.look import indented, signs
from labrunner.report.plain import Detail
from labrunner.report.printed import PrintedOutput
from labrunner.report.scene import Drifted, Scene
from labrunner.report.stage import Stage
from labrunner.report.whole_pictures import whole_pictures
from labrunner.run.summary import Rules

FRAMES = 10
"""Pictures a second: a clock and a spinner need no more."""


class LiveReport:
    """Shows events; a context manager, so that the terminal is left in order however a run ends."""

    def __init__(
        self,
        *,
        detail: Detail,
        rules: Rules,
        journal: Path | None,
        preparing: str,
        stopping: Callable[[], bool] = lambda: False,
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._detail = detail
        self._rules = rules
        self._journal = journal
        self._preparing = preparing
        self._stopping = stopping
        self._console = console or Console(file=whole_pictures(sys.stdout), highlight=False)
        self._clock = clock
        self._scene = Scene()
        self._drifted: list[Drifted] = []
        self._skipped: list[tuple[StepStarted, tuple[str, ...]]] = []
        self._began = self._phase_began = clock()
        self._spinner = Spinner(signs(self._console).spinner, style="cyan")
        self._printed = PrintedOutput(clock)
        # The picture is drawn in another thread than the one that events come in.
        self._lock = threading.Lock()
        self._live = Live(
            get_renderable=self._picture,
            console=self._console,
            refresh_per_second=FRAMES,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, event: Event) -> None:
        """Take the next event."""
        with self._lock:
            self._scene.follow(event)
            if _begins_phase(event):
                self._phase_began = self._clock()
            lasting = list(self._lasting(event))
        if isinstance(event, RunFinished):
            self._live.stop()
        # Printing takes the lock of `Live`, which may be waiting for ours to draw its picture.
        if lasting:
            self._console.print(Group(*lasting))

    def _picture(self) -> RenderableType:
        with self._lock:
            now = self._clock()
            return Stage(
                self._scene,
                self._spinner,
                elapsed=now - self._began,
                in_phase=now - self._phase_began,
                preparing=self._preparing,
                stopping=self._stopping(),
                tail=self._printed.pending if self._detail == "all output" else None,
            )

    def _lasting(self, event: Event) -> Iterator[RenderableType]:
        """What stays on the terminal because of this event."""
        if self._detail == "all output":
            yield from self._printed.lines(event)
        match event:
            case RunStarted():
                yield from endings.opening(event)
            case Notice():
                yield from self._skipped_so_far()
                yield endings.notice(event.text, self._console)
            case CommandStarted() if self._detail == "all output":
                yield from (indented(line, self._console.width) for line in code.lines(event.text))
            case StepFinished():
                yield from self._step_finished(event)
            case RunFinished():
                yield from self._skipped_so_far()
                yield from closing.summary(
                    event,
                    self._scene.finished,
                    self._drifted,
                    rules=self._rules,
                    journal=self._journal,
                    console=self._console,
                )

    def _step_finished(self, event: StepFinished) -> Iterator[RenderableType]:
        step = self._scene.step
        assert step
        if event.verdict == "skipped":
            yield from self._step_skipped(step, event)
            return
        yield from self._skipped_so_far()
        self._drifted += self._scene.drifted
        yield endings.finished(step, event, self._scene.first_command, self._console)
        if event.verdict == "failed" or (event.verdict == "not rehearsed" and self._scene.trouble):
            yield trouble.panel(step, event, self._scene.trouble, self._console)
        else:
            yield from endings.remarks(event)

    def _step_skipped(self, step: StepStarted, event: StepFinished) -> Iterator[RenderableType]:
        """A row of steps that are skipped for one reason is one line, once it is over."""
        if self._skipped and self._skipped[-1][1] != event.reasons:
            yield from self._skipped_so_far()
        self._skipped.append((step, event.reasons))

    def _skipped_so_far(self) -> Iterator[RenderableType]:
        if self._skipped:
            (first, reasons), (last, _) = self._skipped[0], self._skipped[-1]
            self._skipped = []
            yield endings.skipped(first, last, "; ".join(reasons), self._console)


def _begins_phase(event: Event) -> bool:
    """Whether a limit begins to count: a block's commands share one."""
    if isinstance(event, CommandStarted):
        return event.command == 1
    return isinstance(event, (StepStarted, HookStarted, Waiting))
