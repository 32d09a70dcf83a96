"""Cut a shell's byte stream at its prompts. No I/O, no clock; memory does not grow with the output.

What a terminal gives back for one command is: what background jobs had to say meanwhile, the echo of our
line, the output, the mark of the next prompt. A mark's number tells it from one that came too late,
such as the second prompt after an interrupt.
"""

import re
from dataclasses import dataclass

_LONGEST_STATUS = 48
"""Bytes: a command's number in its wrapping, three digits, and the letters of `$-`, with their separators."""

_LONGEST_TRACE = 512
"""Bytes: where `set -x` shows our line behind a PS4 longer than this, it stays in the output."""

_KEPT = 1 << 20
"""Bytes of what background jobs say between two commands: of more, the last."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The shell prompts."""

    number: int
    """Commands that were run so far, plus one: as bash's `\\#`."""
    status: int
    """`$?`."""
    options: str
    """`$-`: the letters of the options in force."""


class PromptReader:
    """Turns bytes into a command's output and, at its end, a `Prompt`.

    Args:
        start: What every mark begins with.
        mark: What a whole mark looks like, with groups `number` or `plain`, `status` and `options`. Printing
            variables cannot forge one: there it stands with `$?` unexpanded.
        echo: How the terminal shows the line that starts a command.
        noise: What `set -v` shows ahead of each mark.
    """

    def __init__(self, start: bytes, mark: re.Pattern[bytes], *, echo: bytes, noise: bytes) -> None:
        self._start, self._mark = start, mark
        self._echo, self._noise = echo, noise
        self._trace = echo.removeprefix(b"\\")
        self._held = self._aside = b""
        self._sets_aside = False
        self._last = Prompt(-1, 0, "")
        self._traces = 0
        self.awaits_echo = False
        """Whether our line has not been seen yet: the terminal, and so bash, may not have taken it."""
        self.prompt: Prompt | None = None
        """The prompt that ended the command, once it came. What follows it waits for the next `begin`."""

    def begin(self, *, set_aside: bool = False) -> None:
        """A command is handed over: from here on its output is wanted.

        With `set_aside`, what comes ahead of its echo is not its own and waits for the next command.
        """
        self._last = self.prompt or self._last
        self.prompt = None
        self.awaits_echo = True
        self._traces = 0
        self._sets_aside = set_aside
        if not set_aside:
            self._held, self._aside = self._aside + self._held, b""

    def expect_echo(self) -> None:
        """Our line is typed once more within the same command."""
        self.awaits_echo = True

    def keep(self, data: bytes) -> None:
        """Take bytes that come between two commands: the next one's output begins with them."""
        self._held = (self._held + data)[-_KEPT:]

    def set_aside(self, output: bytes) -> None:
        """Have it wait for the next command whose output is wanted."""
        self._aside = (self._aside + output)[-_KEPT:]

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes, cut anywhere; return what is certainly output.

        Once `prompt` is set the command is over and nothing may be fed before the next `begin`.
        """
        self._held += data
        output = [self._sorted(self._until_echo(), ahead=True)]
        while self.prompt is None and (mark := self._next_mark()):
            before, self._held = self._held[: mark.start()], self._held[mark.end() :]
            output.append(self._sorted(before.removesuffix(self._noise), ahead=self.awaits_echo))
            self._take(mark)
        if self.prompt is None:
            output.append(self._sorted(self._release(), ahead=self.awaits_echo))
        return b"".join(output)

    def flush(self) -> bytes:
        """What is still held back, when no more bytes can come."""
        rest, self._held = self._held, b""
        return rest

    def _next_mark(self) -> "re.Match[bytes] | None":
        # find() is several times as fast as a pattern, and nearly all data holds no mark.
        return self._mark.search(self._held) if self._start in self._held else None

    def _take(self, mark: "re.Match[bytes]") -> None:
        number = int(mark["number"] or mark["plain"])
        if number > self._last.number:
            self.prompt = Prompt(number, int(mark["status"]), mark["options"].decode())

    def _sorted(self, output: bytes, *, ahead: bool) -> bytes:
        """Give output, or set it aside when it came `ahead` of the echo and is not wanted yet."""
        if not (ahead and self._sets_aside):
            return output
        self.set_aside(output)
        return b""

    def _until_echo(self) -> bytes:
        """Cut the echo of our line and what follows of it; give what came ahead, without late prompts."""
        if not self.awaits_echo:
            self._cut_traces()
            return b""
        before, found, after = self._held.partition(self._echo)
        if not found:
            return b""
        self.awaits_echo = False
        self._held = after
        self._traces = sum(map(self._last.options.count, "xv"))
        self._cut_traces()
        return self._mark.sub(b"", before)

    def _cut_traces(self) -> None:
        """Our line is traced by `set -x`, and shown again by `set -v`."""
        while self._traces and b"\n" in self._held:
            line, _, after = self._held.partition(b"\n")
            if not (line + b"\n").endswith(self._trace):
                self._traces = 0
                break
            self._traces -= 1
            self._held = after

    def _release(self) -> bytes:
        """Everything but a tail that may be the beginning of something to cut."""
        if self._traces and b"\n" not in self._held and len(self._held) < _LONGEST_TRACE:
            return b""
        tail = len(self._held)
        for cut in (self._start, self._noise + self._start, self._echo if self.awaits_echo else b""):
            tail = min(tail, _beginning(self._held, cut))
        started = self._held.rfind(self._start, max(0, len(self._held) - len(self._start) - _LONGEST_STATUS))
        if started >= 0:
            tail = min(tail, len(self._held[:started].removesuffix(self._noise)))
        output, self._held = self._held[:tail], self._held[tail:]
        return output


def _beginning(data: bytes, token: bytes) -> int:
    """Where the longest end of `data` starts that begins `token`; its length when there is none."""
    at = max(0, len(data) - len(token))
    while token and (at := data.find(token[:1], at)) >= 0:
        if token.startswith(data[at:]):
            return at
        at += 1
    return len(data)
