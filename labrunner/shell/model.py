"""What goes into a shell and what comes out of it, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from labrunner.errors import LabrunnerError

Outcome = Literal["prompted", "timed_out", "interrupted", "exited"]
"""`prompted`: the shell took the command and prompts again. `timed_out`, `interrupted`: it was stopped.
`exited`: the command ended the shell itself; the next one gets a new shell."""


class ShellError(LabrunnerError):
    """Bash itself cannot be started or kept. Never raised because a lab's command failed."""


@dataclass(frozen=True, slots=True)
class Shell:
    """How to start bash."""

    argv: tuple[str, ...]
    """The program, with its confinement in front if there is one; bash's own options are added behind."""
    environment: Mapping[str, str]
    """The complete environment of the process; one variable of ours is added, see `sweep.MARKER`."""
    directory: Path
    """Working directory of the process that is started."""


@dataclass(frozen=True, slots=True)
class Completed:
    """How a command ended."""

    exit_status: int
    """0 to 255, as bash's `$?`: 128+n for a death by signal n."""
    duration: float
    """Seconds from handing it over until the shell prompted again, climb of signals included."""
    outcome: Outcome
    waited_for: str | None
    """After a timeout: the process in the foreground and what it waited for, where that is known."""
    notice: str | None
    """A sentence for the reader: a replaced shell, lost background jobs, signals sent. `None`: all plain."""
