"""Ctrl-C and its relatives: what they mean depends on how far the run is.

A closed terminal (HUP) or a scheduler's TERM are no reason to leave a cluster dirty: they mean what Ctrl-C
does.
"""

import signal
from types import FrameType, TracebackType
from typing import Any, Literal, Self

from labrunner.shell.stop import Stop

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Answers the signals while its context lasts.

    Attributes:
        meaning: `give up`: nothing has been run, so end with `KeyboardInterrupt`. `stop`: ask the run to
            stop, which it does in its own time. `tidying up`: it is ending already, so nothing.
    """

    def __init__(self, stop: Stop) -> None:
        self.meaning: Literal["give up", "stop", "tidying up"] = "give up"
        self._stop = stop
        self._earlier: list[tuple[signal.Signals, Any]] = []

    def __enter__(self) -> Self:
        self._earlier = [(number, signal.signal(number, self._answer)) for number in SIGNALS]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._earlier:
            signal.signal(number, handler)

    def _answer(self, number: int, frame: FrameType | None) -> None:
        if self.meaning == "give up":
            raise KeyboardInterrupt
        if self.meaning == "stop":
            self._stop.request()
