"""What a `Provisioner` (v1alpha5) and a `NodePool` (v1) have in common, read from either. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from labrunner.sandbox import resources
from labrunner.sandbox.control.karpenter import names
from labrunner.sandbox.control.karpenter.requirements import Requirement, Requirements
from labrunner.sandbox.control.view import View
from labrunner.sandbox.objects import Object, at, is_deleting, is_true, name

Generation = Literal["v1alpha5", "v1"]

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}


@dataclass(frozen=True, slots=True)
class Pool:
    """Where nodes may come from, and how they are."""

    object: Object
    generation: Generation
    requirements: Requirements
    """On the nodes' labels, everything that is implied included."""
    labels: Mapping[str, str]
    """What nodes are labelled with beyond what follows from the requirements."""
    taints: tuple[Object, ...]
    startup_taints: tuple[Object, ...]
    """On new nodes until somebody takes them off; pods need not tolerate them."""
    limits: Mapping[str, Fraction]
    """Most that all its nodes may have together."""
    weight: int
    """Pools of more weight are tried first."""
    class_name: str
    """The `AWSNodeTemplate` or `EC2NodeClass` that it refers to; empty for a v1alpha5 `provider`."""
    empty_after: float | None
    """Seconds for which a node has to be empty before it goes; None: it may stay."""
    expire_after: float | None
    """Seconds that a node may live; None: for ever."""

    @property
    def name(self) -> str:
        """The object's name."""
        return name(self.object)

    @property
    def label(self) -> str:
        """The label that says that a node comes from here."""
        return names.PROVISIONER if self.generation == "v1alpha5" else names.NODE_POOL

    @property
    def class_kind(self) -> tuple[str, str]:
        """API version and kind of what it refers to."""
        if self.generation == "v1alpha5":
            return "karpenter.k8s.aws/v1alpha1", "AWSNodeTemplate"
        return "karpenter.k8s.aws/v1", "EC2NodeClass"

    def node_class(self, view: View) -> Object | None:
        """What it refers to, if it is there."""
        return view.get(*self.class_kind, self.class_name) if self.class_name else None


def pools(view: View) -> list[Pool]:
    """All pools that are not being deleted, the heaviest first, then by name."""
    found = [_provisioner(each) for each in view.listed("karpenter.sh/v1alpha5", "Provisioner")]
    found += [_node_pool(each) for each in view.listed("karpenter.sh/v1", "NodePool")]
    living = [each for each in found if not is_deleting(each.object)]
    return sorted(living, key=lambda each: (-each.weight, each.name, each.generation))


def of_node(node: Object, view: View) -> Pool | None:
    """The pool that a node comes from; None when it comes from none, or its pool is gone."""
    labels = at(node, "metadata.labels", {})
    if names.PROVISIONER not in labels:
        return of_claim(node, view)
    found = view.get("karpenter.sh/v1alpha5", "Provisioner", labels[names.PROVISIONER])
    return _provisioner(found) if found is not None else None


def of_claim(claim: Object, view: View) -> Pool | None:
    """The node pool that a claim comes from; None when it is gone."""
    found = view.get("karpenter.sh/v1", "NodePool", at(claim, "metadata.labels", {}).get(names.NODE_POOL, ""))
    return _node_pool(found) if found is not None else None


def is_ready(pool: Pool) -> bool:
    """Whether a v1 pool says that it can be used."""
    return pool.generation == "v1alpha5" or is_true(pool.object, "Ready")


def seconds(duration: str) -> float | None:
    """Read a duration such as `1h30m` or `30s`; None for `Never`.

    Raises:
        ValueError: It is neither.
    """
    if duration == "Never":
        return None
    parts = re.findall(r"(\d+(?:\.\d+)?)(h|m|s)", duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        raise ValueError(f"{duration!r} is no duration such as 30s, 5m or 1h30m")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def duration(value: float) -> str:
    """Write seconds as Go does: `30s`, `1m0s`, `720h0m0s`."""
    whole = round(value)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def _provisioner(obj: Object) -> Pool:
    spec = obj.get("spec") or {}
    given = Requirements.read(spec.get("requirements") or ())
    implied = [
        # What Karpenter's webhook fills in where a provisioner of this generation says nothing.
        Requirement(key, frozenset((value,)))
        for key, value in (
            (names.SYSTEM, "linux"),
            (names.ARCH, "amd64"),
            (names.CAPACITY_TYPE, "on-demand"),
        )
        if key not in given
    ]
    labels = spec.get("labels") or {}
    own = Requirements([*implied, *Requirements.labels({**labels, names.PROVISIONER: name(obj)}).values()])
    empty = spec.get("ttlSecondsAfterEmpty")
    if empty is None and at(spec, "consolidation.enabled"):
        empty = CONSOLIDATION_PATIENCE
    expired = spec.get("ttlSecondsUntilExpired")
    return Pool(
        object=obj,
        generation="v1alpha5",
        requirements=given.both(own),
        labels=labels,
        taints=tuple(spec.get("taints") or ()),
        startup_taints=tuple(spec.get("startupTaints") or ()),
        limits=resources.read(at(spec, "limits.resources")),
        weight=int(spec.get("weight") or 0),
        class_name=at(spec, "providerRef.name", ""),
        empty_after=None if empty is None else float(empty),
        expire_after=None if expired is None else float(expired),
    )


CONSOLIDATION_PATIENCE = 15.0
"""Seconds after which v1alpha5's consolidation takes an empty node, when it has no `ttlSecondsAfterEmpty`."""


def _node_pool(obj: Object) -> Pool:
    spec = at(obj, "spec.template.spec", {})
    labels = at(obj, "spec.template.metadata.labels", {})
    own = {**labels, names.NODE_POOL: name(obj), names.SYSTEM: "linux"}
    requirements = Requirements.read(spec.get("requirements") or ())
    if names.SYSTEM in requirements:
        own.pop(names.SYSTEM)
    return Pool(
        object=obj,
        generation="v1",
        requirements=requirements.both(Requirements.labels(own)),
        labels=labels,
        taints=tuple(spec.get("taints") or ()),
        startup_taints=tuple(spec.get("startupTaints") or ()),
        limits=resources.read(at(obj, "spec.limits")),
        weight=int(at(obj, "spec.weight", 0)),
        class_name=at(spec, "nodeClassRef.name", ""),
        empty_after=seconds(at(obj, "spec.disruption.consolidateAfter", "0s")),
        expire_after=seconds(spec.get("expireAfter") or "720h"),
    )
