"""Pods stay on a node that is not ready or not reachable for five minutes, unless they say otherwise."""

from typing import Any

from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import Object
from labrunner.sandbox.user import User

SECONDS = 300
KEYS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def tolerate_a_while(kind: Kind, obj: Object, registry: Any, user: User) -> Object:
    """Add the two tolerations to a new pod."""
    if kind.group or kind.kind != "Pod":
        return obj
    tolerations = list(obj["spec"].get("tolerations") or ())
    for key in KEYS:
        if not any(_covers(each, key) for each in tolerations):
            tolerations.append(
                {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": SECONDS}
            )
    obj["spec"]["tolerations"] = tolerations
    return obj


def _covers(toleration: Object, key: str) -> bool:
    same_key = toleration.get("key") in (None, "", key)
    return same_key and toleration.get("effect") in (None, "", "NoExecute")
