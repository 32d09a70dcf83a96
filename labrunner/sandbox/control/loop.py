"""The one place where controllers' wishes become deeds: a queue of keys, worked off one by one.

It is level-triggered: what changed only says which keys to look at, and what is to be done follows from the
cluster's state at that moment. A controller that asked for something in vain is asked again, later each time.
Everything is in a fixed order, so that a run with a clock moved by hand is the same every time.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any

from labrunner.sandbox.control.actions import RequeueAfter
from labrunner.sandbox.control.controller import ALL, EVERYTHING, Controller, everything
from labrunner.sandbox.control.deeds import Deeds, NodeRoot
from labrunner.sandbox.control.queue import Queue
from labrunner.sandbox.control.view import View
from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.store import Change, Key

log = logging.getLogger(__name__)

Item = tuple[int, Key]
"""A controller's place in the list, and one of its keys."""


class Loop:
    """Runs controllers over a registry."""

    def __init__(self, registry: Registry, controllers: Sequence[Controller], node_root: NodeRoot) -> None:
        self._clock = registry.clock
        self._controllers = tuple(controllers)
        self._deeds = Deeds(registry, node_root)
        self.view = View(registry.store, registry.kinds, registry.clock)
        self._queue: Queue[Item] = Queue()
        self._wake = asyncio.Event()
        self._unsubscribe = registry.store.subscribe(self._changed)
        for place, controller in enumerate(self._controllers):
            if everything in controller.watches.values():
                self._queue.add((place, ALL))

    @property
    def busy(self) -> bool:
        """Whether something waits for its turn right now."""
        return len(self._queue) > 0

    @property
    def next_moment(self) -> float | None:
        """Seconds until something that was put off comes due; None when nothing was."""
        moment = self._queue.next_moment()
        return None if moment is None else max(0.0, moment - self._clock.monotonic())

    async def run(self) -> None:
        """Work for ever; cancel it to stop."""
        while True:
            self._wake.clear()
            while self.step():
                await asyncio.sleep(0)  # requests and pods want their turn too
            await self._rest()

    def settle(self) -> None:
        """Work off all that is due now; for start-up and tests, outside `run`."""
        while self.step():
            pass

    def close(self) -> None:
        """Hear of no more changes."""
        self._unsubscribe()

    def step(self) -> bool:
        """Look at one key; return whether there was one."""
        item = self._queue.take(self._clock.monotonic())
        if item is None:
            return False
        try:
            self._reconcile(item)
            self._queue.succeeded(item)
        except ApiError as refusal:
            self._again(item, str(refusal))
        except Exception:
            # A mistake of ours must not end everything else that the loop does.
            log.exception("controller %s failed at %s", self._controllers[item[0]].name, item[1])
            self._again(item, "it failed")
        return True

    async def _rest(self) -> None:
        pause = self.next_moment
        waits: list[asyncio.Task[Any]] = [asyncio.create_task(self._wake.wait())]
        if pause is not None:
            waits.append(asyncio.create_task(self._clock.sleep(pause)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await each

    def _changed(self, change: Change) -> None:
        self.view.notice(change)
        for place, controller in enumerate(self._controllers):
            for watched in ((change.key.group, change.key.resource), EVERYTHING):
                concerned = controller.watches.get(watched)
                for key in concerned(change, self.view) if concerned else ():
                    self._queue.add((place, key))
        self._wake.set()

    def _reconcile(self, item: Item) -> None:
        place, key = item
        found = None if key == ALL else self.view.at(key)
        if found is None and key != ALL:
            return
        # All of it first: what is to be done follows from the state before any of it is done.
        for action in list(self._controllers[place].reconcile(found, self.view)):
            if isinstance(action, RequeueAfter):
                self._queue.add_at(item, self._clock.monotonic() + action.seconds)
            else:
                self._deeds.do(action)

    def _again(self, item: Item, why: str) -> None:
        pause = self._queue.put_off(item, self._clock.monotonic())
        log.debug("%s at %s again in %.2f s: %s", self._controllers[item[0]].name, item[1], pause, why)
