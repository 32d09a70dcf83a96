"""One command on its way through the shell: its output as it comes, its limit, and how it is stopped."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from signal import SIGCONT, SIGHUP, SIGINT, SIGKILL, SIGTERM
from typing import Literal

from labrunner.shell import processes, waiting
from labrunner.shell.channel import Channel
from labrunner.shell.climb import AGAIN, Climb, Stage
from labrunner.shell.model import Completed
from labrunner.shell.reader import PromptReader
from labrunner.shell.stop import Stop

Cause = Literal["timed_out", "interrupted"]

_SIGNALS = {"interrupt": SIGINT, "terminate": SIGTERM, "kill": SIGKILL}

_ABOUT_TO_PROMPT = 0.2
"""Seconds that bash has from coming back to the foreground until it is taken to be at work itself."""

_LEFTOVER_GRACE = 0.3
"""Seconds between terminating and killing what a stopped command has left in the background."""


@dataclass(frozen=True, slots=True)
class Running:
    """What an execution needs to know of the shell that it runs in."""

    channel: Channel
    reader: PromptReader
    stop: Stop
    lineage: tuple[int, ...]
    """Pids from the keeper down to bash itself."""
    earlier: frozenset[int]
    """Pids, below those of `lineage`, that were there before the command: earlier background jobs."""

    @property
    def bash(self) -> int:
        """Bash's own pid, and that of its process group."""
        return self.lineage[-1]


@dataclass(slots=True)
class Ending:
    """How the reading ended; the session makes `Completed` of it."""

    status: int | None = None
    """At a prompt: `$?`. `None`: the shell has ended."""
    cause: Cause | None = None
    """Why it was stopped, if it was."""
    waited_for: str | None = None
    climb: list[Stage] = field(default_factory=list)
    """What it took to stop it."""
    had_jobs: bool = False
    """Whether earlier background jobs were there when the command began."""
    duration: float = 0.0


class Execution:
    """Iterate to get a command's output as it comes, in pieces cut anywhere; then read `completed`."""

    def __init__(
        self,
        running: Running,
        command: str,
        *,
        timeout: float,
        requested: int,
        finish: Callable[[Ending], Completed],
    ) -> None:
        self._running = running
        self._command = command
        self._started = time.monotonic()
        self._deadline = self._started + timeout
        self._requested = requested
        self._finish = finish
        self._climb: Climb | None = None
        self._foreground = self._signalled = 0
        self._since = self._started
        self._ending = Ending(had_jobs=bool(running.earlier))
        self._completed: Completed | None = None

    @property
    def completed(self) -> Completed:
        """How the command ended.

        Raises:
            RuntimeError: The iteration has not ended yet; that is a mistake of the caller.
        """
        if self._completed is None:
            raise RuntimeError("the command is still running; iterate to its end first")
        return self._completed

    @property
    def over(self) -> bool:
        """Whether `completed` is there."""
        return self._completed is not None

    def __iter__(self) -> Iterator[bytes]:
        """Read until the shell prompts again or is gone. May be left and taken up again."""
        channel, reader = self._running.channel, self._running.reader
        while self._completed is None:
            data = channel.read(self._until_next_look())
            if output := reader.feed(data):
                yield output
            if reader.prompt is not None:
                self._end(reader.prompt.status)
            elif self._ending.climb[-1:] == ["replace"] or (not data and channel.ended):
                channel.close()
                if rest := reader.feed(channel.rest()) + reader.flush():
                    yield rest
                self._end(None)

    def abandon(self) -> None:
        """Stop the command now, and throw away what it still says."""
        if self._completed is None and self._climb is None:
            self._begin_to_stop("interrupted", time.monotonic())
        for _ in self:
            pass

    def _until_next_look(self) -> float:
        """Do what the clock and the stop request ask for; give the seconds until there may be more to do."""
        now = time.monotonic()
        requests = self._running.stop.requested - self._requested
        if self._climb is None:
            if requests == 0 and now < self._deadline:
                return self._deadline - now
            self._begin_to_stop("interrupted" if requests else "timed_out", now)
        else:
            self._go_on_stopping(now, at_once=requests > (self._ending.cause == "interrupted"))
        return AGAIN

    def _begin_to_stop(self, cause: Cause, now: float) -> None:
        foreground = self._foreground = self._running.channel.foreground
        self._ending.cause = cause
        self._ending.waited_for = waiting.describe(
            foreground, shell=self._running.bash, command=self._command
        )
        self._climb = Climb.start(now)
        self._ending.climb = self._climb.reached
        self._signal(foreground)

    def _go_on_stopping(self, now: float, *, at_once: bool) -> None:
        assert self._climb is not None
        climbed = self._climb.advance(now, at_once=at_once)
        foreground = self._running.channel.foreground
        if foreground != self._foreground:
            self._foreground, self._since = foreground, now
        # A shell that has only just come to the foreground is about to prompt: leave it alone.
        if foreground == self._running.bash and now - self._since < _ABOUT_TO_PROMPT:
            return
        # Behind an interrupted command in a list or a loop comes the next one: that is not wanted either.
        if climbed or foreground != self._signalled:
            self._signal(foreground)

    def _signal(self, foreground: int) -> None:
        assert self._climb is not None
        self._signalled = foreground
        stage, running = self._climb.stage, self._running
        if stage == "interrupt":
            running.channel.interrupt()
            return
        if stage == "replace":
            return
        number = _SIGNALS[stage]
        for process in self._own_processes():
            processes.send(process, number)
            processes.send(process, SIGCONT)
        if foreground != running.bash:
            # Makes bash drop the rest of the list once its child is gone.
            processes.send(running.bash, SIGINT)
        else:
            # An interactive bash ignores SIGTERM; SIGHUP lets it save its state for its successor.
            processes.send(running.bash, SIGHUP if number == SIGTERM else number)

    def _own_processes(self) -> list[int]:
        """What this command started, wherever it moved to; not what earlier ones left in the background."""
        running = self._running
        everything = processes.table()
        spared = set(running.lineage)
        for pid in running.earlier:
            spared |= {pid, *(process.pid for process in processes.descendants(pid, among=everything))}
        below = processes.descendants(running.lineage[0], among=everything)
        return [process.pid for process in below if process.pid not in spared]

    def _end(self, status: int | None) -> None:
        if self._ending.cause is not None and status is not None:
            self._end_leftovers()
        self._ending.status = status
        self._ending.duration = time.monotonic() - self._started
        self._completed = self._finish(self._ending)

    def _end_leftovers(self) -> None:
        for number in (SIGTERM, SIGKILL):
            left = self._own_processes()
            for pid in left:
                processes.send(pid, number)
                processes.send(pid, SIGCONT)
            if not left or not processes.await_end(left, deadline=time.monotonic() + _LEFTOVER_GRACE):
                return
