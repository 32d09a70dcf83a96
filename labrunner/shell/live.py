"""One bash from its start to its end: handing it text, asking it things, and saving what it knows.

Everything that rests on what `bash` (the module) tells it is here; which bash a command meets, and what
people are told when it is another one, is left to `Session`.
"""

import os
import select
import time

from labrunner.shell import bash, lost, processes
from labrunner.shell.channel import Channel
from labrunner.shell.lost import Loss
from labrunner.shell.memory import Memory
from labrunner.shell.model import Shell, ShellError
from labrunner.shell.reader import Prompt, PromptReader
from labrunner.shell.state import State, read_jobs
from labrunner.shell.stop import Stop
from labrunner.shell.sweep import MARKER

_START_LIMIT = 20.0
"""Seconds until the first prompt: a confined shell on a busy machine takes a while, a broken one for ever."""

_ASK_LIMIT = 5.0
"""Seconds for what we ask of the shell between two commands."""

_TRACING = frozenset("xvT")
"""Options, as in `$-`, with which what we ask shows up in the output."""

_WORDS_KEPT = 1000
"""Bytes of what a shell says that goes wrong: enough for its error message."""


class LiveShell:
    """A bash at its prompt, or running the one thing that it was handed.

    Raises:
        ShellError: It does not start; the message holds what it said.
    """

    def __init__(self, shell: Shell, *, columns: int, rows: int, stop: Stop, marker: str) -> None:
        self._nonce = os.urandom(8).hex()
        self._memory = Memory()
        self.channel = Channel(
            (*shell.argv, *bash.OPTIONS),
            environment={**shell.environment, MARKER: marker},
            directory=shell.directory,
            columns=columns,
            rows=rows,
            shared=self._memory.fileno(),
        )
        self.channel.listen(stop)
        self.reader = PromptReader(
            bash.mark_start(self._nonce),
            bash.mark(self._nonce),
            echo=bash.ECHO,
            noise=bash.noise(self._nonce),
        )
        if not self.ask(bash.setup(self._nonce), limit=_START_LIMIT, aside=False):
            self._memory.close()
            raise ShellError(
                f"{' '.join(shell.argv)} did not come to a prompt: {self._words or 'it said nothing'}",
                remedy="check that it is bash 5.1 or newer and can start in this place",
            )
        # An interactive bash leads the foreground group: that is how it is found inside a confinement.
        self.lineage = _ancestry(self.channel.foreground, upto=self.channel.pid)
        """Pids from the keeper down to bash itself."""
        self._started_as = processes.command_line(self.bash)

    @property
    def bash(self) -> int:
        """Bash's own pid, which is that of its process group as well."""
        return self.lineage[-1]

    @property
    def prompt(self) -> Prompt:
        """The last prompt it gave."""
        return self.reader.prompt or Prompt(0, 0, "")

    @property
    def reachable(self) -> bool:
        """Whether it can be handed anything: a lab may close every descriptor there is, ours among them."""
        return not self.channel.ended and self._memory.shared_with(self.bash)

    def hand_over(self, text: bytes, *, aside: bool = False) -> None:
        """Start running `text`; its output and the next prompt come through `channel` and `reader`.

        With `aside`, what background jobs have said waits for the next one.
        """
        self._memory.write(text)
        self.reader.begin(set_aside=aside)
        self.channel.type(bash.LINE)

    def ask(self, text: str | bytes, *, limit: float = _ASK_LIMIT, aside: bool = True) -> bool:
        """Run something of ours to its end and throw away what it prints; the lab's `$?` stays.

        Without `aside`, what came before is thrown away as well.

        A shell that cannot do even that is ended: the answer is False.
        """
        if self.channel.ended:
            return False
        text = text if isinstance(text, bytes) else text.encode(errors="surrogateescape")
        status, said, deadline = self.prompt.status, b"", time.monotonic() + limit
        self.hand_over(text + b"\n\\builtin return %d\n" % status, aside=aside)
        while self.reader.prompt is None:
            data = self.channel.read(deadline - time.monotonic())
            said += self.reader.feed(data)
            if not data and (self.channel.ended or time.monotonic() >= deadline):
                self.channel.close()
                said += self.reader.feed(self.channel.rest())
                self._words = said[-_WORDS_KEPT:].decode(errors="replace").strip()
                return False
        if aside and _TRACING.isdisjoint(self.prompt.options):
            self.reader.set_aside(said)  # ours says nothing: a background job did
        return True

    def idle(self, seconds: float, *, stop: Stop) -> None:
        """Let time pass at the prompt, while background jobs may say what they have to say."""
        deadline, requested = time.monotonic() + seconds, stop.requested
        while stop.requested == requested and (left := deadline - time.monotonic()) > 0:
            if self.channel.ended:
                select.select([stop], [], [], left)
                stop.clear()
            else:
                self.reader.keep(self.channel.read(left))

    def loss(self) -> Loss:
        """Whether it prompts without our being able to see it."""
        # Until the line is echoed bash may not have been given it, and waits at its prompt in all innocence.
        if self.reader.awaits_echo or self.channel.foreground != self.bash:
            return ""
        return lost.loss(self.bash, started_as=self._started_as)

    def recover(self) -> None:
        """Have it mark the prompt that it is at, and those to come."""
        self._memory.write(bash.recovery(self._nonce).encode())
        self.reader.expect_echo()
        self.channel.type(bash.LINE)

    def children(self) -> frozenset[int]:
        """Pids of what earlier commands left running: bash's own, and orphans that went to its ancestors."""
        found = {child for pid in self.lineage for child in processes.children(pid)}
        return frozenset(found - set(self.lineage))

    def jobs(self) -> tuple[str, ...]:
        """What bash lists as running or stopped in the background."""
        if not processes.children(self.lineage[-1]):
            return ()
        return read_jobs(self._memory.read()) if self.ask(bash.JOBS_QUERY) else ()

    def snapshot(self) -> State | None:
        """What a successor would need to know."""
        return self.last_words() if self.ask(bash.SNAPSHOT) else None

    def last_words(self) -> State | None:
        """What it wrote of its state when it ended; `None` when it had no chance to."""
        return State.parse(self._memory.read())

    def take_over(self, state: State, *, initial: tuple[str, ...]) -> None:
        """Go on where another shell was, whose environment began with the variables `initial`."""
        self.ask(state.restore(initial) + b"\n" + bash.setup(self._nonce).encode(), aside=False)

    def keep_exit_trap(self) -> None:
        """If the lab has set an EXIT trap of its own, run ours before it."""
        if self.ask(bash.EXIT_TRAP_QUERY):
            found = self._memory.read().decode(errors="surrogateescape").strip()
            if bash.SNAPSHOT_BEGINS not in found:
                self.ask(bash.exit_trap(found.removeprefix("trap -- ").removesuffix(" EXIT") or "''"))

    def close(self) -> None:
        """End it and everything it started; its last words are lost."""
        self.channel.close()
        self._memory.close()


def _ancestry(pid: int, *, upto: int) -> tuple[int, ...]:
    line = [pid]
    while line[0] != upto and (process := processes.look(line[0])) is not None and process.parent:
        line.insert(0, process.parent)
    return tuple(line)
