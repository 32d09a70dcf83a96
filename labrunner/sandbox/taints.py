"""Taints keep pods off nodes, tolerations let them on: which is which for a pod and a node. Pure."""

from collections.abc import Iterable, Sequence

from labrunner.sandbox.objects import Object, at

BLOCKING = ("NoSchedule", "NoExecute")
UNSCHEDULABLE = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
NOT_READY = "node.kubernetes.io/not-ready"


def taints_of(node: Object) -> list[Object]:
    """A node's taints."""
    found: list[Object] = at(node, "spec.taints", [])
    return found


def tolerates(tolerations: Iterable[Object], taint: Object) -> bool:
    """Whether one of the tolerations lets a pod onto a node with that taint."""
    return any(_matches(each, taint) for each in tolerations)


def untolerated(
    tolerations: Sequence[Object], taints: Iterable[Object], effects: Sequence[str] = BLOCKING
) -> Object | None:
    """The first taint with one of the effects that no toleration covers."""
    return next(
        (each for each in taints if each.get("effect") in effects and not tolerates(tolerations, each)), None
    )


def _matches(toleration: Object, taint: Object) -> bool:
    if toleration.get("effect") and toleration["effect"] != taint.get("effect"):
        return False
    if toleration.get("key") and toleration["key"] != taint.get("key"):
        return False
    if toleration.get("operator") == "Exists":
        return True
    # Without a key only `Exists` makes sense; the API server refuses the rest.
    return bool(toleration.get("key")) and (toleration.get("value") or "") == (taint.get("value") or "")
