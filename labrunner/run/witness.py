"""What a run asks of the place it runs on.

A run hands commands to a shell and knows nothing of clusters. These few questions are all that passes
between it and whatever the shell talks to; how a place answers them is left to `labrunner.target`.
"""

from collections.abc import Callable
from typing import Protocol

Pause = Callable[[float], bool]
"""Wait for so many seconds; returns at once, and `True`, when the run was asked to stop."""


class Witness(Protocol):
    """Looks at the place while a run goes on. A witness that cannot answer says nothing; it never raises."""

    def unproven(self) -> tuple[str, ...]:
        """What the step just run relied on that this place only stores or lacks, a sentence each.

        Asked once after every step, passed or not; each sentence is told once, to the step that caused it.
        Empty on a real place.
        """
        ...

    def settle(self, seconds: float, pause: Pause) -> None:
        """Let the pause after a block pass: `seconds`, or less where it can tell that nothing is pending.

        All waiting goes through `pause`; once that returns `True`, come back without waiting further.
        """
        ...

    def diagnose(self) -> tuple[str, ...]:
        """Lines for people about the state of the place, after a failed step; empty when nothing is known."""
        ...


class Unwatched:
    """The witness of a place that is what it is: everything counts, and nothing is known about it."""

    def unproven(self) -> tuple[str, ...]:
        """Nothing: what happened there happened."""
        return ()

    def settle(self, seconds: float, pause: Pause) -> None:
        """Wait the full time."""
        pause(seconds)

    def diagnose(self) -> tuple[str, ...]:
        """Nothing is known."""
        return ()
