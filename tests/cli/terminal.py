"""A terminal with `labrunner` in it: what a person would see, and can type."""

import fcntl
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pyte


class Terminal:
    """Runs a program in a pseudo-terminal and keeps its screen."""

    def __init__(
        self, argv: list[str], *, folder: Path, environment: Mapping[str, str], columns: int, rows: int
    ) -> None:
        self.screen = pyte.HistoryScreen(columns, rows, history=1000, ratio=1)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(argv[0], argv, {**environment, "TERM": "xterm-256color"})

    @property
    def lines(self) -> list[str]:
        """Everything on the screen and scrolled off it, without blanks at line ends."""
        above = [
            "".join(line[x].data for x in range(self.screen.columns)) for line in self.screen.history.top
        ]
        return [line.rstrip() for line in (*above, *self.screen.display)]

    @property
    def text(self) -> str:
        """The same as one string, without empty lines at the end."""
        return "\n".join(self.lines).rstrip("\n")

    def wait_until(self, seen: Callable[[str], bool], *, timeout: float = 20.0) -> str:
        """Read until the screen is as wanted."""
        deadline = time.monotonic() + timeout
        while not seen(self.text):
            assert time.monotonic() < deadline, self.text
            assert self._read(deadline), f"it has ended:\n{self.text}"
        return self.text

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._fd, keys)

    def finish(self, *, timeout: float = 20.0) -> int:
        """Read to the end; return the exit code."""
        deadline = time.monotonic() + timeout
        while self._read(deadline):
            assert time.monotonic() < deadline, self.text
        os.close(self._fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _read(self, deadline: float) -> bool:
        if not select.select([self._fd], [], [], max(deadline - time.monotonic(), 0.0))[0]:
            return True
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False  # the last program has closed the terminal
        self.raw += data
        self._stream.feed(data)
        return bool(data)
