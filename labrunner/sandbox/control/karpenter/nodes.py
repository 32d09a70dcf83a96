"""Nodes that Karpenter launched: told to be complete, and removed once they are empty or too old."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from labrunner.sandbox.control import pods
from labrunner.sandbox.control.actions import Action, Delete, RequeueAfter, Update
from labrunner.sandbox.control.controller import Controller, itself
from labrunner.sandbox.control.karpenter import claims, fleet, names, operator
from labrunner.sandbox.control.karpenter.operator import event, new_log, old_log
from labrunner.sandbox.control.karpenter.pools import Pool, duration, of_node
from labrunner.sandbox.control.view import View
from labrunner.sandbox.instance_types import instance_types
from labrunner.sandbox.objects import (
    Object,
    annotations,
    at,
    condition,
    is_deleting,
    is_true,
    labels,
    metadata,
    moment,
    name,
    timestamp,
    with_metadata,
)
from labrunner.sandbox.quantity import parse
from labrunner.sandbox.store import Change, Key

SETTLING = 5.0
"""Seconds for which a new node is not called empty: its pods are only just being placed."""
LOGGER = "controller.node"


def reconcile(node: Object | None, view: View) -> Iterator[Action]:
    """See to one of Karpenter's nodes."""
    operator_pod = operator.running(view)
    if node is None or operator_pod is None or is_deleting(node) or not fleet.is_karpenters(node):
        return
    pool = of_node(node, view)
    if pool is None:
        return
    if labels(node).get(names.INITIALIZED) != "true":
        yield from _initialize(node, pool)
        return
    yield from _expire(node, pool, operator_pod, view)
    yield from _emptiness(node, pool, operator_pod, view)


def is_initialized_by(node: Object, wanted: Mapping[str, str], startup_taints: Sequence[Object]) -> bool:
    """Whether a node is complete: ready, with all extended resources there, and its startup taints gone."""
    free = at(node, "status.allocatable", {})
    extended = [each for each in wanted if "/" in each]
    there = all(parse(free.get(each, 0)) > 0 for each in extended)
    kept = [(each.get("key"), each.get("effect")) for each in at(node, "spec.taints", ())]
    waiting = any((each.get("key"), each.get("effect")) in kept for each in startup_taints)
    return is_true(node, "Ready") and there and not waiting


def _initialize(node: Object, pool: Pool) -> Iterator[Action]:
    """Mark a v1alpha5 node as complete; those of v1 are marked by their claim's controller."""
    if pool.generation == "v1":
        return
    kind = instance_types().get(labels(node).get(names.INSTANCE_TYPE, ""))
    known = ("aws.amazon.com/neuron", "nvidia.com/gpu")
    devices = kind.accelerators if kind is not None else {}
    wanted = {each: str(devices[each]) for each in known if devices.get(each)}
    if is_initialized_by(node, wanted, pool.startup_taints):
        yield Update(with_metadata(node, labels={**labels(node), names.INITIALIZED: "true"}))


def is_empty(node: Object, view: View) -> bool:
    """Whether no pod is on a node but those that are on every node, and those that have ended."""
    for pod in view.pods_on(name(node)):
        owners = [each.get("kind") for each in metadata(pod).get("ownerReferences") or ()]
        if not pods.is_over(pod) and not {"DaemonSet", "Node"} & set(owners):
            return False
    return True


def _emptiness(node: Object, pool: Pool, operator_pod: Object, view: View) -> Iterator[Action]:
    since = annotations(node).get(names.EMPTY_SINCE)
    if pool.empty_after is None or not is_empty(node, view):
        if since is not None:
            yield Update(_annotated(node, None))
            if pool.generation == "v1alpha5":
                yield _told(node, pool, operator_pod, view.now, "Removed emptiness TTL from node")
        return
    if since is None:
        yield from _begin(node, pool, operator_pod, view)
        return
    left = pool.empty_after - (view.now - moment(since)).total_seconds()
    if left > 0:
        yield RequeueAfter(left)
    else:
        yield from _remove_empty(node, pool, operator_pod, view)


