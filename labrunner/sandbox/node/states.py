"""What a container is doing, and what can happen to it. Everything that changes a container's state is here.

The stages are ours; `status` turns them into what Kubernetes shows: waiting, running or terminated, with a
reason. Pure.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto


class Stage(Enum):
    """What a container is doing."""

    CREATING = auto()
    """Waiting for its turn: volumes, its image, the init containers before it."""
    REFUSED = auto()
    """It cannot be made as the pod says; tried again from time to time."""
    RUNNING = auto()
    ENDED = auto()
    """It ran, or at least tried to."""
    RESTING = auto()
    """It ended and is started again later: the back-off."""


class Happening(Enum):
    """What can happen to a container."""

    REFUSED = auto()
    STARTED = auto()
    NOT_STARTED = auto()
    """Its program could not be started."""
    ENDED = auto()
    PUT_OFF = auto()
    """It will be started again, but not yet."""


TABLE: dict[tuple[Stage, Happening], Stage] = {
    (Stage.CREATING, Happening.REFUSED): Stage.REFUSED,
    (Stage.CREATING, Happening.STARTED): Stage.RUNNING,
    (Stage.CREATING, Happening.NOT_STARTED): Stage.ENDED,
    (Stage.REFUSED, Happening.REFUSED): Stage.REFUSED,
    (Stage.REFUSED, Happening.STARTED): Stage.RUNNING,
    (Stage.REFUSED, Happening.NOT_STARTED): Stage.ENDED,
    (Stage.RUNNING, Happening.ENDED): Stage.ENDED,
    (Stage.ENDED, Happening.REFUSED): Stage.REFUSED,
    (Stage.ENDED, Happening.STARTED): Stage.RUNNING,
    (Stage.ENDED, Happening.NOT_STARTED): Stage.ENDED,
    (Stage.ENDED, Happening.PUT_OFF): Stage.RESTING,
    (Stage.RESTING, Happening.REFUSED): Stage.REFUSED,
    (Stage.RESTING, Happening.STARTED): Stage.RUNNING,
    (Stage.RESTING, Happening.NOT_STARTED): Stage.ENDED,
}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended."""

    code: int
    """Exit code, 128 + n after signal n."""
    reason: str
    started: datetime
    finished: datetime
    container: str
    """The run's id."""
    message: str = ""


@dataclass(frozen=True, slots=True)
class ContainerState:
    """One container of a pod."""

    name: str
    stage: Stage = Stage.CREATING
    reason: str = "ContainerCreating"
    """Why it waits; without meaning while it runs or has ended."""
    message: str = ""
    started: datetime | None = None
    """Since when it runs; `None` unless it does."""
    ending: Ending | None = None
    """How the last run that ended did; `None` before the first end."""
    before: Ending | None = None
    """How the one before that ended."""
    runs: int = 0
    """How often it was started or tried to."""
    container: str = ""
    """Id of the present or last run; empty before the first."""
    image_id: str = ""
    ready: bool = False
    passed_startup: bool = False
    """Whether it runs and its startup probe, if it has one, succeeded."""

    @property
    def succeeded(self) -> bool:
        """Whether it ended well and is not started again by itself."""
        return self.stage is Stage.ENDED and self.ending is not None and self.ending.code == 0

    @property
    def restarts(self) -> int:
        """How often it was started again."""
        return max(self.runs - 1, 0)


class ImpossibleError(Exception):
    """Something happened to a container that cannot happen at its stage: a mistake of ours."""


def after(state: ContainerState, happening: Happening, **changes: object) -> ContainerState:
    """The state after something happened.

    Args:
        state: Before.
        happening: What.
        changes: Fields that are different now.

    Raises:
        ImpossibleError: The table says that it cannot.
    """
    stage = TABLE.get((state.stage, happening))
    if stage is None:
        raise ImpossibleError(f"container {state.name} is {state.stage.name} and cannot be {happening.name}")
    fresh: dict[str, object] = {"stage": stage, "started": None, "ready": False, "passed_startup": False}
    fresh |= {"reason": "", "message": ""}
    if "ending" in changes:
        fresh["before"] = state.ending
    return replace(state, **{**fresh, **changes})  # type: ignore[arg-type]


def probed(state: ContainerState, **changes: bool) -> ContainerState:
    """The state of a running container after a probe's verdict; others keep theirs."""
    return replace(state, **changes) if state.stage is Stage.RUNNING else state  # type: ignore[arg-type]
