"""Karpenter's nodes, there or on their way, and what is left of them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from labrunner.sandbox import resources
from labrunner.sandbox.control import daemon_sets, pods
from labrunner.sandbox.control.karpenter import names, offers, solve
from labrunner.sandbox.control.karpenter.pools import Pool, of_node
from labrunner.sandbox.control.karpenter.requirements import Requirements
from labrunner.sandbox.control.view import View
from labrunner.sandbox.instance_types import instance_types
from labrunner.sandbox.objects import Object, at, is_deleting, labels, name
from labrunner.sandbox.resources import Resources


def is_karpenters(node: Object) -> bool:
    """Whether Karpenter launched a node (or has a claim to one)."""
    return names.PROVISIONER in labels(node) or names.NODE_POOL in labels(node)


def on_their_way(view: View) -> list[solve.OnItsWay]:
    """Nodes of Karpenter's that can take pods, now or soon."""
    daemons = view.listed("apps/v1", "DaemonSet")
    nodes = [each for each in view.listed("v1", "Node") if is_karpenters(each) and not is_deleting(each)]
    found = [_node(each, daemons, view) for each in nodes if not at(each, "spec.unschedulable")]
    known = {at(each, "spec.providerID") for each in nodes}
    for claim in view.listed("karpenter.sh/v1", "NodeClaim"):
        if not is_deleting(claim) and at(claim, "status.providerID") not in known:
            found.append(_claim(claim, daemons))
    return found


def _node(node: Object, daemons: Sequence[Object], view: View) -> solve.OnItsWay:
    initialized = labels(node).get(names.INITIALIZED) == "true"
    has = resources.allocatable(node) if initialized else _expected(node)
    there = [pod for pod in view.pods_on(name(node)) if not pods.is_over(pod)]
    used = resources.of_pods(there)
    present = {each.get("uid") for pod in there for each in pod["metadata"].get("ownerReferences") or ()}
    missing = [each for each in daemons if each["metadata"].get("uid") not in present]
    bare = node if initialized else _without_startup_taints(node, view)
    left = resources.subtracted(has, resources.added(used, daemon_sets.overhead(missing, bare)))
    return solve.OnItsWay(name(node), bare, left, tuple(there))


def _claim(claim: Object, daemons: Sequence[Object]) -> solve.OnItsWay:
    metadata = {"name": name(claim), "labels": _labels_to_be(claim)}
    node = {"metadata": metadata, "spec": {"taints": at(claim, "spec.taints", [])}}
    left = resources.subtracted(_expected(node), daemon_sets.overhead(daemons, node))
    return solve.OnItsWay(name(claim), node, left, kind="nodeclaim")


def _labels_to_be(claim: Object) -> Mapping[str, str]:
    """The labels that a claim's node will have; before it is ordered, those of the cheapest type."""
    if names.INSTANCE_TYPE in labels(claim):
        return labels(claim)
    wanted = Requirements.read(at(claim, "spec.requirements", ()))
    fixed = {key: min(each.values) for key, each in wanted.items() if each.operator == "In"}
    cheapest = next(each for each in instance_types().values() if wanted[names.INSTANCE_TYPE].has(each.name))
    return {**fixed, **cheapest.labels(), **labels(claim)}


def _expected(node: Object) -> Resources:
    kind = instance_types().get(labels(node).get(names.INSTANCE_TYPE, ""))
    return resources.allocatable(node) if kind is None else offers.expected(kind)


def _without_startup_taints(node: Object, view: View) -> Object:
    """The node as it will be: taints that are only there while it starts keep no pod from waiting for it."""
    passing = {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", names.UNREGISTERED["key"]}
    passing |= {each["key"] for each in startup_taints(node, view)}
    kept = [each for each in at(node, "spec.taints", []) if each.get("key") not in passing]
    return {**node, "spec": {**node.get("spec", {}), "taints": kept}}


def startup_taints(node: Object, view: View) -> Sequence[Object]:
    """The startup taints that a node's pool gave it."""
    pool = of_node(node, view)
    return pool.startup_taints if pool is not None else ()


def remaining(pools: Sequence[Pool], view: View) -> dict[tuple[str, str], dict[str, Fraction]]:
    """What the limits of each pool leave; pools without limits are left out."""
    return {
        (pool.generation, pool.name): {
            each: most - in_use(pool, view).get(each, Fraction(0)) for each, most in pool.limits.items()
        }
        for pool in pools
        if pool.limits
    }


def in_use(pool: Pool, view: View) -> dict[str, Fraction]:
    """What a pool's nodes have together."""
    return resources.added(*_capacities(pool, view))


def members(pool: Pool, view: View) -> list[Object]:
    """A pool's nodes."""
    return [each for each in view.listed("v1", "Node") if labels(each).get(pool.label) == pool.name]


def _capacities(pool: Pool, view: View) -> Iterator[Resources]:
    nodes = members(pool, view)
    for node in nodes:
        kind = instance_types().get(labels(node).get(names.INSTANCE_TYPE, ""))
        if kind is not None:
            yield offers.capacity(kind)
    if pool.generation == "v1":
        known = {at(node, "spec.providerID") for node in nodes}
        for claim in view.listed("karpenter.sh/v1", "NodeClaim"):
            if labels(claim).get(pool.label) == pool.name and at(claim, "status.providerID") not in known:
                yield resources.read(at(claim, "status.capacity"))
