"""What the loop needs to know of a controller, and the usual ways to find which objects a change concerns."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from labrunner.sandbox.control.actions import Action
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import Object, controller_of
from labrunner.sandbox.store import Change, Key

Concerned = Callable[[Change, View], Iterable[Key]]
"""Which of its keys a controller has to look at again after a change."""

Reconcile = Callable[[Object | None, View], Iterable[Action]]
"""What is to be done about one object; it gets `None` for the key `ALL`.

Pure: it reads the view and nothing else, changes nothing, and gives the same answer to the same question. It
may be asked at any time and any number of times, so what it returns has to follow from the present state.
"""


@dataclass(frozen=True, slots=True)
class Controller:
    """A controller: a name for its log, what it watches, and what it does about one key."""

    name: str
    watches: Mapping[tuple[str, str], Concerned]
    """By group and plural of what changed."""
    reconcile: Reconcile


EVERYTHING = ("*", "*")
"""In `watches`: changes of whatever kind."""

ALL = Key("", "", "", "")
"""The one key of a controller that always looks at everything."""


def itself(change: Change, view: View) -> Iterable[Key]:
    """The object that changed."""
    return (change.key,)


def its_namespace(change: Change, view: View) -> Iterable[Key]:
    """The namespace in which something changed."""
    return (Key("", "namespaces", "", change.key.namespace),)


def everything(change: Change, view: View) -> Iterable[Key]:
    """The one key `ALL`."""
    return (ALL,)


def its_controller(group: str, resource: str, kind: str) -> Concerned:
    """The owner of this kind that manages what changed, now or until the change."""

    def concerned(change: Change, view: View) -> Iterable[Key]:
        for obj in (change.object, change.previous or {}):
            owner = controller_of(obj)
            if owner is not None and owner.get("kind") == kind:
                yield Key(group, resource, change.key.namespace, owner["name"])

    return concerned
