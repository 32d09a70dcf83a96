"""What a cluster holds before anybody has used it. Pure."""

from collections.abc import Iterator
from datetime import datetime

from labrunner.sandbox import default_roles
from labrunner.sandbox.control import node_groups, node_objects
from labrunner.sandbox.control.karpenter import installation
from labrunner.sandbox.control.settings import Settings
from labrunner.sandbox.objects import Object, name

NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
PRIORITIES = (
    ("system-node-critical", 2_000_001_000, "that must not be moved from their current node"),
    (
        "system-cluster-critical",
        2_000_000_000,
        "that must run in the cluster, but can be moved elsewhere",
    ),
)


def objects(settings: Settings, now: datetime) -> Iterator[Object]:
    """What to create, in order."""
    for each in NAMESPACES:
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": each}}
    yield from default_roles.objects()
    for priority, value, why in PRIORITIES:
        yield {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": priority},
            "value": value,
            "description": f"Used for system critical pods {why}.",
            "preemptionPolicy": "PreemptLowerPriority",
        }
    for node in node_groups.nodes(settings, now):
        yield node
        yield node_objects.lease(name(node), now)
    yield from installation.objects(settings)
