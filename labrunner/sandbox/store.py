"""Every object there is, with versions and a bounded log of changes. Pure and synchronous: no I/O, no time.

One counter numbers all changes, as etcd's revision does; an object's resource version is the number of its
last change. What objects mean (kinds, validation, finalizers) is left to the registry.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from labrunner.sandbox.errors import expired
from labrunner.sandbox.objects import Object, with_metadata
from labrunner.sandbox.objects import version as version_of

LOG_LENGTH = 8192  # changes; a client that is further behind has to list again


@dataclass(frozen=True, slots=True)
class Key:
    """Where an object is kept."""

    group: str  # empty for the core group
    resource: str  # the plural name
    namespace: str  # empty for cluster-scoped objects
    name: str


ChangeType = Literal["ADDED", "MODIFIED", "DELETED"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to one object."""

    type: ChangeType
    key: Key
    object: Object  # as it is now; when deleted, as it was last, with the deletion's version
    previous: Object | None  # as it was before; None for new objects
    version: int


class WrongVersionError(Exception):
    """The object is not at the version that a write expected; `found` is where it is, 0 for absent."""

    def __init__(self, key: Key, found: int) -> None:
        super().__init__(f"{key} is at version {found}")
        self.key = key
        self.found = found


class _Shelf:
    """The objects of one resource, and their keys in order."""

    __slots__ = ("objects", "order")

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], Object] = {}
        self.order: list[tuple[str, str]] = []


class Store:
    """Objects by key; see the top of this file."""

    def __init__(self, *, log_length: int = LOG_LENGTH) -> None:
        self._version = 0
        self._shelves: dict[tuple[str, str], _Shelf] = {}
        self._log: deque[Change] = deque(maxlen=log_length)
        self._subscribers: dict[object, Callable[[Change], None]] = {}
        self._untold: deque[Change] = deque()
        self._telling = False

    @property
    def version(self) -> int:
        """The number of the last change."""
        return self._version

    @property
    def oldest(self) -> int:
        """The oldest version that `since` can still start from."""
        return self._log[0].version - 1 if self._log else self._version

    def get(self, key: Key) -> Object | None:
        """Return an object, or None. It is shared: copy before you change it."""
        shelf = self._shelves.get((key.group, key.resource))
        return shelf.objects.get((key.namespace, key.name)) if shelf else None

    def list(self, group: str, resource: str, namespace: str | None = None) -> list[Object]:
        """Return the objects of a resource in order of (namespace, name).

        Args:
            group: API group, empty for the core one.
            resource: Plural name.
            namespace: Only this one; None for all, empty for cluster-scoped objects.
        """
        shelf = self._shelves.get((group, resource))
        if shelf is None:
            return []
        if namespace is None:
            return [shelf.objects[place] for place in shelf.order]
        first = bisect_left(shelf.order, (namespace, ""))
        last = bisect_left(shelf.order, (namespace + "\0", ""))
        return [shelf.objects[place] for place in shelf.order[first:last]]

    def put(self, key: Key, obj: Object, *, expect: int | None = None) -> Object:
        """Store an object, and return it as stored: with its new resource version.

        Args:
            key: Where.
            obj: Belongs to the store from now on; nobody may change it any more.
            expect: The version it has to be at now, 0 for absent; None takes whatever is there.

        Raises:
            WrongVersionError: Something else happened in between.
        """
        previous = self.get(key)
        self._check(key, previous, expect)
        stored = with_metadata(obj, resourceVersion=str(self._version + 1))
        shelf = self._shelves.setdefault((key.group, key.resource), _Shelf())
        place = (key.namespace, key.name)
        if previous is None:
            insort(shelf.order, place)
        shelf.objects[place] = stored
        self._happened("ADDED" if previous is None else "MODIFIED", key, stored, previous)
        return stored

    def delete(self, key: Key, *, expect: int | None = None) -> Object | None:
        """Take an object out and return its last state, with the deletion's version; None if absent.

        Raises:
            WrongVersionError: It is not at version `expect`.
        """
        previous = self.get(key)
        self._check(key, previous, expect)
        if previous is None:
            return None
        shelf = self._shelves[key.group, key.resource]
        place = (key.namespace, key.name)
        del shelf.objects[place]
        del shelf.order[bisect_left(shelf.order, place)]
        last = with_metadata(previous, resourceVersion=str(self._version + 1))
        self._happened("DELETED", key, last, previous)
        return last

    def since(self, version: int) -> Sequence[Change]:
        """Return every change after a version, oldest first.

        Raises:
            ApiError: 410 Expired, when the log no longer reaches back that far.
        """
        if version >= self._version:
            return []
        if version < self.oldest:
            raise expired(version, self.oldest)
        return list(islice(self._log, version - self.oldest, None))

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call back on every change from now on; return what ends that.

        Callbacks run at once and in order. A callback may write: subscribers hear of that after they all
        heard of the change at hand, so that everybody sees the same order.
        """
        token = object()
        self._subscribers[token] = callback
        return lambda: self._subscribers.pop(token, None) and None

    def _check(self, key: Key, previous: Object | None, expect: int | None) -> None:
        found = 0 if previous is None else version_of(previous)
        if expect is not None and expect != found:
            raise WrongVersionError(key, found)

    def _happened(self, kind: ChangeType, key: Key, obj: Object, previous: Object | None) -> None:
        self._version += 1
        change = Change(kind, key, obj, previous, self._version)
        self._log.append(change)
        self._untold.append(change)
        if self._telling:
            return
        self._telling = True
        try:
            while self._untold:
                self._tell(self._untold.popleft())
        finally:
            self._telling = False

    def _tell(self, change: Change) -> None:
        for token in list(self._subscribers):
            callback = self._subscribers.get(token)
            if callback is not None:
                callback(change)
