"""Time for everything in the sandbox: the machine's, or one that a test moves by hand.

Nothing else in the sandbox asks the machine what time it is, so that five minutes of waiting cost a test
nothing and never depend on how busy the machine is.
"""

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What time it is, and waiting."""

    def now(self) -> datetime:
        """Return the date and time, in UTC."""

    def monotonic(self) -> float:
        """Return seconds since some fixed moment; never runs backwards."""

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the date and time, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""
        await asyncio.sleep(max(seconds, 0))


class ManualClock:
    """Time that stands still until it is advanced; waits end in the order of their deadlines."""

    # How often the event loop may turn for what a deadline has woken before the next deadline is reached.
    TURNS = 25

    def __init__(self, start: datetime = datetime(2025, 1, 1, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0
        self._order = itertools.count()  # equal deadlines wake first come, first served
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Return the date and time that it stands at."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Return the seconds it was advanced since it was made."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Return once the clock was advanced that far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiting = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), waiting))
        await waiting

    async def advance(self, seconds: float) -> None:
        """Let that many seconds pass, and whatever was waiting for them run.

        What wakes up may wait again and is woken again, if that is still within the time.
        """
        until = self._elapsed + seconds
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            deadline, _, waiting = heapq.heappop(self._sleepers)
            self._elapsed = max(self._elapsed, deadline)
            if not waiting.done():
                waiting.set_result(None)
                await self._settle()
        self._elapsed = until

    @property
    def next_deadline(self) -> float | None:
        """Seconds until the next wait ends; None when nothing waits."""
        waiting = [deadline for deadline, _, future in self._sleepers if not future.done()]
        return min(waiting) - self._elapsed if waiting else None

    async def _settle(self) -> None:
        for _ in range(self.TURNS):
            await asyncio.sleep(0)
