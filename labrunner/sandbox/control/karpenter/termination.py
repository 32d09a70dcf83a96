"""The end of a node of Karpenter's: cordoned, drained, its instance stopped, and only then gone."""

from collections.abc import Iterator, Sequence

from labrunner.sandbox import preemption, taints
from labrunner.sandbox.control import pods
from labrunner.sandbox.control.actions import Action, Delete, Evict, Once, Report, Update
from labrunner.sandbox.control.controller import Controller, itself
from labrunner.sandbox.control.karpenter import claims, names, operator
from labrunner.sandbox.control.karpenter.nodes import of_pod
from labrunner.sandbox.control.karpenter.operator import event, new_log, old_log
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import (
    Object,
    annotations,
    at,
    changed,
    is_deleting,
    labels,
    metadata,
    name,
    with_metadata,
)

LOGGER = "controller.termination"
CRITICAL = 2_000_000_000
"""Priority from which pods are evicted last."""


def reconcile(node: Object | None, view: View) -> Iterator[Action]:
    """Take a node that is being deleted one step further to its end."""
    operator_pod = operator.running(view)
    if node is None or operator_pod is None or not is_deleting(node):
        return
    if names.TERMINATION not in (metadata(node).get("finalizers") or ()):
        return
    claim = claims.of_node(node, view)
    if claim is not None and not is_deleting(claim):
        yield Delete(claim)
    closed = _closed(node)
    if closed != node:
        yield Update(closed)
        yield _log(node, operator_pod, view, "Cordoned node", "tainted node")
        return
    left = [pod for pod in view.pods_on(name(node)) if _is_drained(pod, node)]
    if left:
        yield from _drain(node, left)
    else:
        rest = [each for each in metadata(node)["finalizers"] if each != names.TERMINATION]
        yield Update(with_metadata(node, finalizers=rest or None))
        yield _log(node, operator_pod, view, "Deleted node", "deleted node")


def _drain(node: Object, left: Sequence[Object]) -> Iterator[Action]:
    staying = [pod for pod in left if _may_not_go(pod)]
    count = len(left)
    why = f"{count} pods are waiting to be evicted"
    if staying:
        why = f"pod {name(staying[0])} has do-not-evict annotation"
    said = event(node, "FailedDraining", f"Failed to drain node, {why}", "Warning")
    yield Once(f"drain {name(node)}", why, (said,))
    ordinary = [pod for pod in left if preemption.priority(pod) < CRITICAL]
    for pod in ordinary or left:
        if not is_deleting(pod) and not staying:
            yield Evict(pod, Report(pod, "karpenter", done=("Evicted", "Evicted pod")))


def _closed(node: Object) -> Object:
    """The node as nothing new is put onto it: cordoned (v1alpha5), tainted (v1)."""
    if names.NODE_POOL not in labels(node):
        return node if at(node, "spec.unschedulable") else changed(node, "spec.unschedulable", True)
    present = taints.taints_of(node)
    if any(each.get("key") == names.DISRUPTED["key"] for each in present):
        return node
    return changed(node, "spec.taints", [*present, names.DISRUPTED])


def _is_drained(pod: Object, node: Object) -> bool:
    """Whether a pod has to go before the node does: not if it tolerates being left, or has ended."""
    barrier = names.DISRUPTED if names.NODE_POOL in labels(node) else taints.UNSCHEDULABLE
    stays = taints.tolerates(at(pod, "spec.tolerations", ()), barrier)
    by_node = any(each.get("kind") == "Node" for each in metadata(pod).get("ownerReferences") or ())
    return not stays and not by_node and not pods.is_over(pod)


def _may_not_go(pod: Object) -> bool:
    told = annotations(pod)
    return "true" in (told.get(names.DO_NOT_EVICT), told.get(names.DO_NOT_DISRUPT))


def _log(node: Object, operator_pod: Object, view: View, older: str, newer: str) -> Action:
    if names.NODE_POOL not in labels(node):
        return old_log(operator_pod, view.now, "INFO", LOGGER, older, {"node": name(node)})
    named = {"Node": {"name": name(node)}}
    return new_log(operator_pod, view.now, newer, "node.termination", named)


CONTROLLER = Controller("karpenter termination", {("", "nodes"): itself, ("", "pods"): of_pod}, reconcile)
