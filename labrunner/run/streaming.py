"""One command through the shell: bytes in, masked text out, piece by piece.

Nothing behind this sees a secret that can be told by its shape. What the text means for a step is left to
`steps`.
"""

import codecs
from collections.abc import Callable, Generator
from signal import SIGINT

from labrunner.events import Output
from labrunner.run.kept import Kept
from labrunner.run.redact import Redactor
from labrunner.shell.model import Completed
from labrunner.shell.session import Session

INTERRUPTED = 128 + SIGINT
"""Exit status of a command that was stopped before it began."""

_Decoder = codecs.getincrementaldecoder("utf-8")


def stream(
    session: Session,
    text: str,
    *,
    step: int,
    command: int,
    timeout: float,
    kept: Kept,
    unmasked: Kept | None = None,
    is_unwanted: Callable[[], bool] = lambda: False,
) -> Generator[Output, None, Completed]:
    """Hand `text` to the shell and yield its output as it comes; return how it ended.

    Args:
        session: The shell.
        text: One complete command.
        step: For the events.
        command: For the events.
        timeout: Seconds.
        kept: Gets what the events say.
        unmasked: Gets the output as it is: for the lab's own hook, never for people.
        is_unwanted: Asked at the last moment: the session hears only requests to stop that are made while
            a command runs, and whoever reads the events may have taken its time.
    """
    if is_unwanted():
        return Completed(INTERRUPTED, 0.0, "interrupted", None, None)
    lines, redactor = _Lines(), Redactor()
    execution = session.run(text, timeout=timeout)
    for data in execution:
        piece = lines.feed(data)
        if unmasked is not None:
            unmasked.add(piece)
        if ready := redactor.feed(piece):
            kept.add(ready)
            yield Output(step, command, ready)
    piece = lines.finish()
    if unmasked is not None and piece:
        unmasked.add(piece)
    if ready := redactor.finish(piece):
        kept.add(ready)
        yield Output(step, command, ready)
    return execution.completed


class _Lines:
    """Decode, and end lines with `\\n` alone: a terminal ends them with `\\r\\n`."""

    def __init__(self) -> None:
        self._decode = _Decoder(errors="replace").decode
        self._held = ""

    def feed(self, data: bytes) -> str:
        text = self._held + self._decode(data)
        self._held = "\r" if text.endswith("\r") else ""
        return text.removesuffix("\r").replace("\r\n", "\n")

    def finish(self) -> str:
        return self._held + self._decode(b"", final=True)
