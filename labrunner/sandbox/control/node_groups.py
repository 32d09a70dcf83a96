"""The managed node group that a cluster starts with: two nodes in two zones, without accelerators. Pure."""

from collections.abc import Iterator
from datetime import datetime

from labrunner.sandbox.control import instances, node_objects
from labrunner.sandbox.control.settings import Settings
from labrunner.sandbox.instance_types import instance_types
from labrunner.sandbox.objects import Object

NAME = "default"
SIZE = 2


def nodes(settings: Settings, now: datetime) -> Iterator[Object]:
    """The group's nodes, ready, as their kubelets have registered them."""
    kind = instance_types()[settings.instance_type]
    for zone in settings.zones[:SIZE]:
        instance = instances.launched(f"{settings.cluster}/{NAME}", zone, settings.region, ())
        labels = {**node_objects.labels(kind, instance, "ON_DEMAND"), **_labels(settings)}
        node = node_objects.node(instance, {"labels": labels})
        yield {**node, "status": node_objects.started(kind, instance, settings.kernel, now)}


def _labels(settings: Settings) -> dict[str, str]:
    return {
        "alpha.eksctl.io/cluster-name": settings.cluster,
        "alpha.eksctl.io/nodegroup-name": NAME,
        "eks.amazonaws.com/capacityType": "ON_DEMAND",
        "eks.amazonaws.com/nodegroup": NAME,
        "eks.amazonaws.com/nodegroup-image": "emulated",
    }
