"""The outer end of a pseudo-terminal."""

import fcntl
import os
import struct
import termios

from labrunner.sandbox.node.descriptors import ReadEnd, WriteEnd


class Terminal:
    """A terminal that some process runs on, seen from where a person sits."""

    def __init__(self, outer: int) -> None:
        """Take over the descriptor `outer`."""
        self.output = ReadEnd(outer)
        self.input = WriteEnd(os.dup(outer))
        self._outer = outer

    def resize(self, columns: int, rows: int) -> None:
        """Tell it its size; the foreground process gets SIGWINCH."""
        if not self.output.closed:
            fcntl.ioctl(self._outer, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def close(self) -> None:
        """Hang up."""
        self.output.close()
        self.input.close()
