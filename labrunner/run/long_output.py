"""Output that is too long for the journal, in a file beside it."""

import os
from pathlib import Path

from labrunner.events import Output

LIMIT = 64 * 1024
"""Characters of one command's output in the journal itself."""


class LongOutput:
    """Remembers the output of the command that runs, and moves it to a file once it is long."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pieces: list[str] = []
        self._length = 0
        self._file: int | None = None
        self.path = folder
        """The file, once there is one."""

    @property
    def is_long(self) -> bool:
        """Whether there is a file."""
        return self._file is not None

    def add(self, event: Output) -> None:
        """Take the next piece."""
        self._length += len(event.text)
        self._pieces.append(event.text)
        if self._file is None and self._length > LIMIT:
            self.path = self._folder / "output" / f"{event.step:04}-{event.command}.txt"
            self.path.parent.mkdir(exist_ok=True)
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        if self._file is not None:
            os.write(self._file, "".join(self._pieces).encode(errors="replace"))
            self._pieces.clear()

    def finish(self) -> str:
        """The command has ended: say where its output is, if it is in a file."""
        length, self._length = self._length, 0
        self._pieces.clear()
        if self._file is None:
            return ""
        self.close()
        return f"the whole output, {length:,} characters, is in {os.path.relpath(self.path)}"

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
