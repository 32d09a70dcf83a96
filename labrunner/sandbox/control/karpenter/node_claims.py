"""The life of a node claim (v1): launched, registered, initialized; and its end."""

from collections.abc import Iterator

from labrunner.sandbox import resources
from labrunner.sandbox.control import boot
from labrunner.sandbox.control.actions import Action, Delete, Update
from labrunner.sandbox.control.controller import Controller, itself
from labrunner.sandbox.control.karpenter import claims, launch, names, offers, operator
from labrunner.sandbox.control.karpenter.nodes import is_initialized_by
from labrunner.sandbox.control.karpenter.operator import Fields, event, new_log
from labrunner.sandbox.control.karpenter.pools import of_claim
from labrunner.sandbox.control.karpenter.requirements import Requirements
from labrunner.sandbox.control.karpenter.solve import Plan
from labrunner.sandbox.control.settings import Settings
from labrunner.sandbox.control.view import View
from labrunner.sandbox.instance_types import instance_types
from labrunner.sandbox.objects import (
    Object,
    annotations,
    at,
    changed,
    condition,
    is_deleting,
    is_true,
    labels,
    metadata,
    name,
    owner_reference,
    uid,
    with_condition,
    with_metadata,
)
from labrunner.sandbox.store import Change, Key

STAGES = ("Launched", "Registered", "Initialized")


def controller(settings: Settings) -> Controller:
    """Make the controller."""

    def reconcile(claim: Object | None, view: View) -> Iterator[Action]:
        """Take the claim one stage further."""
        operator_pod = operator.running(view)
        if claim is None or operator_pod is None:
            return
        if is_deleting(claim):
            yield from _end(claim, operator_pod, view)
        elif boot.INSTANCE not in annotations(claim):
            yield from _order(claim, settings, view)
        elif not is_true(claim, "Launched"):
            yield from _launch(claim, operator_pod, view)
        elif (node := claims.node_of(claim, view)) is not None:
            yield from _follow(claim, node, operator_pod, view)

    watches = {
        ("karpenter.sh", "nodeclaims"): itself,
        ("", "nodes"): _of_node,
        ("", "pods"): _when_woken,
    }
    return Controller("karpenter node claims", watches, reconcile)


def _order(claim: Object, settings: Settings, view: View) -> Iterator[Action]:
    """Choose the instance, and write it down: the status, which has an address of its own, comes next."""
    pool = of_claim(claim, view)
    if pool is None:
        return
    requirements = Requirements.read(claim["spec"]["requirements"])
    wanted = requirements[names.INSTANCE_TYPE].values
    types = [each for each in instance_types().values() if each.name in wanted]
    order = launch.launched(Plan(pool, requirements, types, {}), uid(claim), settings, view)
    chosen = {**labels(claim), **launch.node_labels(order, pool, requirements)}
    boots = {**annotations(claim), **launch.boot_annotations(order, settings, view.now)}
    yield Update(with_metadata(claim, labels=chosen, annotations=boots))


def _launch(claim: Object, operator_pod: Object, view: View) -> Iterator[Action]:
    kind = instance_types()[labels(claim)[names.INSTANCE_TYPE]]
    disk = int(annotations(claim)[boot.DISK_SIZE])
    zone, capacity_type = labels(claim)[names.ZONE], labels(claim)[names.CAPACITY_TYPE]
    launched = {
        "providerID": f"aws:///{zone}/{annotations(claim)[boot.INSTANCE].split()[0]}",
        "imageID": "emulated",
        "capacity": resources.told(offers.capacity(kind, disk)),
        "allocatable": resources.told(offers.expected(kind, disk)),
    }
    yield Update(_reached(_unknown({**claim, "status": launched}, view), "Launched", view), "status")
    yield event(claim, "Launched", _transition("Launched"))
    fields = {
        "provider-id": launched["providerID"],
        "instance-type": kind.name,
        "zone": zone,
        "capacity-type": capacity_type,
        "allocatable": launched["allocatable"],
    }
    yield _log(claim, operator_pod, view, "launched nodeclaim", fields)


