"""What a display has to remember of a run while it goes on: pure, fed with events in order."""

from dataclasses import dataclass, field

from labrunner.events import (
    CommandFinished,
    CommandStarted,
    Event,
    HookFinished,
    HookStarted,
    Output,
    RunStarted,
    StepFinished,
    StepStarted,
    Waiting,
)
from labrunner.expect.model import Drift
from labrunner.expect.screen import shown_lines
from labrunner.report.wording import clean
from labrunner.run.kept import Kept

REMEMBERED = 32 * 1024
"""Characters of output that are enough for any display's last lines."""


@dataclass(frozen=True, slots=True)
class Drifted:
    """A command whose output was not as promised."""

    place: str
    """`path:line` of the command."""
    command: str
    drift: Drift


@dataclass(frozen=True, slots=True)
class Trouble:
    """What ran when a step went wrong."""

    what: CommandStarted | HookStarted
    exit_status: int
    waited_for: str
    output: tuple[str, ...]
    """The last lines that it printed."""


@dataclass(slots=True)
class Scene:
    """Follows the events of one run."""

    run: RunStarted | None = None
    step: StepStarted | None = None
    """The step that runs, or ran last."""
    current: CommandStarted | HookStarted | Waiting | None = None
    """What it is busy with."""
    first_command: str = ""
    """The step's, as far as it has one and got there."""
    trouble: Trouble | None = None
    """The first thing that went wrong in the step."""
    drifted: list[Drifted] = field(default_factory=list)
    """Of the step."""
    finished: list[tuple[StepStarted, StepFinished]] = field(default_factory=list)
    _output: Kept = field(default_factory=lambda: Kept(head=0, tail=REMEMBERED))

    def follow(self, event: Event) -> None:
        """Take the next event."""
        if isinstance(event, CommandStarted) and not self.first_command:
            self.first_command = event.text
        if isinstance(event, Output):
            self._output.add(event.text)
        elif isinstance(event, (CommandStarted, HookStarted, Waiting)):
            self.current = event
            self._output = Kept(head=0, tail=REMEMBERED)
        elif isinstance(event, (CommandFinished, HookFinished)):
            self._end(event)
        elif isinstance(event, StepStarted):
            self.step, self.current, self.first_command = event, None, ""
            self.trouble, self.drifted = None, []
        elif isinstance(event, StepFinished):
            self.current = None
            if self.step:
                self.finished.append((self.step, event))
        elif isinstance(event, RunStarted):
            self.run = event

    @property
    def limit(self) -> float:
        """Seconds that what runs may take: a block's commands share theirs."""
        if isinstance(self.current, HookStarted):
            return self.current.timeout
        if isinstance(self.current, Waiting):
            return self.current.seconds
        return self.step.timeout if self.step else 0.0

    def tail(self, lines: int) -> list[str]:
        """The last lines of the running, or just ended, command's output, as a terminal would show them."""
        text = self._output.text
        if len(text) >= REMEMBERED:
            text = text.partition("\n")[2] or text
        return [clean(line) for line in shown_lines(text)[-lines:]]

    def _end(self, event: CommandFinished | HookFinished) -> None:
        what = self.current
        if not isinstance(what, (CommandStarted, HookStarted)):
            return
        if isinstance(event, CommandFinished) and event.drift and isinstance(what, CommandStarted):
            self.drifted.append(Drifted(what.place, what.text, event.drift))
        if (event.exit_status or event.outcome != "prompted") and self.trouble is None:
            waited = event.waited_for if isinstance(event, CommandFinished) else ""
            self.trouble = Trouble(what, event.exit_status, waited, tuple(self.tail(20)))
