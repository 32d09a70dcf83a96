"""One pod from its arrival on a node to its end: what happens in which order.

Containers are for `keeper`; the words of the status for `status`.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from datetime import datetime

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.folder import remove_tree
from labrunner.sandbox.node.backoff import BackOff
from labrunner.sandbox.node.devices import AllocationError, is_plugin
from labrunner.sandbox.node.keeper import Keeper
from labrunner.sandbox.node.room import Room
from labrunner.sandbox.node.status import Situation, is_sidecar, status
from labrunner.sandbox.node.volumes.mount import VolumeError, renewal
from labrunner.sandbox.objects import Object, at, condition, is_true
from labrunner.sandbox.registry import DeleteOptions
from labrunner.sandbox.store import Key

log = logging.getLogger(__name__)

GRACE = 30
"""Seconds that a pod gets to end if its manifest does not say."""


class Worker:
    """Looks after one pod."""

    def __init__(self, room: Room) -> None:
        self.room = room
        spec = room.pod["spec"]
        policy = spec.get("restartPolicy", "Always")
        inits = spec.get("initContainers") or ()
        first = "PodInitializing" if inits else "ContainerCreating"
        init_policy = "OnFailure" if policy == "Always" else policy
        self.init = [
            Keeper(room, each, policy="Always" if is_sidecar(each) else init_policy, reason=first)
            for each in inits
        ]
        self.containers = [Keeper(room, each, policy=policy, reason=first) for each in spec["containers"]]
        self._started: datetime | None = None
        self._mounted = False
        self._verdict: tuple[str, str] | None = None
        self._life: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._helpers: list[asyncio.Task[None]] = []
        room.publish = self.publish

    @property
    def keepers(self) -> list[Keeper]:
        """All containers, init containers first."""
        return [*self.init, *self.containers]

    @property
    def key(self) -> Key:
        """Where the pod is in the registry."""
        meta = self.room.pod["metadata"]
        return Key("", "pods", meta["namespace"], meta["name"])

    @property
    def offers_devices(self) -> bool:
        """Whether a container of the pod runs that may be a device plugin."""
        running = (each.current is not None and each.current.running for each in self.containers)
        return is_plugin(self.room.pod) and any(running)

    def begin(self) -> None:
        """Start to look after the pod."""
        self._life = asyncio.create_task(self._live())
        self._life.add_done_callback(_report)

    def changed(self, pod: Object) -> None:
        """The pod has changed in the registry."""
        self.room.pod = pod
        if pod["metadata"].get("deletionTimestamp"):
            grace = float(pod["metadata"].get("deletionGracePeriodSeconds") or 0)
            if self._ending is None:
                self._ending = asyncio.create_task(self._end(grace))
            else:
                self._helpers.append(asyncio.create_task(self._hurry(grace)))
        elif self._mounted:
            self.room.volumes.refresh(self.room.volume_context)

    def surroundings_changed(self) -> None:
        """A config map, a secret or the node has changed."""
        if self._mounted:
            self.room.volumes.refresh(self.room.volume_context)
        self.room.changed()

    async def abandon(self) -> None:
        """End everything at once and remove what is on disk; nothing is written to the registry."""
        for task in (self._life, self._ending, *self._helpers):
            await _cancelled(task)
        for keeper in self.keepers:
            keeper.kill()
        for keeper in self.keepers:
            if keeper.current is not None:
                await keeper.current.wait()
        await self._clear()

    def publish(self) -> None:
        """Write the pod's status as it is now, if it has changed."""
        registry = self.room.equipment.registry
        stored = registry.store.get(self.key)
        if stored is None or stored["metadata"]["uid"] != self.room.pod["metadata"]["uid"]:
            return
        fresh = {**stored, "status": status(self._situation(stored), registry.clock.now())}
        if fresh["status"] != stored.get("status"):
            try:
                pods = registry.kinds.by_kind("v1", "Pod")
                self.room.pod = registry.update(pods, fresh, subresource="status")
            except ApiError as refusal:
                # Nothing can have come in between: this is a mistake of ours.
                log.error("the status of pod %s was refused: %s", self.room.full_name, refusal)

    def _situation(self, pod: Object) -> Situation:
        node = self.room.node
        hosts = [each["address"] for each in at(node, "status.addresses", []) if each["type"] == "InternalIP"]
        return Situation(
            pod=pod,
            containers={keeper.name: keeper.state for keeper in self.containers},
            init={keeper.name: keeper.state for keeper in self.init},
            address=self.room.address,
            host=hosts[0] if hosts else "",
            started=self._started,
            mounted=self._mounted,
            verdict=self._verdict,
        )

    async def _live(self) -> None:
        await self._node_is_ready()
        self._started = self.room.equipment.clock.now()
        try:
            self._allocate()
        except AllocationError as error:
            self._fail("UnexpectedAdmissionError", str(error))
            return
        self.publish()
        await self._mount()
        self._help()
        try:
            if await self._initialize():
                await asyncio.gather(*(keeper.keep() for keeper in self.containers))
        finally:
            self.publish()
        await self._over()

    async def _node_is_ready(self) -> None:
        """Wait for the node to come up: before that there is no kubelet on it."""
        while not self.room.node or (
            condition(self.room.node, "Ready") and not is_true(self.room.node, "Ready")
        ):
            await self.room.pause(60.0)

    def _allocate(self) -> None:
        for keeper in self.keepers:
            devices = self.room.equipment.devices
            self.room.devices[keeper.name] = devices.allocate(self.room.pod, keeper.spec)

    async def _mount(self) -> None:
        """Make the volumes; try until they can be made."""
        equipment = self.room.equipment
        waits = BackOff(equipment.timing.mount, equipment.timing.mount_limit)
        while True:
            try:
                self.room.volumes.mount(self.room.volume_context)
                break
            except VolumeError as error:
                self.room.tell("FailedMount", str(error), warning=True)
                await self.room.pause(waits.next(equipment.clock.monotonic()))
        self._mounted = True
        self.publish()

    def _help(self) -> None:
        """Start what goes on beside the containers."""
        if (seconds := renewal(self.room.pod)) is not None:
            self._helpers.append(asyncio.create_task(self._renew(seconds)))
        if (seconds := self.room.pod["spec"].get("activeDeadlineSeconds")) is not None:
            self._helpers.append(asyncio.create_task(self._expire(float(seconds))))

    async def _initialize(self) -> bool:
        """Run the init containers one after the other; false if one of them failed for good."""
        for keeper in self.init:
            if is_sidecar(keeper.spec):
                self._helpers.append(asyncio.create_task(keeper.keep()))
                await keeper.started.wait()
                continue
            await keeper.keep()
            if not keeper.state.succeeded:
                return False
        return True

    async def _over(self) -> None:
        """The containers have ended for good: end those beside them."""
        grace = float(self.room.pod["spec"].get("terminationGracePeriodSeconds", GRACE))
        for keeper in self._sidecars():
            await keeper.stop(grace)
        for task in self._helpers:
            task.cancel()
        self.room.equipment.devices.give_back(self.room.pod)
        self.publish()

    async def _renew(self, seconds: float) -> None:
        """Replace tokens before they expire."""
        while True:
            await self.room.equipment.clock.sleep(seconds)
            self.room.volumes.refresh(self.room.volume_context)

    async def _expire(self, seconds: float) -> None:
        """Fail the pod when it has been active for too long."""
        await self.room.equipment.clock.sleep(seconds)
        said = "Pod was active on the node longer than the specified deadline"
        self.room.tell("DeadlineExceeded", said)
        self._fail("DeadlineExceeded", said)
        await _cancelled(self._life)
        await self._stop_all(float(self.room.pod["spec"].get("terminationGracePeriodSeconds", GRACE)))

    def _fail(self, reason: str, message: str) -> None:
        self._verdict = (reason, message)
        self.room.equipment.devices.give_back(self.room.pod)
        if reason == "UnexpectedAdmissionError":
            self.room.tell(reason, message, warning=True)
        self.publish()

    async def _end(self, grace: float) -> None:
        """End the pod because it is being deleted, and take it out of the registry."""
        await _cancelled(self._life)
        await self._stop_all(grace)
        self.publish()
        registry = self.room.equipment.registry
        options = DeleteOptions(grace_seconds=0, uid=self.room.pod["metadata"]["uid"])
        with contextlib.suppress(ApiError):
            registry.delete(
                registry.kinds.by_kind("v1", "Pod"), self.key.name, self.key.namespace, options=options
            )

    async def _hurry(self, grace: float) -> None:
        """The pod gets less time to end than it was given first."""
        await self.room.equipment.clock.sleep(grace)
        for keeper in self.keepers:
            keeper.kill()

    async def _stop_all(self, grace: float) -> None:
        """End the containers, then the sidecars, the last one first."""
        sidecars = list(self._sidecars())
        others = [keeper for keeper in self.keepers if keeper not in sidecars]
        clock = self.room.equipment.clock
        deadline = clock.monotonic() + grace
        await asyncio.gather(*(keeper.stop(grace) for keeper in others))
        for task in self._helpers:
            if task is not asyncio.current_task():
                task.cancel()
        for keeper in sidecars:
            await keeper.stop(max(deadline - clock.monotonic(), 0.0))

    def _sidecars(self) -> Iterator[Keeper]:
        return (keeper for keeper in reversed(self.init) if is_sidecar(keeper.spec))

    async def _clear(self) -> None:
        self.room.equipment.devices.give_back(self.room.pod)
        await asyncio.to_thread(remove_tree, self.room.folder)


def _report(task: asyncio.Task[None]) -> None:
    """A mistake of ours must not leave a pod waiting without a word."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("looking after a pod failed", exc_info=error)


async def _cancelled(task: asyncio.Task[None] | None) -> None:
    """Cancel a task and wait until it is over."""
    if task is None or task is asyncio.current_task():
        return
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
