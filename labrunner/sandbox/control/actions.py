"""What a controller can ask for. Controllers return these; `loop` alone carries them out."""

from dataclasses import dataclass, field
from typing import Literal

from labrunner.sandbox.objects import Object

EventType = Literal["Normal", "Warning"]


@dataclass(frozen=True, slots=True)
class Record:
    """Tell what happened, as an event about an object; like ones are counted."""

    about: Object
    reason: str
    message: str
    component: str
    """Who says so: `default-scheduler`, `karpenter`, …"""
    type: EventType = "Normal"


@dataclass(frozen=True, slots=True)
class Report:
    """What to record about the outcome of an action; `{}` in a message becomes a name or the refusal."""

    about: Object
    component: str
    done: tuple[str, str] = ("", "")
    """Reason and message; `{}` is the object's name. No event without a reason."""
    refused: tuple[str, str] = ("", "")
    """Reason and message of the warning when the API refuses; `{}` is the refusal."""


@dataclass(frozen=True, slots=True)
class Create:
    """Make an object; `apiVersion`, `kind` and `metadata` say what and where. One that is there stays."""

    object: Object
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Replace an object as it was read; somebody else's change in between makes the controller start over."""

    object: Object
    subresource: Literal["", "status", "finalize"] = ""


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete an object as a client would: finalizers and grace apply. One that is gone stays gone."""

    object: Object
    propagation: Literal["Background", "Foreground", "Orphan"] | None = None
    """None: the kind's own."""
    grace: int | None = None
    """Seconds for a pod to end; None: its own."""
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Bind:
    """Give a pod to a node."""

    pod: Object
    node: str
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class RequeueAfter:
    """Look at the same key again, at the latest after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HostFile:
    """Write a file on a node's disk, or add to it."""

    node: str
    path: str
    """Relative to the node's root."""
    text: str = field(repr=False)
    append: bool = False


@dataclass(frozen=True, slots=True)
class Evict:
    """Delete a pod unless a disruption budget objects."""

    pod: Object
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Once:
    """Tell something only when it is news: when `gist` differs from the last one on the same topic."""

    topic: str
    gist: str
    actions: tuple[Record | HostFile, ...]


Action = Create | Update | Delete | Evict | Bind | Record | RequeueAfter | HostFile | Once
