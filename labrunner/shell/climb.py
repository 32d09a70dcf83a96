"""How a command is stopped: interrupt, terminate, kill, each with its time. Pure; `Stopping` acts."""

from dataclasses import dataclass, field
from typing import Literal

Stage = Literal["interrupt", "terminate", "kill", "replace"]

GRACE: dict[Stage, float] = {"interrupt": 2.0, "terminate": 2.0, "kill": 1.0}
"""Seconds that a command has for each before the next; Terraform and kubectl tidy up within two. After the
last the shell itself is given up and replaced."""

AGAIN = 0.1
"""Seconds between looks at who is in the foreground while waiting: what comes next in a list or a loop has to
be interrupted too."""

_ORDER: tuple[Stage, ...] = ("interrupt", "terminate", "kill", "replace")


@dataclass(slots=True)
class Climb:
    """Where the stopping of one command stands."""

    stage: Stage
    until: float
    """Clock time at which the next stage is due."""
    reached: list[Stage] = field(default_factory=list)

    @classmethod
    def start(cls, now: float) -> "Climb":
        """Begin with the gentlest."""
        return cls("interrupt", now + GRACE["interrupt"], ["interrupt"])

    def advance(self, now: float, *, at_once: bool = False) -> bool:
        """Go one stage up when its time has come; `at_once` goes straight to the kill. Tell if it did."""
        if self.stage == "replace" or (now < self.until and not (at_once and self.stage in _ORDER[:2])):
            return False
        self.stage = "kill" if at_once and self.stage in _ORDER[:2] else _ORDER[_ORDER.index(self.stage) + 1]
        self.until = now + GRACE.get(self.stage, 0.0)
        self.reached.append(self.stage)
        return True
