"""Reading the cluster's objects, and what everything that writes them needs: kinds, store, clock, notes.

`Registry` adds the writes; the modules behind it take a `Reading` and so do not depend on it.
"""

from collections.abc import Callable
from typing import Any

from labrunner.sandbox.clock import Clock, SystemClock
from labrunner.sandbox.errors import bad_request, not_found
from labrunner.sandbox.kinds import Kind, Kinds
from labrunner.sandbox.kinds.builtin import builtin_kinds
from labrunner.sandbox.notes import Notes
from labrunner.sandbox.objects import Object
from labrunner.sandbox.store import Key, Store
from labrunner.sandbox.user import User
from labrunner.sandbox.view import View, shown_as

Admission = Callable[[Kind, Object, Any, User], Object]
"""Takes an object that is about to be created, and returns it as it shall be; may refuse with an `ApiError`.

The object is a draft of the registry's own: changing it in place and returning it is fine. The third
argument is the `Registry`.
"""


class Reading:
    """The cluster's objects, to look at.

    Attributes:
        kinds: What is served; custom resource definitions change it.
        store: Where the objects are. Subscribe to it to hear of changes; write through the registry only.
        clock: Time for timestamps.
        notes: What was relied on that the sandbox only stores.
        admission: Run in order on whatever is created, after the built-in plugins.
    """

    def __init__(self, *, store: Store | None = None, clock: Clock | None = None) -> None:
        self.kinds = Kinds(builtin_kinds())
        self.store = store or Store()
        self.clock = clock or SystemClock()
        self.notes = Notes()
        self.admission: list[Admission] = []

    def key(self, kind: Kind, name: str, namespace: str = "") -> Key:
        """Return where an object is kept; views of the same objects share a key."""
        conversion = kind.behaviour.conversion
        group = conversion.group if conversion else kind.group
        return Key(group, kind.plural, namespace if kind.namespaced else "", name)

    def get(self, kind: Kind, name: str, namespace: str = "") -> Object:
        """Return an object.

        Raises:
            ApiError: 404 NotFound.
        """
        found = self.find(kind, name, namespace)
        if found is None:
            raise not_found(kind, name)
        return found

    def find(self, kind: Kind, name: str, namespace: str = "") -> Object | None:
        """Return an object, or None if there is none."""
        found = self.store.get(self.key(kind, name, namespace))
        return None if found is None else shown_as(kind, found)

    def list(
        self, kind: Kind, namespace: str | None = None, *, labels: str = "", fields: str = ""
    ) -> list[Object]:
        """Return objects in order of (namespace, name).

        Args:
            kind: Of what.
            namespace: Only from this one; None for all.
            labels: A label selector as on kubectl's command line; empty for all.
            fields: A field selector; empty for all.

        Raises:
            ApiError: 400 BadRequest for a selector that cannot be read or a field that is not supported.
        """
        return self.view(kind, namespace, labels=labels, fields=fields).list(self.store)

    def view(self, kind: Kind, namespace: str | None = None, *, labels: str = "", fields: str = "") -> View:
        """Return the same selection as a value: it lists, and tells what a change means to a watcher."""
        within = (namespace or None) if kind.namespaced else None
        return View.of(kind, self.key(kind, "").group, within, labels, fields)

    def kind_of(self, obj: Object) -> Kind:
        """Return the kind that an object says it is.

        Raises:
            ApiError: 400 BadRequest when it does not say; 404 when that kind is not served.
        """
        if not obj.get("apiVersion") or not obj.get("kind"):
            raise bad_request("Object 'Kind' is missing")
        return self.kinds.by_kind(obj["apiVersion"], obj["kind"])