def _begin(node: Object, pool: Pool, operator_pod: Object, view: View) -> Iterator[Action]:
    """Note since when the node is empty."""
    ready = (condition(node, "Ready") or {}).get("lastTransitionTime", timestamp(view.now))
    settling = SETTLING - (view.now - moment(ready)).total_seconds()
    if settling > 0:
        yield RequeueAfter(settling)
        return
    yield Update(_annotated(node, timestamp(view.now)))
    if pool.generation == "v1alpha5":
        yield _told(node, pool, operator_pod, view.now, "Added TTL to empty node")


def _remove_empty(node: Object, pool: Pool, operator_pod: Object, view: View) -> Iterator[Action]:
    if pool.generation == "v1alpha5":
        said = f"Triggering termination after {duration(pool.empty_after or 0)} for empty node"
        yield _told(node, pool, operator_pod, view.now, said)
        yield Delete(node)
        return
    claim = claims.of_node(node, view)
    yield _disrupting(node, claim, operator_pod, view.now, "empty")
    yield event(node, "DisruptionTerminating", "Disrupting Node: Empty")
    yield Delete(claim or node)


def _expire(node: Object, pool: Pool, operator_pod: Object, view: View) -> Iterator[Action]:
    if pool.expire_after is None:
        return
    age = (view.now - moment(metadata(node)["creationTimestamp"])).total_seconds()
    if age < pool.expire_after:
        yield RequeueAfter(pool.expire_after - age)
        return
    claim = claims.of_node(node, view)
    if pool.generation == "v1alpha5":
        over = duration(age - pool.expire_after)
        said = f"Triggering termination for expired node after {duration(pool.expire_after)} (+{over})"
        yield _told(node, pool, operator_pod, view.now, said)
    else:
        yield _disrupting(node, claim, operator_pod, view.now, "expired")
    yield Delete(claim or node)


def _told(node: Object, pool: Pool, operator_pod: Object, now: datetime, message: str) -> Action:
    fields = {"node": name(node), "provisioner": pool.name}
    return old_log(operator_pod, now, "INFO", LOGGER, message, fields)


def _disrupting(
    node: Object, claim: Object | None, operator_pod: Object, now: datetime, reason: str
) -> Action:
    one = {
        "Node": {"name": name(node)},
        "NodeClaim": {"name": name(claim) if claim else ""},
        "capacity-type": labels(node).get(names.CAPACITY_TYPE, ""),
        "instance-type": labels(node).get(names.INSTANCE_TYPE, ""),
    }
    fields = {
        "reason": reason,
        "decision": "delete",
        "disrupted-node-count": 1,
        "replacement-node-count": 0,
        "disrupted-nodes": [one],
    }
    return new_log(operator_pod, now, "disrupting node(s)", "disruption", fields)


def _annotated(node: Object, since: str | None) -> Object:
    kept = {key: value for key, value in annotations(node).items() if key != names.EMPTY_SINCE}
    if since is not None:
        kept[names.EMPTY_SINCE] = since
    return with_metadata(node, annotations=kept or None)


def of_pod(change: Change, view: View) -> Iterator[Key]:
    """The nodes that a pod is or was on; all of them when Karpenter itself comes or goes."""
    for each in (change.object, change.previous or {}):
        if node := at(each, "spec.nodeName"):
            yield Key("", "nodes", "", node)
    if operator.woken(change, view):
        yield from operator.all_of("v1", "Node", view)


def of_pool(change: Change, view: View) -> Iterator[Key]:
    """The nodes of a provisioner or node pool that changed."""
    for node in view.listed("v1", "Node"):
        if change.key.name in (labels(node).get(names.PROVISIONER), labels(node).get(names.NODE_POOL)):
            yield view.key(node)


CONTROLLER = Controller(
    "karpenter nodes",
    {
        ("", "nodes"): itself,
        ("", "pods"): of_pod,
        ("karpenter.sh", "provisioners"): of_pool,
        ("karpenter.sh", "nodepools"): of_pool,
    },
    reconcile,
)
