"""What a run has to know of where it takes place and of what its user allows, in one value."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Settled before the first step."""

    run: str
    """The run's identifier."""
    place: str
    """One line for people: where it runs, and what of that is emulated."""
    rewrites: tuple[tuple[str, str], ...] = ()
    """Path prefixes in commands and what they are replaced by."""
    folders: tuple[tuple[Path, str], ...] = ((Path("/"), "/"),)
    """Folders of this machine that the shell sees, and where."""
    missing_programs: bool = False
    """Whether a missing program makes a step *not rehearsed* instead of failed."""
    go_on_unproven: bool = False
    """Whether steps that come after one that could not be run to its end for that reason are run."""
    notices: tuple[str, ...] = ()
    """Sentences that people should read before the first step."""
