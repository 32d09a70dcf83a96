"""What instance types offer: resources, label values, and which of them will do. Pure."""

import json
from collections.abc import Sequence
from fractions import Fraction

from labrunner.sandbox import resources
from labrunner.sandbox.control import node_objects
from labrunner.sandbox.control.karpenter import names
from labrunner.sandbox.control.karpenter.requirements import Requirement, Requirements
from labrunner.sandbox.instance_types import InstanceType
from labrunner.sandbox.resources import Resources

CAPACITY_TYPES = frozenset(("on-demand", "spot"))

UNMET = "no instance type which met the scheduling requirements and the required offering"


def capacity(each: InstanceType, disk: int = node_objects.DISK) -> dict[str, Fraction]:
    """What a node of this type has, devices included; `disk` in bytes."""
    return node_objects.capacity(each, disk) | _devices(each)


def expected(each: InstanceType, disk: int = node_objects.DISK) -> dict[str, Fraction]:
    """What of that its pods will have once its devices' plugin runs."""
    return node_objects.allocatable(each, disk) | _devices(each)


def _devices(each: InstanceType) -> dict[str, Fraction]:
    return {name: Fraction(count) for name, count in each.accelerators.items() if count}


def labels_of(each: InstanceType, zones: Sequence[str]) -> Requirements:
    """The label values that a node of this type can have; labels that it never has among them."""
    own = each.labels()
    fixed = [
        Requirement(key, frozenset((own[key],)) if key in own else frozenset())
        for key in names.WELL_KNOWN
        if key.startswith("karpenter.k8s.aws/") or key in own
    ]
    return Requirements(
        [*fixed, Requirement(names.ZONE, frozenset(zones)), Requirement(names.CAPACITY_TYPE, CAPACITY_TYPES)]
    )


def filtered(
    types: Sequence[InstanceType], wanted: Requirements, requests: Resources, zones: Sequence[str]
) -> list[InstanceType] | str:
    """The types that will do, or what they lack: the first words of Karpenter's refusal."""
    judged = [
        (_matches(each, wanted, zones), not resources.missing(requests, expected(each))) for each in types
    ]
    found = [each for each, verdict in zip(types, judged, strict=True) if all(verdict)]
    if found:
        return found
    matching, fitting = (any(verdict[side] for verdict in judged) for side in (0, 1))
    if matching and fitting:
        return f"{UNMET} had the required resources"
    if matching:
        return "no instance type has enough resources"
    if fitting:
        return "no instance type met all requirements"
    return "no instance type met the scheduling requirements or had enough resources"


def _matches(each: InstanceType, wanted: Requirements, zones: Sequence[str]) -> bool:
    offered = labels_of(each, zones)
    asked = Requirements(wanted[key] for key in wanted if key in offered)
    return not offered.conflicts(asked)


def listed(amounts: Resources) -> str:
    """Amounts as Karpenter logs them: JSON, in order of their names."""
    told = resources.told({key: value for key, value in amounts.items() if value})
    return json.dumps(told, separators=(",", ":"))


def names_of(types: Sequence[InstanceType]) -> str:
    """The first five types by name, and how many more there are."""
    more = f" and {len(types) - 5} other(s)" if len(types) > 5 else ""
    return ", ".join(each.name for each in types[:5]) + more
