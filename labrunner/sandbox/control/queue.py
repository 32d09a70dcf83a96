"""The loop's work: keys that want a look, each at most once, some of them only later. Pure, no clock."""

import heapq
import itertools
from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)

FIRST_PAUSE = 0.05
"""Seconds before an item that failed is tried again; doubled each time …"""
LONGEST_PAUSE = 30.0
"""… up to this many seconds."""


class Queue(Generic[Item]):
    """First come, first served; an item that is waiting already is not added twice."""

    def __init__(self) -> None:
        self._ready: deque[Item] = deque()
        self._known: set[Item] = set()
        self._later: list[tuple[float, int, Item]] = []
        self._due: dict[Item, float] = {}
        self._order = itertools.count()
        self._failures: dict[Item, int] = {}

    def add(self, item: Item) -> None:
        """Look at it as soon as it is its turn."""
        if item not in self._known:
            self._known.add(item)
            self._ready.append(item)

    def add_at(self, item: Item, moment: float) -> None:
        """Look at it at `moment` (seconds), or earlier if that was asked for already."""
        if moment < self._due.get(item, float("inf")):
            self._due[item] = moment
            heapq.heappush(self._later, (moment, next(self._order), item))

    def take(self, now: float) -> Item | None:
        """The next item whose time has come; None when there is none."""
        while self._later and self._later[0][0] <= now:
            moment, _, item = heapq.heappop(self._later)
            if self._due.get(item) == moment:  # otherwise an earlier moment took its place
                del self._due[item]
                self.add(item)
        if not self._ready:
            return None
        item = self._ready.popleft()
        self._known.discard(item)
        return item

    def next_moment(self) -> float | None:
        """When the next item that is put off comes due, in seconds; None when none is."""
        return min(self._due.values(), default=None)

    def put_off(self, item: Item, now: float) -> float:
        """Try a failed item again, later each time; return the pause in seconds."""
        failures = self._failures.get(item, 0)
        self._failures[item] = failures + 1
        pause = min(FIRST_PAUSE * 2.0 ** min(failures, 20), LONGEST_PAUSE)
        self.add_at(item, now + pause)
        return pause

    def succeeded(self, item: Item) -> None:
        """Forget an item's failures."""
        self._failures.pop(item, None)

    def __len__(self) -> int:
        """How many items wait for their turn, those put off not counted."""
        return len(self._ready)
