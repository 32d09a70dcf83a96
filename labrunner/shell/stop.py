"""A request to stop the running command that wakes whoever waits, from any thread or signal handler."""

import contextlib
import os


class Stop:
    """Ctrl-C, as a value that can be waited for.

    `request` is safe in a signal handler: it adds one and writes a byte. Requests are never taken back:
    a command only reacts to those made while it runs, so clean-up may run after the first one.
    """

    def __init__(self) -> None:
        self.requested = 0
        """How many requests there were so far."""
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def request(self) -> None:
        """Ask once more. The first stops the running command gently, a second one at once."""
        self.requested += 1
        # A full pipe has woken the reader already.
        with contextlib.suppress(BlockingIOError):
            os.write(self._write, b"!")

    def fileno(self) -> int:
        """Descriptor that becomes readable when there was a request; `clear` makes it quiet again."""
        return self._read

    def clear(self) -> None:
        """Swallow wake-ups that have been seen."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._read, 4096)

    def __del__(self) -> None:
        os.close(self._read)
        os.close(self._write)
