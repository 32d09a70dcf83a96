"""How a write is to be done: the options that a request carries through every layer of the registry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from labrunner.sandbox.user import SYSTEM, User

FieldValidation = Literal["Strict", "Warn", "Ignore"]


def unheard(warning: str) -> None:
    """Drop a warning: nobody is there to read it."""


class How(TypedDict, total=False):
    """The keywords that every write of the registry takes."""

    validation: FieldValidation  # what happens to unknown and repeated fields; Strict refuses
    dry_run: bool  # do everything but store it
    user: User  # who asks; SYSTEM by default, so the API has to say who it serves
    warn: Callable[[str], None]  # takes warnings, which the API sends as headers
    duplicates: Sequence[str]  # paths of fields that the body had twice, as found when it was read
    manager: str  # field manager, recorded with the fields that it wrote


@dataclass(frozen=True, slots=True)
class Write:
    """The same as a value; see `How` for what each means."""

    validation: FieldValidation = "Strict"
    dry_run: bool = False
    user: User = SYSTEM
    warn: Callable[[str], None] = unheard
    duplicates: Sequence[str] = ()
    manager: str = ""


Propagation = Literal["Background", "Foreground", "Orphan"]


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """How something is to be deleted."""

    grace_seconds: int | None = None  # None: what the object itself says
    propagation: Propagation | None = None  # None: Background
    uid: str | None = None  # only if it is still this object
    version: str | None = None  # only if it is still at this resource version
    dry_run: bool = False
    user: User = SYSTEM
