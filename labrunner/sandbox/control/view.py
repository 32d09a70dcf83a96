"""What controllers see: the cluster as it is at this moment, to read and not to change."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from labrunner.sandbox.clock import Clock
from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.kinds import Kind, Kinds
from labrunner.sandbox.objects import Object, metadata
from labrunner.sandbox.objects import name as name_of
from labrunner.sandbox.objects import namespace as namespace_of
from labrunner.sandbox.store import Change, Key, Store


class View:
    """The cluster's objects, by kind, by node and by owner."""

    def __init__(self, store: Store, kinds: Kinds, clock: Clock) -> None:
        self._store = store
        self._kinds = kinds
        self._clock = clock
        self._dependents: dict[str, set[Key]] = {}
        self._remembered: dict[object, tuple[int, Any]] = {}

    @property
    def now(self) -> datetime:
        """The time."""
        return self._clock.now()

    def at(self, key: Key) -> Object | None:
        """The object at a key."""
        return self._store.get(key)

    def get(self, api_version: str, kind: str, name: str, namespace: str = "") -> Object | None:
        """The object of that name; None when it, or its kind, is not there."""
        found = self._kind(api_version, kind)
        return self._store.get(Key(found.group, found.plural, namespace, name)) if found else None

    def listed(self, api_version: str, kind: str, namespace: str | None = None) -> list[Object]:
        """All objects of a kind in order of their names; none when the kind is not there."""
        found = self._kind(api_version, kind)
        return self._store.list(found.group, found.plural, namespace) if found else []

    def key(self, obj: Mapping[str, Any]) -> Key:
        """Where an object is, or would be, kept.

        Raises:
            ApiError: Its kind is not there.
        """
        kind = self._kinds.by_kind(obj["apiVersion"], obj["kind"])
        return Key(kind.group, kind.plural, namespace_of(obj), name_of(obj))

    def within(self, namespace: str) -> dict[tuple[str, str], list[Object]]:
        """Everything in a namespace, by group and plural."""
        kinds = [each for each in self._kinds.all() if each.namespaced and not each.behaviour.conversion]
        places = sorted({(each.group, each.plural) for each in kinds})
        found = {place: self._store.list(*place, namespace) for place in places}
        return {place: objects for place, objects in found.items() if objects}

    def pods_on(self, node: str) -> Sequence[Object]:
        """The pods that have a node."""
        by_node: dict[str, list[Object]] = self._once("pods by node", self._pods_by_node)
        return by_node.get(node, ())

    def dependents(self, uid: str) -> list[Key]:
        """Keys of the objects that name this uid as an owner, in order."""
        found = self._dependents.get(uid, ())
        return sorted(found, key=lambda key: (key.group, key.resource, key.namespace, key.name))

    def notice(self, change: Change) -> None:
        """Keep the index of owners; for the loop, before anybody asks."""
        for owner in metadata(change.previous or {}).get("ownerReferences") or ():
            self._dependents.get(owner.get("uid", ""), set()).discard(change.key)
        if change.type == "DELETED":
            return
        for owner in metadata(change.object).get("ownerReferences") or ():
            self._dependents.setdefault(owner.get("uid", ""), set()).add(change.key)

    def _kind(self, api_version: str, kind: str) -> Kind | None:
        try:
            return self._kinds.by_kind(api_version, kind)
        except ApiError:
            return None

    def _pods_by_node(self) -> dict[str, list[Object]]:
        found: dict[str, list[Object]] = {}
        for pod in self._store.list("", "pods"):
            found.setdefault(pod.get("spec", {}).get("nodeName") or "", []).append(pod)
        return found

    def _once(self, name: object, find: Callable[[], Any]) -> Any:
        """Find something once for each version of the store."""
        version, value = self._remembered.get(name, (-1, None))
        if version != self._store.version:
            value = find()
            self._remembered[name] = (self._store.version, value)
        return value
