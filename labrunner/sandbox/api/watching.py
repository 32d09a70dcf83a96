"""Watches: what happens to a selection of objects, as a stream of events that lasts until somebody leaves.

How an event is written is for the caller; here it is decided which events there are, and in what order.
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from labrunner.sandbox import causes
from labrunner.sandbox.api.address import is_true
from labrunner.sandbox.api.listing import too_large, version_in
from labrunner.sandbox.errors import ApiError, bad_request, invalid
from labrunner.sandbox.kinds.kind import Kind
from labrunner.sandbox.objects import Object
from labrunner.sandbox.store import Change, Store
from labrunner.sandbox.view import View

MOST_UNSENT = 10_000
"""Changes that wait for a client that does not read, before it has to start over."""

BOOKMARK_INTERVAL = 60.0
"""Seconds between bookmarks, for clients that want them."""

SHORTEST = 1800.0
"""Seconds; a watch that names no time ends at random between this and its double, as on a real server."""

INITIAL_EVENTS_END = "k8s.io/initial-events-end"


@dataclass(frozen=True, slots=True)
class Options:
    """How a client wants to watch."""

    version: int | None
    """Tell what happened after this; `None` and 0 begin with everything that there is."""
    seconds: float
    bookmarks: bool
    initial: bool
    """Begin with everything that there is and say with a bookmark when it has all been told."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a watch."""

    type: str
    """ADDED, MODIFIED, DELETED, BOOKMARK or ERROR."""
    object: Object
    """For BOOKMARK nothing but a version; for ERROR a `Status`."""


def read_options(query: Mapping[str, str]) -> Options:
    """Read a watch request's query.

    Raises:
        ApiError: 400 or 422, it makes no sense.
    """
    initial = query.get("sendInitialEvents")
    match = query.get("resourceVersionMatch", "")
    if match and initial is None:
        raise _forbidden(
            "resourceVersionMatch",
            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
        )
    if initial is not None and match != "NotOlderThan":
        raise _forbidden(
            "resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
        )
    if is_true(initial) and not is_true(query.get("allowWatchBookmarks")):
        raise _forbidden("allowWatchBookmarks", "sendInitialEvents requires allowWatchBookmarks")
    return Options(
        version=version_in(query),
        seconds=_seconds(query.get("timeoutSeconds", "")),
        bookmarks=is_true(query.get("allowWatchBookmarks")),
        initial=is_true(initial),
    )


class Watch:
    """A running watch: an iterator of batches of events."""

    def __init__(self, view: View, store: Store, options: Options) -> None:
        self._view = view
        self._store = store
        self._options = options
        self._unsent: deque[Change] = deque()
        self._arrived = asyncio.Event()
        self._has_lost = False

    async def events(self) -> AsyncIterator[list[Event]]:
        """Yield events as they come, those that belong together at once; end when the time is up."""
        stop = self._store.subscribe(self._take)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._options.seconds
        try:
            if first := self._beginning():
                yield first
            if first and first[-1].type == "ERROR":
                return
            while (left := deadline - loop.time()) > 0:
                batch = await self._next(min(left, BOOKMARK_INTERVAL))
                if batch:
                    yield batch
                if self._has_lost:
                    return
        finally:
            stop()

    def _take(self, change: Change) -> None:
        if change.key.resource != self._view.kind.plural or change.key.group != self._view.group:
            return
        if len(self._unsent) < MOST_UNSENT:
            self._unsent.append(change)
        else:
            self._has_lost = True
        self._arrived.set()

    def _beginning(self) -> list[Event]:
        asked = self._options.version
        if asked is not None and asked > self._store.version:
            return [_error(too_large(asked, self._store.version))]
        if self._options.initial or not asked:
            found = [Event("ADDED", each) for each in self._view.list(self._store)]
            return [*found, self._bookmark(initial=True)] if self._options.initial else found
        try:
            return self._told_by(self._store.since(asked))
        except ApiError as refusal:
            return [_error(refusal)]

    async def _next(self, seconds: float) -> list[Event]:
        """The events of what arrived; after so many seconds without any, a bookmark if one is wanted."""
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return [self._bookmark()] if self._options.bookmarks else []
        self._arrived.clear()
        changes = list(self._unsent)
        self._unsent.clear()
        return self._told_by(changes)

    def _told_by(self, changes: Sequence[Change]) -> list[Event]:
        found = (self._view.event(change) for change in changes)
        return [Event(*event) for event in found if event is not None]

    def _bookmark(self, *, initial: bool = False) -> Event:
        metadata: Object = {"resourceVersion": str(self._store.version), "creationTimestamp": None}
        if initial:
            metadata["annotations"] = {INITIAL_EVENTS_END: "true"}
        kind = self._view.kind
        return Event("BOOKMARK", {"kind": kind.kind, "apiVersion": kind.api_version, "metadata": metadata})


def _seconds(text: str) -> float:
    if text and not (text.isascii() and text.isdigit()):
        raise bad_request(f'timeoutSeconds: Invalid value: "{text}": invalid syntax')
    return float(text or 0) or SHORTEST * (1 + random.random())


def _forbidden(field: str, why: str) -> ApiError:
    return invalid(_LIST_OPTIONS, "", [causes.forbidden(field, why)])


_LIST_OPTIONS = Kind("meta.k8s.io", "v1", "ListOptions", "")


def _error(refusal: ApiError) -> Event:
    return Event("ERROR", refusal.status())
