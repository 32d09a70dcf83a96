"""One command on its way through the shell: its output as it comes, its limit, and what ends it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from labrunner.shell import waiting
from labrunner.shell.climb import AGAIN, Stage
from labrunner.shell.live import LiveShell
from labrunner.shell.model import Completed
from labrunner.shell.stop import Stop
from labrunner.shell.stopping import Stopping

Cause = Literal["timed_out", "interrupted"]

_SILENCE = 0.5
"""Seconds without output after which to look whether the shell has come to a prompt that cannot be seen."""


@dataclass(slots=True)
class Ending:
    """How the reading ended; the session makes `Completed` of it."""

    had_jobs: bool
    """Whether earlier background jobs were there when the command began."""
    status: int | None = None
    """At a prompt: `$?`. `None`: the shell has ended."""
    cause: Cause | None = None
    """Why it was stopped, if it was."""
    waited_for: str | None = None
    stages: tuple[Stage, ...] = ()
    """What it took to stop it."""
    other_shell: bool = False
    """The command put another shell in place of ours, which then waited for someone to type."""
    duration: float = 0.0


class Execution:
    """Iterate to get a command's output as it comes, in pieces cut anywhere; then read `completed`."""

    def __init__(
        self,
        live: LiveShell,
        command: str,
        *,
        timeout: float,
        stop: Stop,
        requested: int,
        finish: Callable[[Ending], Completed],
    ) -> None:
        """Prepare to read; `requested` are the stop requests that were made before and do not count."""
        self._live = live
        self._command = command
        self._stop, self._requested = stop, requested
        self._finish = finish
        earlier = live.children()
        self._ending = Ending(had_jobs=bool(earlier))
        self._stopping = Stopping(live, earlier=earlier)
        self._completed: Completed | None = None
        self._recovered = False
        self._started = self._heard = time.monotonic()
        self._deadline = self._started + timeout

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
        channel, reader = self._live.channel, self._live.reader
        while self._completed is None:
            data = channel.read(self._until_next_look())
            if data:
                self._heard = time.monotonic()
            if output := reader.feed(data):
                yield output
            if reader.prompt is not None:
                self._end(reader.prompt.status)
            elif not data and self._gone():
                channel.close()
                if rest := reader.feed(channel.rest()) + reader.flush():
                    yield rest
                self._end(None)

    def abandon(self) -> None:
        """Stop the command now, and throw away what it still says."""
        if self._completed is None and self._ending.cause is None:
            self._begin_to_stop("interrupted", time.monotonic())
        for _ in self:
            pass

    def _until_next_look(self) -> float:
        """Do what the clock and the stop request ask for; give the seconds until there may be more to do."""
        now = time.monotonic()
        requests = self._stop.requested - self._requested
        if self._ending.cause is not None:
            self._stopping.go_on(now, at_once=requests > (self._ending.cause == "interrupted"))
            return AGAIN
        if requests == 0 and now < self._deadline:
            return min(_SILENCE, self._deadline - now)
        self._begin_to_stop("interrupted" if requests else "timed_out", now)
        return AGAIN

    def _begin_to_stop(self, cause: Cause, now: float) -> None:
        self._ending.cause = cause
        self._ending.waited_for = waiting.describe(
            self._live.channel.foreground, shell=self._live.bash, command=self._command
        )
        self._stopping.begin(now)

    def _gone(self) -> bool:
        """When nothing came: whether there is no shell any more, or none that could go on."""
        if self._live.channel.ended or "replace" in self._stopping.stages:
            return True
        if time.monotonic() - self._heard >= _SILENCE:
            lost = self._live.loss()
            if lost == "mark" and not self._recovered:
                self._recovered = True
                self._live.recover()
            self._ending.other_shell = lost == "shell"
        return self._ending.other_shell

    def _end(self, status: int | None) -> None:
        if self._ending.cause is not None and status is not None:
            self._stopping.end_leftovers()
        self._ending.status = status
        self._ending.stages = self._stopping.stages
        self._ending.duration = time.monotonic() - self._started
        self._completed = self._finish(self._ending)
