"""A running shell taking one command at a time: the part's front door.

Everything that decides which shell a command meets lives here: starting it, keeping its state in hand,
replacing it when a command has ended it. The running command itself is `Execution`'s.
"""

import os
import re
import time
from types import TracebackType
from typing import Self

from labrunner.shell import bash, processes
from labrunner.shell.channel import Channel
from labrunner.shell.execution import Ending, Execution, Running
from labrunner.shell.memory import Memory
from labrunner.shell.model import Completed, Outcome, Shell, ShellError
from labrunner.shell.reader import PromptReader
from labrunner.shell.state import State
from labrunner.shell.stop import Stop
from labrunner.shell.sweep import MARKER

_START_LIMIT = 20.0
"""Seconds until the first prompt: a confined shell on a busy machine takes a while, a broken one for ever."""

_QUIET_LIMIT = 5.0
"""Seconds for what we ask of the shell between two commands."""

_MAY_END_UNSEEN = re.compile(r"\b(?:exec|kill|pkill|killall)\b")
"""Commands after which bash may be gone without having run its EXIT trap: its state is saved beforehand."""

_SNAPSHOT_SHARE = 50.0
"""A snapshot is also taken whenever commands have run for this many times what the last one cost, so it costs
two hundredths at most and is never far behind when the kernel kills a shell."""


