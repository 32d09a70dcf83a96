"""The arithmetic of rolling updates: how many pods each replica set of a deployment is to have next. Pure.

The rules are the real deployment controller's, less its proportional scaling in the middle of a rollout.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from labrunner.sandbox.control import pods
from labrunner.sandbox.objects import Object, at, name


@dataclass(frozen=True, slots=True)
class Room:
    """How far a rolling update may stray from the wanted number of pods."""

    surge: int
    """Pods above it."""
    unavailable: int
    """Pods below it."""


def room(deployment: Object) -> Room:
    """What the strategy allows. Shares are rounded so that they are kept, and there is always some room."""
    wanted = at(deployment, "spec.replicas", 1)
    rolling = at(deployment, "spec.strategy.rollingUpdate", {})
    surge = amount(rolling.get("maxSurge", "25%"), wanted, up=True)
    unavailable = amount(rolling.get("maxUnavailable", "25%"), wanted, up=False)
    return Room(surge, unavailable if surge or unavailable else 1)


def amount(value: int | str, whole: int, *, up: bool) -> int:
    """Read a number of pods, or a share of `whole` such as `25%`."""
    if isinstance(value, int):
        return value
    share = whole * int(value.rstrip("%")) / 100
    return math.ceil(share) if up else math.floor(share)


def new_size(deployment: Object, new: Object, everything: Sequence[Object]) -> int:
    """How many pods the new replica set is to have now."""
    wanted, has = at(deployment, "spec.replicas", 1), size(new)
    if has >= wanted:
        return int(wanted)
    most = wanted + room(deployment).surge
    present = sum(size(each) for each in everything)
    return int(has + max(0, min(most - present, wanted - has)))


def old_sizes(deployment: Object, new: Object, old: Sequence[Object]) -> dict[str, int]:
    """How many pods the old replica sets are to have now, by name; those that stay as they are left out."""
    least = at(deployment, "spec.replicas", 1) - room(deployment).unavailable
    present = size(new) + sum(size(each) for each in old)
    unavailable_new = size(new) - available(new)
    may_go = present - least - unavailable_new
    if may_go <= 0:
        return {}
    sizes = _unhealthy_first(old, may_go)
    surplus = available(new) + sum(available(each) for each in old) - least
    for each in sorted(old, key=_oldest):
        now = sizes.get(name(each), size(each))
        goes = min(now, max(0, surplus))
        surplus -= goes
        if goes:
            sizes[name(each)] = now - goes
    return sizes


def _unhealthy_first(old: Sequence[Object], may_go: int) -> dict[str, int]:
    """Pods that are not available are no loss: they go first."""
    sizes = {}
    for each in sorted(old, key=_oldest):
        goes = min(may_go, size(each) - available(each))
        if goes > 0:
            may_go -= goes
            sizes[name(each)] = size(each) - goes
    return sizes


def size(replica_set: Object) -> int:
    """How many pods a replica set is to have."""
    return int(at(replica_set, "spec.replicas", 0))


def available(replica_set: Object) -> int:
    """How many of its pods have been ready for long enough."""
    return min(int(at(replica_set, "status.availableReplicas", 0)), size(replica_set))


def _oldest(replica_set: Object) -> tuple[str, str]:
    return pods.born(replica_set), name(replica_set)