def _follow(claim: Object, node: Object, operator_pod: Object, view: View) -> Iterator[Action]:
    named = {"provider-id": at(node, "spec.providerID"), "Node": {"name": name(node)}}
    if not is_true(claim, "Registered"):
        yield Update(registered(node, claim))
        told = _reached(changed(claim, "status.nodeName", name(node)), "Registered", view)
        yield Update(told, "status")
        yield event(claim, "Registered", _transition("Registered"))
        yield _log(claim, operator_pod, view, "registered nodeclaim", named)
    elif not is_true(claim, "Initialized") and _is_complete(node, claim):
        yield Update(with_metadata(node, labels={**labels(node), names.INITIALIZED: "true"}))
        told = _reached(_reached(claim, "Initialized", view), "Ready", view)
        yield Update(told, "status")
        yield event(claim, "Initialized", _transition("Initialized"))
        fields = {**named, "allocatable": at(node, "status.allocatable", {})}
        yield _log(claim, operator_pod, view, "initialized nodeclaim", fields)


def _is_complete(node: Object, claim: Object) -> bool:
    wanted = at(claim, "spec.resources.requests", {})
    return is_initialized_by(node, wanted, at(claim, "spec.startupTaints", ()))


def registered(node: Object, claim: Object) -> Object:
    """The node as Karpenter wants it: labelled, tainted and owned like its claim."""
    owner = {**owner_reference(claim, controller=False), "blockOwnerDeletion": True}
    added = [*at(claim, "spec.taints", []), *at(claim, "spec.startupTaints", [])]
    own = [each for each in at(node, "spec.taints", []) if each.get("key") != names.UNREGISTERED["key"]]
    known = [(each.get("key"), each.get("effect")) for each in own]
    taints = [*own, *(each for each in added if (each.get("key"), each.get("effect")) not in known)]
    marked = with_metadata(
        node,
        labels={**labels(node), **labels(claim), names.REGISTERED: "true"},
        finalizers=[*(metadata(node).get("finalizers") or ()), names.TERMINATION],
        ownerReferences=[owner],
    )
    return changed(marked, "spec.taints", taints or None)


def _end(claim: Object, operator_pod: Object, view: View) -> Iterator[Action]:
    """First the node goes, with all that is on it, then the claim."""
    node = claims.node_of(claim, view)
    if node is not None:
        if not is_deleting(node):
            yield Delete(node)
        return
    finalizers = [each for each in metadata(claim).get("finalizers") or () if each != names.TERMINATION]
    if len(finalizers) != len(metadata(claim).get("finalizers") or ()):
        yield Update(with_metadata(claim, finalizers=finalizers or None))
        node_name = {"name": at(claim, "status.nodeName", "")}
        fields = {"Node": node_name, "provider-id": at(claim, "status.providerID", "")}
        yield _log(claim, operator_pod, view, "deleted nodeclaim", fields)


def _unknown(claim: Object, view: View) -> Object:
    for stage in (*STAGES, "Ready"):
        waiting = {"type": stage, "status": "Unknown", "reason": "AwaitingReconciliation"}
        told = {**waiting, "message": "object is awaiting reconciliation"}
        claim = with_condition(claim, told, view.now)
    return claim


def _reached(claim: Object, stage: str, view: View) -> Object:
    if condition(claim, stage) is None:
        claim = _unknown(claim, view)
    told = {"type": stage, "status": "True", "reason": stage, "message": ""}
    return with_condition(claim, told, view.now)


def _transition(stage: str) -> str:
    return f"Status condition transitioned, Type: {stage}, Status: Unknown -> True, Reason: {stage}"


def _log(claim: Object, operator_pod: Object, view: View, message: str, fields: Fields) -> Action:
    group, kind = "karpenter.sh", "NodeClaim"
    known = {"controllerGroup": group, "controllerKind": kind, "NodeClaim": {"name": name(claim)}}
    return new_log(operator_pod, view.now, message, "nodeclaim.lifecycle", {**known, **fields})


def _of_node(change: Change, view: View) -> Iterator[Key]:
    claim = claims.of_node(change.object, view)
    if claim is not None:
        yield view.key(claim)


def _when_woken(change: Change, view: View) -> Iterator[Key]:
    if operator.woken(change, view):
        yield from operator.all_of("karpenter.sh/v1", "NodeClaim", view)
