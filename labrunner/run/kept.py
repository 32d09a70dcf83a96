"""Output in memory that does not grow with it: the beginning and the end of a text."""

from collections import deque

HEAD = 512 * 1024
TAIL = 512 * 1024
"""Characters kept of a command's output for comparison. Promised output is a page's size; a flood is not."""


class Kept:
    """Takes a text piece by piece and remembers its first `head` and last `tail` characters."""

    def __init__(self, *, head: int = HEAD, tail: int = TAIL) -> None:
        self._head: list[str] = []
        self._tail: deque[str] = deque()
        self._room = head
        self._limit = tail
        self._in_tail = 0
        self.omitted = 0
        """Characters that were forgotten between the two."""

    def add(self, text: str) -> None:
        """Take the next piece."""
        if self._room:
            self._head.append(text[: self._room])
            text = text[self._room :]
            self._room -= len(self._head[-1])
        if text:
            self._tail.append(text)
            self._in_tail += len(text)
            self._forget()

    def _forget(self) -> None:
        while self._in_tail - len(self._tail[0]) >= self._limit:
            gone = len(self._tail.popleft())
            self._in_tail -= gone
            self.omitted += gone

    @property
    def text(self) -> str:
        """What is left; where characters are missing, a line says how many."""
        tail = "".join(self._tail)
        surplus = max(len(tail) - self._limit, 0) if self.omitted or self._in_tail > self._limit else 0
        missing = self.omitted + surplus
        gap = f"\n[{missing} characters left out]\n" if missing and self._head else ""
        return "".join(self._head) + gap + tail[surplus:]
