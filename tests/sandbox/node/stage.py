"""A registry with one node and a real kubelet on it: what most tests of pods stand on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labrunner.sandbox.clock import Clock, SystemClock
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.node.catalogue import Catalogue
from labrunner.sandbox.node.equipment import Timing
from labrunner.sandbox.node.image import Image
from labrunner.sandbox.node.images import IMAGES
from labrunner.sandbox.node.kubelet import Kubelet
from labrunner.sandbox.node.surroundings import PodEnvironment
from labrunner.sandbox.objects import Object, at
from labrunner.sandbox.registry import DeleteOptions, Registry

NAMESPACE = "lab"
NODE = "node-1"
QUICK = Timing(crash=0.02, pull=0.05, mount=0.02, config=0.02)
PATIENCE = 20.0
"""Seconds after which a test gives up on something that takes milliseconds."""

Condition = Callable[[Object | None], bool]


def token(namespace: str, service_account: str, audience: str, seconds: float, pod: Object) -> str:
    """A token that says what it was asked for."""
    return f"{namespace}/{service_account} for {audience or 'the API'}, {seconds:g} s"


@dataclass
class Ended:
    """A command that ran in a container."""

    code: int
    out: str
    err: str


@dataclass
class Stage:
    """What a test works with."""

    registry: Registry
    kubelet: Kubelet

    def kind(self, name: str) -> Kind:
        return self.registry.kinds.by_kind("v1", name)

    def make(self, kind: str, name: str, **content: Any) -> Object:
        """Create an object of the core group; `metadata_…` keywords go into the metadata."""
        meta = {
            key.removeprefix("metadata_"): content.pop(key)
            for key in list(content)
            if key.startswith("metadata_")
        }
        namespace = "" if kind in ("Node", "Namespace") else NAMESPACE
        return self.registry.create(
            self.kind(kind), {"metadata": {"name": name, **meta}, **content}, namespace=namespace
        )

    def pod(
        self,
        name: str,
        *argv: str,
        image: str = "busybox:1",
        container: Object | None = None,
        metadata: Object | None = None,
        **spec: Any,
    ) -> Object:
        """Create a pod with one container, `main`, on the node."""
        main: Object = {"name": "main", "image": image, **(container or {})}
        if argv:
            main["command"] = list(argv)
        spec.setdefault("containers", [main])
        spec.setdefault("nodeName", NODE)
        obj = {"metadata": {"name": name, **(metadata or {})}, "spec": spec}
        return self.registry.create(self.kind("Pod"), obj, namespace=NAMESPACE)

    def now(self, name: str) -> Object | None:
        return self.registry.find(self.kind("Pod"), name, NAMESPACE)

    async def until(self, name: str, condition: Condition) -> Object:
        """Wait until the pod meets a condition, and return it; an empty object if it is gone."""
        await self.eventually(lambda: condition(self.now(name)), lambda: f"{name}: {self.now(name)}")
        return self.now(name) or {}

    async def eventually(self, condition: Callable[[], bool], told: Callable[[], str]) -> None:
        """Wait until a change in the registry makes `condition` true."""
        changed = asyncio.Event()
        stop = self.registry.store.subscribe(lambda _: changed.set())
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    await changed.wait()
                    changed.clear()
        except TimeoutError:
            raise AssertionError(f"it never came to that; {told()}") from None
        finally:
            stop()

    async def running(self, name: str) -> Object:
        return await self.until(name, lambda pod: at(pod, "status.phase") == "Running")

    async def ready(self, name: str) -> Object:
        return await self.until(name, is_ready)

    async def over(self, name: str) -> Object:
        return await self.until(name, lambda pod: at(pod, "status.phase") in ("Succeeded", "Failed"))

    async def gone(self, name: str) -> None:
        await self.until(name, lambda pod: pod is None)

    async def run(
        self, name: str, *argv: str, stdin: bytes | None = None, container: str | None = None
    ) -> Ended:
        """Run a command in a pod to its end."""
        process = await self.kubelet.exec(
            NAMESPACE, name, container, argv, stdin=stdin is not None, tty=False
        )
        try:
            if stdin is not None:
                await process.write(stdin)
                await process.close_stdin()
            out, err = await asyncio.gather(whole(process, "stdout"), whole(process, "stderr"))
            return Ended(await process.wait(), out.decode(), err.decode())
        finally:
            process.kill()

    async def log(self, name: str, container: str | None = None, **query: Any) -> str:
        chunks = [chunk async for chunk in self.kubelet.logs(NAMESPACE, name, container, **query)]
        return b"".join(chunks).decode()

    def events(self, name: str) -> list[tuple[str, str]]:
        """Reason and message of the events about a pod, in the order in which they were first told."""
        found = self.registry.list(self.kind("Event"), NAMESPACE)
        ours = [each for each in found if each["involvedObject"]["name"] == name]
        return [
            (each["reason"], each["message"])
            for each in sorted(ours, key=lambda each: each["metadata"]["name"])
        ]

    async def told(self, name: str, reason: str) -> str:
        """Wait for an event, and return its message."""

        def messages() -> Sequence[str]:
            return [message for why, message in self.events(name) if why == reason]

        await self.eventually(lambda: bool(messages()), lambda: str(self.events(name)))
        return messages()[0]

    def delete(self, name: str, grace: int | None = None) -> None:
        self.registry.delete(self.kind("Pod"), name, NAMESPACE, options=DeleteOptions(grace_seconds=grace))


def is_ready(pod: Object | None) -> bool:
    conditions = at(pod, "status.conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def state(pod: Object, container: str = "main") -> Object:
    """The status of one container."""
    everyone = [
        *at(pod, "status.initContainerStatuses", []),
        *at(pod, "status.containerStatuses", []),
    ]
    return next(each for each in everyone if each["name"] == container)


def waits_for(reason: str, container: str = "main") -> Condition:
    """A condition: the container waits for that reason."""

    def condition(pod: Object | None) -> bool:
        return bool(pod and at(pod, "status.containerStatuses")) and (
            at(state(pod or {}, container), "state.waiting.reason") == reason
        )

    return condition


async def whole(process: Any, stream: str) -> bytes:
    """All that a process writes to a stream."""
    data = b""
    while chunk := await process.read(stream):
        data += chunk
    return data


@contextlib.asynccontextmanager
async def stage(
    folder: Path,
    *,
    images: Sequence[Image] = IMAGES,
    clock: Clock | None = None,
    timing: Timing = QUICK,
    environment: PodEnvironment | None = None,
) -> AsyncIterator[Stage]:
    """A kubelet with one ready node; all of it is gone at the end."""
    clock = clock or SystemClock()
    registry = Registry(clock=clock)
    kubelet = Kubelet(
        registry,
        Catalogue.of(images),
        folder / "kubelet",
        clock=clock,
        environment=environment or PodEnvironment("127.0.0.1", 6443, token),
        timing=timing,
    )
    made = Stage(registry, kubelet)
    made.make("Namespace", NAMESPACE)
    made.make("ServiceAccount", "default")
    made.make("ConfigMap", "kube-root-ca.crt", data={"ca.crt": "the cluster's certificate"})
    add_node(made, NODE)
    await kubelet.start()
    try:
        yield made
    finally:
        await kubelet.stop()


def add_node(made: Stage, name: str, *, ready: bool = True) -> None:
    """Add a node, and say whether it is up."""
    status = {
        "addresses": [{"type": "InternalIP", "address": "192.168.7.1"}],
        "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
        "capacity": {"cpu": "2", "memory": "8Gi", "pods": "29"},
        "allocatable": {"cpu": "2", "memory": "7Gi", "pods": "29"},
    }
    made.make("Node", name)
    set_node_status(made, name, status)


def set_node_status(made: Stage, name: str, status: Object) -> None:
    node = made.registry.get(made.kind("Node"), name)
    made.registry.update(
        made.kind("Node"), {**node, "status": {**node.get("status", {}), **status}}, subresource="status"
    )
