"""A cluster without processes: the real registry, the real controllers, and time moved by hand.

What a kubelet would do is done by the tests, at the moment that they choose.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labrunner.sandbox.clock import ManualClock
from labrunner.sandbox.control.control import Control
from labrunner.sandbox.control.settings import Settings
from labrunner.sandbox.objects import Object, at, is_deleting, name, timestamp, with_condition
from labrunner.sandbox.registry import DeleteOptions, Registry


class Cluster:
    """A control plane to play with."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.clock = ManualClock()
        self.registry = Registry(clock=self.clock)
        self.folder = folder
        self.control = Control(self.registry, settings, lambda node: folder / node)

    def start(self) -> "Cluster":
        self.control.bootstrap()
        return self

    def settle(self) -> None:
        self.control.loop.settle()

    def create(self, obj: Object) -> Object:
        space = obj["metadata"].get("namespace", "")
        made = self.registry.create(self.registry.kind_of(obj), obj, namespace=space)
        self.settle()
        return made

    def kind(self, api_version: str, kind: str) -> Any:
        return self.registry.kinds.by_kind(api_version, kind)

    def get(self, api_version: str, kind: str, name: str, namespace: str = "") -> Object:
        return self.registry.get(self.kind(api_version, kind), name, namespace)

    def find(self, api_version: str, kind: str, name: str, namespace: str = "") -> Object | None:
        return self.registry.find(self.kind(api_version, kind), name, namespace)

    def list(self, api_version: str, kind: str, namespace: str | None = None) -> list[Object]:
        return self.registry.list(self.kind(api_version, kind), namespace)

    def change(self, obj: Object, **fields: Any) -> Object:
        """Replace an object with some of its top fields changed."""
        now = self.get(obj["apiVersion"], obj["kind"], name(obj), at(obj, "metadata.namespace", ""))
        made = self.registry.update(self.registry.kind_of(obj), {**now, **fields})
        self.settle()
        return made

    def delete(self, obj: Object, **options: Any) -> None:
        space = at(obj, "metadata.namespace", "")
        self.registry.delete(self.registry.kind_of(obj), name(obj), space, options=DeleteOptions(**options))
        self.settle()

    def pods(self, namespace: str = "default") -> "list[Object]":
        return self.list("v1", "Pod", namespace)

    def advance(self, seconds: float) -> None:
        """Let time pass, a second at a time, with everybody at work."""
        while seconds > 0:
            asyncio.run(self.clock.advance(min(seconds, 1.0)))
            seconds -= 1.0
            self.settle()

    def work(self, **readiness: bool) -> None:
        """Do what kubelets do: start what was placed, end what was deleted. `web=False`: not ready."""
        for _ in range(20):
            version = self.registry.store.version
            for pod in self.list("v1", "Pod"):
                self._serve(pod, readiness)
            self.settle()
            if version == self.registry.store.version:
                return

    def _serve(self, pod: Object, readiness: Mapping[str, bool]) -> None:
        if not at(pod, "spec.nodeName"):
            return
        if is_deleting(pod):
            self.registry.delete(
                self.registry.kind_of(pod),
                name(pod),
                pod["metadata"]["namespace"],
                options=DeleteOptions(grace_seconds=0),
            )
        elif at(pod, "status.phase") in (None, "Pending"):
            ready = readiness.get(at(pod, "metadata.labels.app", ""), True)
            self.run_pod(pod, ready=ready)

    def run_pod(self, pod: Object, *, ready: bool = True, phase: str = "Running") -> None:
        """Say that a pod's containers run, or have ended."""
        state = {"running": {"startedAt": timestamp(self.clock.now())}}
        names = [each["name"] for each in pod["spec"]["containers"]]
        statuses = [
            {"name": each, "ready": ready, "restartCount": 0, "image": "x", "imageID": "x", "state": state}
            for each in names
        ]
        told = {**pod, "status": {**pod.get("status", {}), "phase": phase, "containerStatuses": statuses}}
        told = with_condition(told, {"type": "Ready", "status": str(ready)}, self.clock.now())
        self.registry.update(self.registry.kind_of(pod), told, subresource="status")
        self.settle()

    def events(self, about: str) -> "list[tuple[str, str]]":
        """Reason and message of the events about an object by its name, the oldest first."""
        found = [each for each in self.list("v1", "Event") if each["involvedObject"]["name"] == about]
        found.sort(key=lambda each: int(each["metadata"]["resourceVersion"]))
        return [(each["reason"], each["message"]) for each in found]

    def karpenter_log(self) -> str:
        """All that Karpenter's pods have been given to print."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*/var/log/karpenter/*.log")))

    def plug_in(self, node: str, **devices: int) -> None:
        """Do what a kubelet does when a device plugin registers."""
        found = self.get("v1", "Node", node)
        counts = {f"aws.amazon.com/{each}": str(count) for each, count in devices.items()}
        status = found["status"]
        for field in ("capacity", "allocatable"):
            status = {**status, field: {**status[field], **counts}}
        self.registry.update(self.kind("v1", "Node"), {**found, "status": status}, subresource="status")
        self.settle()
