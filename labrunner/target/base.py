"""What a place where labs run has to offer.

A target makes the surroundings of one shell and takes them away again. Starting that shell is left to
`labrunner.shell`, running the lab in it to `labrunner.run`: they meet only in argv, environment and paths.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from labrunner.plan.model import Plan
from labrunner.run.witness import Witness

RUN_VARIABLE = "LABRUNNER_RUN"
"""In the environment of everything that a run starts, with the run's identifier; what a sweep goes by."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run takes place, ready for its shell to be started."""

    summary: str
    """One line for people: where this runs, and what of that is emulated."""
    shell: tuple[str, ...]
    """Arguments that start bash, with its confinement in front."""
    environment: Mapping[str, str]
    """The shell's complete environment."""
    directory: Path
    """Where the process is started."""
    witness: Witness
    rewrites: tuple[tuple[str, str], ...] = ()
    """Path prefixes in commands and what they are replaced by, where nothing can be mounted there."""
    folders: tuple[tuple[Path, str], ...] = ((Path("/"), "/"),)
    """Folders of this machine that the shell can see, and where. A hook's script outside all of them is
    handed over as text."""
    missing_programs: bool = False
    """Whether a program that is not there says something about the place instead of the lab: the step is
    then *not rehearsed* rather than failed."""
    notices: tuple[str, ...] = ()
    """Sentences that people should read before the first step."""


class Target(Protocol):
    """Somewhere that labs can run."""

    name: str
    """What `--on` calls it."""

    def prepare(self, plan: Plan, run: str) -> AbstractContextManager[Place]:
        """Make the place for one run; when the context ends, nothing that was started or made is left.

        Args:
            plan: What is going to run, with the lab's declaration.
            run: The run's identifier, to mark everything that is started or made.

        Raises:
            LabrunnerError: The place cannot be made here; the sentence says what to do.
        """
        ...
