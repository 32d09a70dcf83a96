"""All that commands print, as lines that stay on the terminal: for `--verbose`.

Each printing redraws what moves below it, so a flood is printed in portions; what waits for the next portion
is shown with the moving part.
"""

from collections.abc import Callable, Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from labrunner.events import CommandFinished, Event, HookFinished, Output
from labrunner.expect.screen import shown_lines
from labrunner.report.look import INDENT
from labrunner.report.wording import clean

PORTION_SECONDS = 0.1


class PrintedOutput:
    """Cuts output into lines."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._printed = 0.0
        self._complete: list[str] = []
        self._unfinished = ""

    @property
    def pending(self) -> list[str]:
        """Lines that were not given out yet."""
        return [*self._complete, *(clean(line) for line in shown_lines(self._unfinished))]

    def lines(self, event: Event) -> Iterator[RenderableType]:
        """What to print because of this event."""
        if isinstance(event, Output):
            *complete, self._unfinished = (self._unfinished + event.text).split("\n")
            self._complete += (_shown(line) for line in complete)
        if isinstance(event, (CommandFinished, HookFinished)) and self._unfinished:
            self._complete.append(_shown(self._unfinished))
            self._unfinished = ""
        now = self._clock()
        if self._complete and (not isinstance(event, Output) or now - self._printed >= PORTION_SECONDS):
            yield Padding(Text("\n".join(self._complete)), (0, 0, 0, INDENT))
            self._complete, self._printed = [], now


def _shown(line: str) -> str:
    shown = shown_lines(line)
    return clean(shown[0]) if shown else ""