class Session:
    """A running shell, taking one command at a time. A context manager: leaving it closes it.

    Args:
        shell: How to start bash.
        columns: Width of the terminal, in characters.
        rows: Height of the terminal, in lines.
        stop: Whose requests interrupt the running command.

    Raises:
        ShellError: Bash does not start; the message holds what it said.
    """

    def __init__(self, shell: Shell, *, columns: int = 120, rows: int = 40, stop: Stop | None = None) -> None:
        self._shell = shell
        self._columns, self._rows = columns, rows
        self._stop = stop or Stop()
        self.marker = os.urandom(8).hex()
        """Value of the environment variable `MARKER` in all that the session starts: for a later `sweep`."""
        self._nonce = os.urandom(8).hex()
        self._memory = Memory()
        self._state: State | None = None
        self._snapshot_cost, self._busy = 0.0005, 0.0
        self._told = False
        self._lost = ""
        self._last: Execution | None = None
        self._closed = False
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def background_jobs(self) -> tuple[str, ...]:
        """Command lines, with their pids, of what earlier commands left running in the background."""
        if self._closed or self._channel.ended:
            return ()
        return tuple(
            f"{processes.command_line(pid)} (pid {pid})" for pid in processes.children(self._lineage[-1])
        )

    def run(self, command: str, *, timeout: float) -> Execution:
        """Hand `command` over; iterate what is returned for its output, then ask it for `completed`.

        A non-zero exit status is a result, not an exception: the caller says whether it is a failure.
        A command that is still running, because its iteration was left, is stopped first.

        Args:
            command: One complete command. Newlines are fine, as in here-documents.
            timeout: Seconds for the whole command, not for each read.

        Raises:
            ShellError: The shell had ended and a new one does not start, or the session is closed.
        """
        if self._closed:
            raise ShellError("the session is closed")
        requested = self._stop.requested
        if self._last is not None and not self._last.over:
            self._last.abandon()
        self._have_a_shell()
        self._prepare(command)
        self._have_a_shell()
        running = Running(self._channel, self._reader, self._stop, self._lineage, self._earlier())
        self._last = Execution(
            running,
            command,
            timeout=timeout,
            requested=requested,
            finish=lambda ending: self._finish(command, ending),
        )
        self._hand_over(command.encode())
        return self._last

    def close(self) -> None:
        """End the shell and everything it started, within two seconds; a second call does nothing."""
        if not self._closed:
            self._closed = True
            self._channel.close()
            self._memory.close()

    def _start(self) -> None:
        self._channel = Channel(
            (*self._shell.argv, *bash.OPTIONS),
            environment={**self._shell.environment, MARKER: self.marker},
            directory=self._shell.directory,
            columns=self._columns,
            rows=self._rows,
            shared=self._memory.fileno(),
        )
        self._channel.listen(self._stop)
        self._reader = PromptReader(
            self._nonce, echo=bash.ECHO, noise=bash.prompt_command(self._nonce).encode() + b"\r\n"
        )
        said = self._quietly(bash.setup(self._nonce).encode(), limit=_START_LIMIT)
        if said is not None:
            self._channel.close()
            self._closed = True
            raise ShellError(
                f"{' '.join(self._shell.argv)} did not come to a prompt: {said or 'it said nothing'}",
                remedy="check that it is bash 5.1 or newer and can start in this place",
            )
        # An interactive bash leads the foreground group: that is how it is found inside a confinement.
        self._lineage = self._ancestry(self._channel.foreground)

    def _ancestry(self, pid: int) -> tuple[int, ...]:
        line = [pid]
        while (
            line[0] != self._channel.pid
            and (process := processes.look(line[0])) is not None
            and process.parent
        ):
            line.insert(0, process.parent)
        return tuple(line)

    def _have_a_shell(self) -> None:
        """Start a new shell where the old one has ended, and bring it to where that one was."""
        if not self._channel.ended:
            return
        if not self._told:
            self._lost = "the shell had ended since the last command and was replaced"
        self._told = False
        self._channel.close()
        self._start()
        if self._state is not None:
            restored = self._state.restore(self._shell.environment)
            self._quietly(restored + b"\n" + bash.setup(self._nonce).encode())

    def _hand_over(self, text: bytes) -> None:
        self._memory.write(text)
        self._reader.begin()
        self._channel.type(bash.LINE)

    def _quietly(self, text: bytes, *, limit: float = _QUIET_LIMIT) -> str | None:
        """Have the shell run something of ours; `$?` stays the lab's. When it fails: what the shell said."""
        status = self._reader.prompt.status if self._reader.prompt else 0
        self._hand_over(text + b"\n\\builtin return %d\n" % status)
        said, deadline = b"", time.monotonic() + limit
        while self._reader.prompt is None:
            data = self._channel.read(deadline - time.monotonic())
            said = (said + self._reader.feed(data))[-1000:]
            if not data and (self._channel.ended or time.monotonic() >= deadline):
                self._channel.close()
                return said.decode(errors="replace").strip()
        return None

    def _earlier(self) -> frozenset[int]:
        found = {child for pid in self._lineage for child in processes.children(pid)}
        return frozenset(found - set(self._lineage))

    def _prepare(self, command: str) -> None:
        options = self._reader.prompt.options if self._reader.prompt else ""
        if "DEBUG" in command and "T" not in options:
            # Without functrace a sourced file neither runs a DEBUG trap nor can it take one away.
            self._quietly(b"set -T")
        if _MAY_END_UNSEEN.search(command) or self._busy > _SNAPSHOT_SHARE * self._snapshot_cost:
            started = time.monotonic()
            self._quietly(bash.SNAPSHOT.encode())
            self._state = State.parse(self._memory.read()) or self._state
            self._snapshot_cost, self._busy = time.monotonic() - started, 0.0

    def _finish(self, command: str, ending: Ending) -> Completed:
        self._busy += ending.duration
        notice = [self._lost] if self._lost else []
        self._lost = ""
        if ending.status is None:
            notice.append(self._shell_gone(ending))
        elif ending.cause is not None:
            self._quietly(b"")  # a prompt of an interrupt that came late must not end the next command
        elif "trap" in command:
            self._chain_exit_trap()
        return Completed(
            exit_status=self._channel.exit_status if ending.status is None else ending.status,
            duration=ending.duration,
            outcome=_outcome(ending),
            waited_for=ending.waited_for,
            notice="; ".join(filter(None, notice)) or None,
        )

    def _shell_gone(self, ending: Ending) -> str:
        """Take what the old shell wrote of its state; say what became of it."""
        state = State.parse(self._memory.read())
        jobs = state.jobs if state else ()
        self._state = state or self._state
        self._busy = 0.0
        self._told = True
        what = (
            "the command ended the shell"
            if ending.cause is None
            else "the shell could not be kept and was ended"
        )
        if self._state is None:
            has = "starts afresh"
        else:
            has = "has its directory, variables, functions, aliases and options"
            has += "" if state else ", as they were before the command"
        gone = f"; background jobs are gone: {', '.join(jobs)}" if jobs else ""
        return f"{what}; the next command gets a new one that {has}{gone}"

    def _chain_exit_trap(self) -> None:
        """If the lab has set an EXIT trap of its own, run ours before it."""
        if self._quietly(bash.EXIT_TRAP_QUERY.encode()) is None:
            found = self._memory.read().decode(errors="surrogateescape").strip()
            if bash.SNAPSHOT_BEGINS not in found:
                lab = found.removeprefix("trap -- ").removesuffix(" EXIT") or "''"
                self._quietly(bash.exit_trap(lab).encode(errors="surrogateescape"))


def _outcome(ending: Ending) -> Outcome:
    if ending.cause is not None:
        return ending.cause
    return "prompted" if ending.status is not None else "exited"
