"""Emulated instances start: after the time that their annotation names, their nodes are ready.

This is EC2's and the kubelet's part, which goes on whether Karpenter's pod runs or not.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from labrunner.sandbox.control import node_objects
from labrunner.sandbox.control.actions import Action, Create, HostFile, Record, RequeueAfter, Update
from labrunner.sandbox.control.controller import Controller, itself
from labrunner.sandbox.control.instances import Instance
from labrunner.sandbox.control.karpenter import names
from labrunner.sandbox.control.settings import Settings
from labrunner.sandbox.control.view import View
from labrunner.sandbox.instance_types import InstanceType, instance_types
from labrunner.sandbox.objects import (
    Object,
    annotations,
    at,
    is_deleting,
    is_true,
    labels,
    micro_timestamp,
    moment,
    name,
)
from labrunner.sandbox.quantity import parse

DISK_SIZE = "labrunner.dev/root-disk"
"""Annotation: the size of the root disk, as a quantity."""
INSTANCE = "labrunner.dev/instance"
"""Annotation: the instance's id and address."""
DEVICES = "dev"
FOR_PLUGINS = "run/neuron"
"""Where the markers are a second time: device plugins mount the host's /run rather than its /dev."""


def nodes(settings: Settings) -> Controller:
    """Make the controller that lets nodes be ready."""

    def reconcile(node: Object | None, view: View) -> Iterator[Action]:
        """Let the node be ready, once its time has come."""
        if node is None or is_deleting(node) or is_true(node, "Ready"):
            return
        kind = _type(node)
        left = _seconds_left(node, view.now)
        if left is None or kind is None:
            return
        if left > 0:
            yield RequeueAfter(left)
        else:
            yield from _start(node, kind, settings.kernel, view.now)

    return Controller("boot of nodes", {("", "nodes"): itself}, reconcile)


def claims(settings: Settings) -> Controller:
    """Make the controller whose instances register as nodes: those of v1 claims, which have none before."""

    def reconcile(claim: Object | None, view: View) -> Iterator[Action]:
        """Let the claim's node register, once its time has come."""
        if claim is None or is_deleting(claim) or not at(claim, "status.providerID"):
            return
        kind, left = _type(claim), _seconds_left(claim, view.now)
        if left is None or kind is None or at(claim, "status.nodeName"):
            return
        if left > 0:
            yield RequeueAfter(left)
            return
        instance = _read(annotations(claim)[INSTANCE], labels(claim))
        capacity = "SPOT" if labels(claim).get("karpenter.sh/capacity-type") == "spot" else "ON_DEMAND"
        kept = {key: annotations(claim)[key] for key in (node_objects.BOOTS_AT, INSTANCE, DISK_SIZE)}
        metadata = {"labels": node_objects.labels(kind, instance, capacity), "annotations": kept}
        yield Create(node_objects.node(instance, metadata, [names.UNREGISTERED]))

    return Controller("boot of node claims", {("karpenter.sh", "nodeclaims"): itself}, reconcile)


def told(instance: Instance, disk: int, boots_at: datetime) -> dict[str, str]:
    """The annotations of a node or claim from which its instance starts."""
    return {
        node_objects.BOOTS_AT: micro_timestamp(boots_at),
        INSTANCE: f"{instance.id} {instance.address}",
        DISK_SIZE: str(disk),
    }


def _read(text: str, known: Mapping[str, str]) -> Instance:
    number, address = text.split()
    zone, region = known["topology.kubernetes.io/zone"], known["topology.kubernetes.io/region"]
    return Instance(number, address, zone, region)


def _type(obj: Object) -> InstanceType | None:
    return instance_types().get(labels(obj).get("node.kubernetes.io/instance-type", ""))


def _seconds_left(obj: Object, now: datetime) -> float | None:
    boots_at = annotations(obj).get(node_objects.BOOTS_AT)
    return None if boots_at is None else (moment(boots_at) - now).total_seconds()


def _start(node: Object, kind: InstanceType, kernel: str, now: datetime) -> Iterator[Action]:
    yield from markers(name(node), kind)
    disk = int(parse(annotations(node).get(DISK_SIZE, node_objects.DISK)))
    status = node_objects.started(kind, _read(annotations(node)[INSTANCE], labels(node)), kernel, now, disk)
    yield Create(node_objects.lease(name(node), now))
    yield Update({**node, "status": status}, "status")
    yield Record(node, "Starting", "Starting kubelet.", "kubelet")
    yield Record(node, "NodeReady", f"Node {name(node)} status is now: NodeReady", "kubelet")


def markers(node: str, kind: InstanceType) -> Iterator[Action]:
    """What stands for the kernel's device files on a node's disk."""
    for device in node_objects.devices(kind):
        text = f"{kind.neuron}: emulated by labrunner, {kind.cores // kind.devices} cores\n"
        yield from (HostFile(node, f"{folder}/{device}", text) for folder in (DEVICES, FOR_PLUGINS))
