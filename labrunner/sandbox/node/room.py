"""What one pod's containers share: the pod as it is now, its folder, volumes and devices, a voice."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labrunner.sandbox.node.equipment import Equipment
from labrunner.sandbox.node.pulls import Pulls
from labrunner.sandbox.node.volumes.content import Context
from labrunner.sandbox.node.volumes.mount import Volumes
from labrunner.sandbox.objects import Object, at
from labrunner.sandbox.store import Key


@dataclass(slots=True)
class Room:
    """One pod on its node."""

    equipment: Equipment
    pulls: Pulls
    pod: Object
    """As it was last seen in the registry."""
    folder: Path
    """Everything of the pod's on disk is below."""
    address: str = ""
    volumes: Volumes = field(default_factory=Volumes)
    devices: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Container → variables that come with its devices."""
    publish: Callable[[], None] = lambda: None
    """Shows a changed state in the pod's status."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def node(self) -> Object:
        """The pod's node; empty when it is gone."""
        found = self.equipment.registry.store.get(Key("", "nodes", "", at(self.pod, "spec.nodeName", "")))
        return found or {}

    @property
    def full_name(self) -> str:
        """How the kubelet names a pod in messages."""
        meta = self.pod["metadata"]
        return f"{meta['name']}_{meta['namespace']}({meta['uid']})"

    @property
    def volume_context(self) -> Context:
        """What its volumes are made from."""
        equipment = self.equipment
        return Context(
            pod=self.pod,
            node=self.node,
            node_root=equipment.node_root(at(self.pod, "spec.nodeName", "")),
            folder=self.folder / "volumes",
            claims=equipment.folder / "claims",
            registry=equipment.registry,
            environment=equipment.environment,
        )

    def tell(self, reason: str, message: str, *, warning: bool = False, container: str = "") -> None:
        """Record an event about the pod or one of its containers."""
        init = {each["name"] for each in self.pod["spec"].get("initContainers") or ()}
        part = "initContainers" if container in init else "containers"
        where = f"spec.{part}{{{container}}}" if container else ""
        self.equipment.teller.tell(self.pod, reason, message, warning=warning, field=where)

    def changed(self) -> None:
        """Something that the pod may have been waiting for has changed: wake who waits."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def pause(self, seconds: float) -> None:
        """Wait that long, or until something has changed."""
        waits: list[asyncio.Task[Any]] = [
            asyncio.create_task(self.equipment.clock.sleep(seconds)),
            asyncio.create_task(self._changed.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
