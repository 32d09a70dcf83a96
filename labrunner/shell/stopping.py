"""Stopping one command: the signals of each stage of the climb, and to whom they go.

A command is more than the foreground's process group: it may have started daemons, sessions and jobs. What
earlier commands left in the background is not its own and lives on.
"""

import time
from signal import SIGCONT, SIGHUP, SIGINT, SIGKILL, SIGTERM

from labrunner.shell import processes
from labrunner.shell.climb import Climb, Stage
from labrunner.shell.live import LiveShell

_SIGNALS: dict[Stage, int] = {"terminate": SIGTERM, "kill": SIGKILL}

_ABOUT_TO_PROMPT = 0.2
"""Seconds that bash has from coming back to the foreground until it is taken to be at work itself."""

_LEFTOVER_GRACE = 0.3
"""Seconds between terminating and killing what a stopped command has left in the background."""


class Stopping:
    """The climb of one command, with the first interrupt sent by `begin`."""

    def __init__(self, live: LiveShell, *, earlier: frozenset[int]) -> None:
        """Nothing is sent yet; `earlier` are the pids of earlier background jobs, to be spared."""
        self._live = live
        self._earlier = earlier
        self._climb: Climb | None = None
        self._foreground = 0
        self._signalled = (0, "")
        self._since = 0.0

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages reached so far; empty before `begin`."""
        return tuple(self._climb.reached) if self._climb else ()

    def begin(self, now: float) -> None:
        """Interrupt."""
        self._climb = Climb.start(now)
        self._foreground, self._since = self._live.channel.foreground, now - _ABOUT_TO_PROMPT
        self._signal(self._climb.stage, self._foreground)

    def go_on(self, now: float, *, at_once: bool) -> None:
        """Climb when it is time, and see to whoever has come to the foreground since."""
        assert self._climb is not None
        climbed = self._climb.advance(now, at_once=at_once)
        foreground = self._live.channel.foreground
        if foreground != self._foreground:
            self._foreground, self._since = foreground, now
        # A shell that has only just come to the foreground is about to prompt: leave it alone.
        if foreground == self._live.bash and now - self._since < _ABOUT_TO_PROMPT:
            return
        # Behind an interrupted command in a list or a loop comes the next one: that is not wanted either.
        # And a signal between a fork and its exec is lost on bash's own handler: what has become another
        # program since then gets it again.
        if climbed or self._who(foreground) != self._signalled:
            self._signal(self._climb.stage, foreground)

    def end_leftovers(self) -> None:
        """End what the command has left in the background, once the shell prompts again."""
        for number in (SIGTERM, SIGKILL):
            left = self._own_processes()
            for pid in left:
                processes.send(pid, number)
                processes.send(pid, SIGCONT)
            if not left or not processes.await_end(left, deadline=time.monotonic() + _LEFTOVER_GRACE):
                return

    def _signal(self, stage: Stage, foreground: int) -> None:
        self._signalled = self._who(foreground)
        processes.send(self._live.bash, SIGCONT)  # a lab may have stopped its own shell
        if stage == "interrupt":
            self._live.channel.interrupt()
        elif stage in _SIGNALS:
            number = _SIGNALS[stage]
            for pid in self._own_processes():
                processes.send(pid, number)
                processes.send(pid, SIGCONT)
            self._signal_bash(number, at_work=foreground == self._live.bash)

    @staticmethod
    def _who(foreground: int) -> tuple[int, str]:
        return foreground, processes.command_line(foreground)

    def _signal_bash(self, number: int, *, at_work: bool) -> None:
        if not at_work:
            # Makes it drop the rest of the list once its child is gone.
            processes.send(self._live.bash, SIGINT)
        else:
            # An interactive bash ignores SIGTERM; SIGHUP lets it save its state for its successor.
            processes.send(self._live.bash, SIGHUP if number == SIGTERM else number)

    def _own_processes(self) -> list[int]:
        """What this command started, wherever it moved to."""
        everything = processes.table()
        spared = set(self._live.lineage)
        for pid in self._earlier:
            spared |= {pid, *(process.pid for process in processes.descendants(pid, among=everything))}
        below = processes.descendants(self._live.lineage[0], among=everything)
        return [process.pid for process in below if process.pid not in spared]
