"""Node claims: what the v1 generation keeps of a node from the decision to its end. Pure."""

from labrunner.sandbox import resources
from labrunner.sandbox.control.karpenter import names
from labrunner.sandbox.control.karpenter.requirements import Requirement
from labrunner.sandbox.control.karpenter.solve import Plan
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import Object, annotations, at, labels, owner_reference

MOST_TYPES = 60
"""Instance types that a claim names at most, as in the real one."""


def claim(plan: Plan, suffix: str) -> Object:
    """The claim for a plan; `suffix` tells it from the pool's others."""
    pool = plan.pool
    template = at(pool.object, "spec.template", {})
    spec = at(template, "spec", {})
    types = Requirement(names.INSTANCE_TYPE, frozenset(each.name for each in plan.types[:MOST_TYPES]))
    wanted = {**plan.requirements, names.INSTANCE_TYPE: types}
    requested = {key: value for key, value in plan.requests.items() if value}
    kept = {key: spec[key] for key in KEPT if key in spec}
    owner = {**owner_reference(pool.object, controller=False), "blockOwnerDeletion": True}
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodeClaim",
        "metadata": {
            "name": f"{pool.name}-{suffix}",
            "labels": {**pool.labels, names.NODE_POOL: pool.name, names.NODE_CLASS: pool.class_name},
            "annotations": {**at(template, "metadata.annotations", {})},
            "finalizers": [names.TERMINATION],
            "ownerReferences": [owner],
        },
        "spec": {
            **kept,
            "requirements": [_told(wanted[key]) for key in sorted(wanted)],
            "resources": {"requests": resources.told(requested)},
        },
    }


KEPT = ("nodeClassRef", "taints", "startupTaints", "expireAfter", "terminationGracePeriod")
"""Fields of a pool's template that its claims repeat."""


def of_node(node: Object, view: View) -> Object | None:
    """The claim that a node belongs to."""
    provider = at(node, "spec.providerID")
    found = view.listed("karpenter.sh/v1", "NodeClaim")
    return next((each for each in found if at(each, "status.providerID") == provider), None)


def node_of(claim: Object, view: View) -> Object | None:
    """The node that a claim has led to."""
    provider = at(claim, "status.providerID")
    found = view.listed("v1", "Node")
    return next((each for each in found if provider and at(each, "spec.providerID") == provider), None)


def boots_at(claim: Object, annotation: str) -> str | None:
    """When the claim's instance will have started."""
    return annotations(claim).get(annotation)


def instance_type(obj: Object) -> str:
    """The instance type of a claim or node."""
    return labels(obj).get(names.INSTANCE_TYPE, "")


def _told(requirement: Requirement) -> Object:
    if requirement.above is not None:
        return {"key": requirement.key, "operator": "Gt", "values": [str(requirement.above)]}
    if requirement.below is not None:
        return {"key": requirement.key, "operator": "Lt", "values": [str(requirement.below)]}
    told: Object = {"key": requirement.key, "operator": requirement.operator}
    return {**told, "values": sorted(requirement.values)} if requirement.values else told
