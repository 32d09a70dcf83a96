"""Devices that plugins offer on a node, such as Neuron chips, and the containers that have them.

A device plugin registers by writing a file into the node's `/var/lib/kubelet/device-plugins` and takes it
away when it ends, where a real one speaks gRPC over a socket in that folder:

    {"resource": "aws.amazon.com/neuron", "devices": ["0"], "allocate": {"env": {"NAME": "value"}}}

In a value, `{count}` stands for how many devices the container asked for: a real plugin is told.

Only what is offered there counts: a node without a plugin has no devices, whatever its instance type.
A plugin that was killed cannot take its files away. Where a real one's socket would be dead, its offer goes
once no container is left on the node that could have made it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from labrunner.sandbox.objects import Object, at

PLUGINS = "var/lib/kubelet/device-plugins"
"""Folder on a node's disk."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one plugin offers on one node."""

    resource: str
    devices: tuple[str, ...]
    environment: Mapping[str, str]
    """Variables of containers that get a device."""


class AllocationError(Exception):
    """A node does not have what it was believed to have; the text is the kubelet's."""


@dataclass(slots=True)
class Devices:
    """The devices of all nodes."""

    _offers: dict[str, dict[str, Offer]] = field(default_factory=dict)
    _known: dict[str, set[str]] = field(default_factory=dict)
    """Node → resources that were ever offered there."""
    _taken: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    """Node and resource → device → uid of the pod that has it."""

    def look(self, node: str, root: Path, *, plugins: bool) -> bool:
        """Read what is offered on a node now; return whether that has changed.

        Args:
            node: Its name.
            root: The folder that stands for its disk.
            plugins: Whether a container runs there that can write to the plugins' folder.
        """
        if not plugins:
            for path in (root / PLUGINS).glob("*.json"):
                path.unlink()
        found = {offer.resource: offer for offer in _offers(root / PLUGINS)}
        if found == self._offers.get(node, {}):
            return False
        self._offers[node] = found
        self._known.setdefault(node, set()).update(found)
        return True

    def forget(self, node: str) -> None:
        """The node is gone."""
        self._offers.pop(node, None)
        self._known.pop(node, None)

    def amounts(self, node: Object) -> Object:
        """The node's status with what is offered now; what is offered no longer counts zero."""
        status: Object = dict(node.get("status") or {})
        name = node["metadata"]["name"]
        amounts = dict.fromkeys(sorted(self._known.get(name, ())), "0")
        amounts |= {
            resource: str(len(offer.devices)) for resource, offer in self._offers.get(name, {}).items()
        }
        for part in ("capacity", "allocatable"):
            status[part] = {**(status.get(part) or {}), **amounts}
        return status

    def allocate(self, pod: Object, container: Mapping[str, Any]) -> dict[str, str]:
        """Give a container the devices that it asks for; return the variables that come with them.

        Raises:
            AllocationError: There are not enough.
        """
        variables: dict[str, str] = {}
        for resource, count in _asked(container):
            offer = self._offers.get(at(pod, "spec.nodeName", ""), {}).get(resource)
            self._take(pod, resource, count, offer)
            offered = offer.environment if offer else {}
            variables |= {name: value.replace("{count}", str(count)) for name, value in offered.items()}
        return variables

    def give_back(self, pod: Object) -> None:
        """The pod has ended."""
        for taken in self._taken.values():
            for device in [device for device, uid in taken.items() if uid == pod["metadata"]["uid"]]:
                del taken[device]

    def _take(self, pod: Object, resource: str, count: int, offer: Offer | None) -> None:
        taken = self._taken.setdefault((at(pod, "spec.nodeName", ""), resource), {})
        free = [device for device in (offer.devices if offer else ()) if device not in taken]
        if len(free) < count:
            raise AllocationError(
                f"Allocate failed due to requested number of devices unavailable for {resource}. "
                f"Requested: {count}, Available: {len(free)}, which is unexpected"
            )
        for device in free[:count]:
            taken[device] = pod["metadata"]["uid"]


def is_plugin(pod: Object) -> bool:
    """Whether the pod can register devices: it mounts the node's folder for that."""
    folder = PurePosixPath("/", PLUGINS)
    volumes = pod["spec"].get("volumes") or ()
    paths = [PurePosixPath(each["hostPath"]["path"]) for each in volumes if each.get("hostPath")]
    return any(folder.is_relative_to(path) for path in paths)


def _asked(container: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Extended resources and how many of each; names with a slash that are not Kubernetes' own."""
    limits: Mapping[str, Any] = (container.get("resources") or {}).get("limits") or {}
    for name, count in limits.items():
        if "/" in name and not name.startswith(("kubernetes.io/", "hugepages-")) and int(count) > 0:
            yield name, int(count)


def _offers(folder: Path) -> Iterator[Offer]:
    for path in sorted(folder.glob("*.json")):
        try:
            said = json.loads(path.read_text())
            yield Offer(
                said["resource"], tuple(_ids(said["devices"])), said.get("allocate", {}).get("env", {})
            )
        except (OSError, ValueError, KeyError, TypeError):
            continue  # half written, or just taken away: the next look will tell


def _ids(devices: Iterable[Any]) -> Iterator[str]:
    for device in devices:
        if isinstance(device, Mapping):
            if device.get("health", "Healthy") == "Healthy":
                yield str(device.get("id", device.get("ID")))
        else:
            yield str(device)
