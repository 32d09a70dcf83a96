"""What EC2 node classes and pools say of themselves, and that a class waits for its node claims."""

from collections.abc import Iterator

from labrunner.sandbox import resources
from labrunner.sandbox.control.actions import Action, Update
from labrunner.sandbox.control.controller import Controller, itself
from labrunner.sandbox.control.karpenter import fleet, names, operator
from labrunner.sandbox.control.karpenter.operator import event
from labrunner.sandbox.control.karpenter.pools import Pool, pools
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import (
    Object,
    at,
    changed,
    is_deleting,
    is_true,
    metadata,
    name,
    with_condition,
    with_metadata,
)
from labrunner.sandbox.store import Change, Key

FOUND = ("SubnetsReady", "SecurityGroupsReady", "AMIsReady", "InstanceProfileReady", "ValidationSucceeded")
EMULATED = "emulated by labrunner: nothing was looked up in AWS"


def reconcile_class(node_class: Object | None, view: View) -> Iterator[Action]:
    """Call an EC2 node class ready; let it go once no claim is left that uses it."""
    if node_class is None or operator.running(view) is None:
        return
    finalizers = metadata(node_class).get("finalizers") or []
    if is_deleting(node_class):
        if names.CLASS_TERMINATION in finalizers:
            yield from _let_go(node_class, view)
        return
    if names.CLASS_TERMINATION not in finalizers:
        yield Update(with_metadata(node_class, finalizers=[*finalizers, names.CLASS_TERMINATION]))
        return
    told = node_class
    for kind in (*FOUND, "Ready"):
        condition = {"type": kind, "status": "True", "reason": kind, "message": EMULATED}
        told = with_condition(told, condition, view.now)
    if told != node_class:
        yield Update(told, "status")


def _let_go(node_class: Object, view: View) -> Iterator[Action]:
    using = [each for each in view.listed("karpenter.sh/v1", "NodeClaim") if _uses(each, node_class)]
    if using:
        listed = ", ".join(name(each) for each in using)
        yield event(
            node_class,
            "WaitingOnNodeClaimTermination",
            f"Waiting on NodeClaim termination for {listed}",
        )
        return
    rest = [each for each in metadata(node_class)["finalizers"] if each != names.CLASS_TERMINATION]
    yield Update(with_metadata(node_class, finalizers=rest or None))


def _uses(claim: Object, node_class: Object) -> bool:
    return bool(at(claim, "spec.nodeClassRef.name") == name(node_class))


def reconcile_pool(obj: Object | None, view: View) -> Iterator[Action]:
    """Count what a pool's nodes have together, and say whether it can be used."""
    if obj is None or is_deleting(obj) or operator.running(view) is None:
        return
    pool = next(each for each in pools(view) if each.object is obj)
    told = changed(obj, "status.resources", _in_use(pool, view) or None)
    if pool.generation == "v1":
        for condition in _conditions(pool, view):
            told = with_condition(told, condition, view.now)
    if told.get("status", {}) != obj.get("status", {}):
        yield Update(told, "status")


def _in_use(pool: Pool, view: View) -> dict[str, str]:
    used = resources.told(fleet.in_use(pool, view))
    if used and pool.generation == "v1":
        used["nodes"] = str(len(fleet.members(pool, view)))
    return used


def _conditions(pool: Pool, view: View) -> Iterator[Object]:
    node_class = pool.node_class(view)
    ready = node_class is not None and is_true(node_class, "Ready") and not is_deleting(node_class)
    yield _condition("ValidationSucceeded", ready=True)
    if ready:
        yield _condition("NodeClassReady", ready=True)
        yield _condition("Ready", ready=True)
        return
    reason, message = _unready(node_class)
    yield {"type": "NodeClassReady", "status": "False", "reason": reason, "message": message}
    why = "NodeClassReady=False"
    yield {"type": "Ready", "status": "False", "reason": "UnhealthyDependents", "message": why}


def _unready(node_class: Object | None) -> tuple[str, str]:
    if node_class is None:
        return "NodeClassNotFound", "NodeClass not found on cluster"
    if is_deleting(node_class):
        return "NodeClassTerminating", "NodeClass is Terminating"
    return "NodeClassReadinessUnknown", "Node Class Readiness Unknown"


def _condition(kind: str, *, ready: bool) -> Object:
    return {"type": kind, "status": "True" if ready else "False", "reason": kind, "message": ""}


def _pools(change: Change, view: View) -> Iterator[Key]:
    """Every pool: one of their nodes or classes changed, or Karpenter came or went."""
    if change.key.resource == "pods" and not operator.woken(change, view):
        return
    if change.key.resource == "nodes" and not fleet.is_karpenters(change.object):
        return
    yield from (view.key(each.object) for each in pools(view))


def _classes(change: Change, view: View) -> Iterator[Key]:
    if change.key.resource != "pods" or operator.woken(change, view):
        yield from operator.all_of("karpenter.k8s.aws/v1", "EC2NodeClass", view)


CLASSES = Controller(
    "karpenter classes",
    {
        ("karpenter.k8s.aws", "ec2nodeclasses"): itself,
        ("karpenter.sh", "nodeclaims"): _classes,
        ("", "pods"): _classes,
    },
    reconcile_class,
)
POOLS = Controller(
    "karpenter pools",
    {
        ("karpenter.sh", "provisioners"): itself,
        ("karpenter.sh", "nodepools"): itself,
        ("karpenter.sh", "nodeclaims"): _pools,
        ("karpenter.k8s.aws", "ec2nodeclasses"): _pools,
        ("", "nodes"): _pools,
        ("", "pods"): _pools,
    },
    reconcile_pool,
)
