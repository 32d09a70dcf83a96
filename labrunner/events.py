"""What happens in a run, as frozen values: the one stream that every display, report and journal reads.

Text in events has been masked already: a secret never gets this far.
"""

from dataclasses import dataclass
from typing import Literal

from labrunner.expect.model import Drift

Verdict = Literal["passed", "failed", "drifted", "skipped", "not rehearsed"]
Phase = Literal["before", "after"]
Outcome = Literal["prompted", "timed_out", "interrupted", "exited"]
"""How a command ended: at a prompt, at the limit, by a request to stop, or with the shell itself."""


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The first event."""

    run: str
    """Identifier of the run, unique on this machine; names its folder under `.labrunner/runs/`."""
    lab: str
    """What the user asked to run."""
    place: str
    """One line for people: where it runs, and what of that is emulated."""
    steps: int
    """How many steps the plan has, skipped ones included."""


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step begins."""

    step: int
    """Its number in the plan."""
    place: str
    """`path:line`."""
    headings: tuple[str, ...]
    timeout: float
    """Seconds."""
    commands: int
    cleanup: bool


@dataclass(frozen=True, slots=True)
class CommandStarted:
    """A command is handed to the shell."""

    step: int
    command: int
    """Its number in the step, from 1."""
    place: str
    """`path:line`."""
    text: str


@dataclass(frozen=True, slots=True)
class Output:
    """A piece of a command's or hook's output as it comes: decoded, masked, cut anywhere."""

    step: int
    command: int
    """0 for a hook."""
    text: str


@dataclass(frozen=True, slots=True)
class CommandFinished:
    """The shell prompts again."""

    step: int
    command: int
    exit_status: int
    outcome: Outcome
    duration: float
    """Seconds."""
    drift: Drift | None
    """How the output differs from what the page promises; `None` when it does not, or promises nothing."""
    waited_for: str
    """After a timeout: the process that was waited for, and what it waited for where that is known."""


@dataclass(frozen=True, slots=True)
class HookStarted:
    """A hook's script is called."""

    step: int
    """0 for a suite's hook."""
    name: str
    phase: Phase
    timeout: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class HookFinished:
    """A hook's script ended."""

    step: int
    name: str
    phase: Phase
    exit_status: int
    outcome: Outcome
    duration: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The pause after a block begins."""

    step: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that people should read: a replaced shell, a rewritten path, something swept."""

    step: int
    """0 when it concerns the whole run."""
    text: str
    """Lower case, without a full stop: the fact, then what follows from it."""


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A step has its verdict."""

    step: int
    verdict: Verdict
    duration: float
    """Seconds, hooks and waiting included."""
    reasons: tuple[str, ...]
    """Why it failed, was skipped or could not be rehearsed: plain sentences, the most telling first."""
    remedies: tuple[str, ...]
    """What to do next; empty unless it failed or was not rehearsed."""
    diagnosis: tuple[str, ...]
    """Lines about the place it ran on, when it failed."""


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The last event, also of an interrupted run."""

    verdict: Verdict
    interrupted: bool
    duration: float
    """Seconds."""
    counts: tuple[tuple[Verdict, int], ...]
    """How many steps had each verdict, in a fixed order, zeros left out."""
    reasons: tuple[str, ...] = ()
    """What made it fail that belongs to no step: a suite's hook, say. Plain sentences."""


Event = (
    RunStarted
    | StepStarted
    | CommandStarted
    | Output
    | CommandFinished
    | HookStarted
    | HookFinished
    | Waiting
    | Notice
    | StepFinished
    | RunFinished
)
