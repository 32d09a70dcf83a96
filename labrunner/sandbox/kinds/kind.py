"""What a kind is: its names and verbs as discovery tells them, and how its objects behave.

The names come from a table of the real server (`builtin.py`) or from a custom resource definition; the
behaviour from the file of the kind or its family in this package.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.names import NameRule, subdomain
from labrunner.sandbox.objects import Object, name
from labrunner.sandbox.schemas.shape import Shape

Fidelity = Literal["real", "emulated", "stored"]
Cell = Callable[[Object, datetime], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of `kubectl get`."""

    name: str  # as kubectl prints it, in capitals there
    cell: Cell  # from the object and the time now, to text or a number
    type: str = "string"  # OpenAPI type of the cells
    format: str = ""  # "name" marks the column that kubectl shortens to KIND/NAME
    description: str = ""
    priority: int = 0  # 0 is always shown, 1 only with -o wide


NAME = Column("Name", lambda obj, now: name(obj), format="name", description="Name must be unique.")


@dataclass(frozen=True, slots=True)
class ScalePaths:
    """Where an object keeps what its `Scale` shows, as dotted paths."""

    replicas: str = "spec.replicas"
    current: str = "status.replicas"
    selector: str = "spec.selector"  # a label selector, or the same as text


@dataclass(frozen=True, slots=True)
class Subresource:
    """Something below an object's address: `status`, `scale`, `exec`, …"""

    name: str
    kind: str  # what is sent and returned there
    verbs: tuple[str, ...]
    group: str = ""  # of that kind, where it is not the parent's
    version: str = ""
    scale: ScalePaths | None = None  # for `scale` where the paths are not the usual ones


class Validator(Protocol):
    """Says what is wrong with an object."""

    def __call__(self, obj: Object, old: Object | None) -> Iterable[Cause]:
        """Yield every cause; `old` is what it was before, None when it is being created."""


def accept(obj: Object, old: Object | None) -> Iterable[Cause]:
    """Find nothing wrong."""
    return ()


def leave(draft: Object) -> None:
    """Change nothing."""


def nothing(obj: Object) -> str:
    """Rely on nothing."""
    return ""


def leave_both(draft: Object, old: Object | None) -> None:
    """Change nothing."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """How objects of a second version or view become the stored ones, and back; both make new objects."""

    group: str  # of the kind that is stored
    version: str
    to_stored: Callable[[Object], Object]
    from_stored: Callable[[Object], Object]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the objects of a kind behave."""

    columns: tuple[Column, ...] = ()
    # Fills in what the client left out, in a draft of the registry's own.
    default: Callable[[Object], None] = leave
    # Takes out what clients may not say, before validation; gets the old object on updates.
    prepare: Callable[[Object, Object | None], None] = leave_both
    validate: Validator = accept
    name_rule: NameRule = subdomain
    # Whether metadata.generation counts changes of the spec.
    generation: bool = False
    # Whether the status that a client sends when it creates an object is kept.
    status_on_create: bool = False
    # Whether an update may leave out the resource version, and so overwrite whatever is there.
    unconditional_update: bool = True
    # Fields beside metadata.name and metadata.namespace that a field selector may use.
    fields: Mapping[str, Callable[[Object], str]] = field(default_factory=dict)
    conversion: Conversion | None = None
    fidelity: Fidelity = "stored"
    # Says what an object asks for that is not done here, though the kind does the rest; empty for nothing.
    relies_on: Callable[[Object], str] = nothing
    # What is missing, for "stored" kinds: "the sandbox stores a X but …". Empty: said in general words.
    sentence: str = ""


class CustomSchema(Protocol):
    """What a custom resource's schema does with its objects."""

    @property
    def shape(self) -> Shape:
        """What the objects look like, metadata included."""

    def prune(self, obj: Object) -> None:
        """Take fields out that the schema does not know, in place."""

    def default(self, obj: Object) -> None:
        """Fill in the schema's defaults, in place."""

    def causes(self, obj: Object, old: Object | None) -> list[Cause]:
        """Return what breaks the schema's rules."""

    def openapi(self) -> Mapping[str, Any]:
        """Return the schema as OpenAPI 3 has it, metadata included."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind that the server knows. Kinds are compared by identity of their names only."""

    group: str  # empty for the core group
    version: str
    kind: str
    plural: str  # empty for kinds that are no resource of their own, as Scale
    singular: str = field(default="", compare=False)
    namespaced: bool = field(default=True, compare=False)
    short_names: tuple[str, ...] = field(default=(), compare=False)
    categories: tuple[str, ...] = field(default=(), compare=False)
    verbs: tuple[str, ...] = field(default=(), compare=False)
    subresources: tuple[Subresource, ...] = field(default=(), compare=False)
    behaviour: Behaviour = field(default_factory=Behaviour, compare=False, repr=False)
    custom: CustomSchema | None = field(default=None, compare=False, repr=False)

    @property
    def api_version(self) -> str:
        """`v1`, `apps/v1`, …"""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def is_stored(self) -> bool:
        """Whether there are objects of it, as opposed to reviews that are answered and forgotten."""
        return "get" in self.verbs

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of `kubectl get`."""
        return self.behaviour.columns

    @property
    def fidelity(self) -> Fidelity:
        """How much of the kind works here."""
        return self.behaviour.fidelity

    @property
    def sentence(self) -> str:
        """What is missing when the kind is only stored; empty otherwise."""
        if self.fidelity != "stored":
            return ""
        article = "an" if self.kind[0] in "AEIO" else "a"
        return self.behaviour.sentence or f"the sandbox stores {article} {self.kind} but does not act on it"

    @property
    def has_status(self) -> bool:
        """Whether the status is written through an address of its own."""
        return self.subresource("status") is not None

    def subresource(self, name: str) -> Subresource | None:
        """Return a subresource by its name, or None."""
        return next((each for each in self.subresources if each.name == name), None)
