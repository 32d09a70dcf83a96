"""From a plan to an instance: which type, which zone, bought how. Pure.

The real one asks EC2, which chooses by what it has to spare; here the cheapest type is always to be had.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from labrunner.sandbox.control import boot, instances, node_objects
from labrunner.sandbox.control.instances import Instance
from labrunner.sandbox.control.karpenter import names
from labrunner.sandbox.control.karpenter.pools import Pool
from labrunner.sandbox.control.karpenter.requirements import Requirements
from labrunner.sandbox.control.karpenter.solve import Plan
from labrunner.sandbox.control.settings import Settings
from labrunner.sandbox.control.view import View
from labrunner.sandbox.instance_types import InstanceType
from labrunner.sandbox.objects import Object, at, labels, name, owner_reference, uid
from labrunner.sandbox.quantity import parse

ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


@dataclass(frozen=True, slots=True)
class Launched:
    """An instance that was just ordered."""

    instance: Instance
    type: InstanceType
    capacity_type: str
    disk: int
    """Bytes of its root disk."""


def launched(plan: Plan, seed: str, settings: Settings, view: View) -> Launched:
    """Order an instance for a plan; the same seed gives the same one."""
    zone = _zone(plan.requirements, settings.zones, view)
    taken = {name(each) for each in view.listed("v1", "Node")}
    instance = instances.launched(seed, zone, settings.region, taken)
    disk = root_disk(plan.pool.node_class(view) or {})
    return Launched(instance, plan.types[0], capacity_type(plan.requirements), disk)


def seed_of(plan: Plan, now: datetime) -> str:
    """What makes one plan differ from another: its pool, its pods, and when."""
    return "/".join([now.isoformat(), uid(plan.pool.object), *sorted(uid(pod) for pod in plan.pods)])


def suffix(seed: str) -> str:
    """Five characters for a name, as the API server would generate them."""
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in hashlib.sha256(seed.encode()).digest()[:5])


def capacity_type(requirements: Requirements) -> str:
    """Spot where that will do, as Karpenter prefers it; a pool that says nothing gets what is on demand."""
    wanted = requirements.get(names.CAPACITY_TYPE)
    return "spot" if wanted is not None and wanted.has("spot") else "on-demand"


def root_disk(node_class: Object) -> int:
    """Bytes of the root disk: what the class maps to /dev/xvda, else what EKS images come with."""
    for mapping in at(node_class, "spec.blockDeviceMappings", ()):
        if mapping.get("deviceName") == "/dev/xvda" and at(mapping, "ebs.volumeSize"):
            return int(parse(mapping["ebs"]["volumeSize"]))
    return node_objects.DISK


def node_labels(order: Launched, pool: Pool, requirements: Requirements) -> dict[str, str]:
    """All labels of a node of Karpenter's."""
    chosen = {key: min(each.values) for key, each in requirements.items() if each.operator == "In"}
    capacity = "SPOT" if order.capacity_type == "spot" else "ON_DEMAND"
    fixed = node_objects.labels(order.type, order.instance, capacity) | order.type.labels()
    return {**chosen, **pool.labels, **fixed, pool.label: pool.name, names.CAPACITY_TYPE: order.capacity_type}


def provisioned_node(order: Launched, plan: Plan, settings: Settings, now: datetime) -> Object:
    """The node object that Karpenter (v1alpha5) makes before the instance has started."""
    pool = plan.pool
    owner = {**owner_reference(pool.object, controller=False), "blockOwnerDeletion": True}
    metadata = {
        "labels": node_labels(order, pool, plan.requirements),
        "annotations": {**at(pool.object, "spec.annotations", {}), **boot_annotations(order, settings, now)},
        "finalizers": [names.TERMINATION],
        "ownerReferences": [owner],
    }
    starting = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
    return node_objects.node(order.instance, metadata, [*pool.taints, *pool.startup_taints, starting])


def boot_annotations(order: Launched, settings: Settings, now: datetime) -> dict[str, str]:
    """What the emulated instance needs to know to start."""
    return boot.told(order.instance, order.disk, now + timedelta(seconds=settings.launch_seconds))


def _zone(requirements: Requirements, zones: Sequence[str], view: View) -> str:
    """The zone with the fewest nodes of those that will do."""
    wanted = requirements.get(names.ZONE)
    counts = Counter(labels(each).get(names.ZONE) for each in view.listed("v1", "Node"))
    possible = [each for each in zones if wanted is None or wanted.has(each)]
    return min(possible, key=lambda each: (counts[each], each))
