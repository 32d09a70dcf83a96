"""A pod's priority class becomes the number that the scheduler compares."""

from typing import Any

from labrunner.sandbox.errors import forbidden
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.kinds.priority_classes import SYSTEM
from labrunner.sandbox.objects import Object, name
from labrunner.sandbox.user import User

DEFAULT_POLICY = "PreemptLowerPriority"


def give_priority(kind: Kind, obj: Object, registry: Any, user: User) -> Object:
    """Set priority and preemption policy of a new pod.

    Raises:
        ApiError: 403 Forbidden, when there is no such class.
    """
    if kind.group or kind.kind != "Pod":
        return obj
    spec = obj["spec"]
    classes = registry.kinds.by_kind("scheduling.k8s.io/v1", "PriorityClass")
    called = spec.get("priorityClassName") or _default_class(registry.list(classes))
    if not called:
        value, policy = 0, DEFAULT_POLICY
    else:
        found = registry.find(classes, called)
        if found is None and called not in SYSTEM:
            raise forbidden(kind, name(obj), f"no PriorityClass with name {called} was found")
        value = found["value"] if found else SYSTEM[called]
        policy = (found or {}).get("preemptionPolicy", DEFAULT_POLICY)
        spec["priorityClassName"] = called
    spec["priority"] = value
    spec.setdefault("preemptionPolicy", policy)
    return obj


def _default_class(classes: list[Object]) -> str:
    chosen = [each for each in classes if each.get("globalDefault")]
    return name(min(chosen, key=lambda each: each["value"])) if chosen else ""
