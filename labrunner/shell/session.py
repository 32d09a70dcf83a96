"""A running shell taking one command at a time: the part's front door.

Which bash a command meets is decided here: the one that was there, or a new one that knows what the last one
knew. The bash itself is `LiveShell`'s, the running command `Execution`'s.
"""

import os
import re
import time
from types import TracebackType
from typing import Self

from labrunner.shell import bash, notice
from labrunner.shell.execution import Ending, Execution
from labrunner.shell.live import LiveShell
from labrunner.shell.model import Completed, Shell, ShellError
from labrunner.shell.state import State
from labrunner.shell.stop import Stop

_MAY_END_UNSEEN = re.compile(r"\b(?:exec|kill|pkill|killall|trap)\b")
"""Commands that may make bash end without running its EXIT trap: its state is saved beforehand."""

_MAY_END_LATE = re.compile(r"\bexec\b.*<")
"""Commands after which bash may prompt once more, and then find the end of its input."""

_SNAPSHOT_SHARE = 50.0
"""A snapshot is also taken whenever commands have run for this many times what the last one cost: it then
costs two hundredths at most, and is never far behind when the kernel kills a shell."""


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
        self._state: State | None = None
        self._snapshot_cost, self._busy = 0.0005, 0.0
        self._to_tell, self._gone_told = "", False
        self._last: Execution | None = None
        self._closed = False
        self._live = self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def background_jobs(self) -> tuple[str, ...]:
        """What bash lists as running or stopped in the background: text and pid of each job.

        Ask between commands only.
        """
        return () if self._closed or self._live.channel.ended else self._live.jobs()

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
        live = self._live
        self._last = Execution(
            live,
            command,
            timeout=timeout,
            stop=self._stop,
            requested=requested,
            finish=lambda ending: self._finish(command, ending),
        )
        live.hand_over(command.encode(errors="surrogateescape"))
        return self._last

    def idle(self, seconds: float) -> None:
        """Wait between two commands; return early when a stop is requested.

        Sleeping instead would block background jobs once the terminal's few KiB are full. What they say comes
        with the next command's output, at most the last MiB of it.
        """
        self._live.idle(seconds, stop=self._stop)

    def close(self) -> None:
        """End the shell and everything it started, within two seconds; a second call does nothing."""
        if not self._closed:
            self._closed = True
            self._last = None
            self._live.close()

    def _start(self) -> LiveShell:
        return LiveShell(
            self._shell, columns=self._columns, rows=self._rows, stop=self._stop, marker=self.marker
        )

    def _have_a_shell(self) -> None:
        """Start a new shell where the old one has ended, and bring it to where that one was."""
        if self._live.reachable:
            return
        # After a command that ended it, all has been told and its last words are in hand.
        if not self._gone_told:
            why = notice.ended_meanwhile(cut_off=not self._live.channel.ended)
            self._live.channel.close()
            self._to_tell = notice.joined(why, self._shell_gone(had_jobs=True, already=True))
        self._gone_told = False
        self._live.close()
        self._live = self._start()
        if self._state is not None:
            self._live.take_over(self._state, initial=tuple(self._shell.environment))

    def _prepare(self, command: str) -> None:
        if "DEBUG" in command and "T" not in self._live.prompt.options:
            # Without functrace a sourced file neither runs a DEBUG trap nor can it take one away.
            self._live.ask("set -T")
        if _MAY_END_UNSEEN.search(command) or self._busy > _SNAPSHOT_SHARE * self._snapshot_cost:
            started = time.monotonic()
            self._state = self._live.snapshot() or self._state
            self._snapshot_cost, self._busy = time.monotonic() - started, 0.0
        self._have_a_shell()

    def _finish(self, command: str, ending: Ending) -> Completed:
        """Make `Completed` of what the execution saw, and leave the shell ready for the next command."""
        self._busy += ending.duration
        told, self._to_tell = self._to_tell, ""
        if ending.status is not None:
            told = notice.joined(told, notice.stopped(ending.stages))
            self._settle(command, ending)
        if ending.status is None:
            why = notice.ended(forced=ending.cause is not None, other_shell=ending.other_shell)
            told = notice.joined(told, why, self._shell_gone(had_jobs=ending.had_jobs))
        return Completed(
            exit_status=self._exit_status(ending),
            duration=ending.duration,
            outcome=ending.cause or ("exited" if ending.status is None else "prompted"),
            waited_for=ending.waited_for,
            notice=told or None,
        )

    def _settle(self, command: str, ending: Ending) -> None:
        """See to what a command may have left behind that would disturb the next one."""
        if ending.cause is not None:
            # Waits for the second prompt that an interrupt can lead to, and drops its empty line. What was
            # ended in the background is our doing: bash need not announce it.
            self._live.ask(bash.FORGET_DEAD_JOBS, aside=False)
        elif _MAY_END_LATE.search(command):
            if not self._live.ask(""):
                ending.status = None
        elif "trap" in command:
            self._live.keep_exit_trap()

    def _exit_status(self, ending: Ending) -> int:
        if ending.status is not None:
            return ending.status
        # A shell that replaced ours came to its prompt; that we ended it is not the command's failure.
        return 0 if ending.other_shell else self._live.channel.exit_status

    def _shell_gone(self, *, had_jobs: bool, already: bool = False) -> str:
        """Take what the old shell wrote of its state; say what becomes of it and of its jobs."""
        words = self._live.last_words()
        known = words or (self._state if had_jobs else None)
        self._state = words or self._state
        self._busy, self._gone_told = 0.0, True
        jobs = known.jobs if known else ()
        return notice.successor(self._state, fresh=words is not None, jobs=jobs, already=already)
