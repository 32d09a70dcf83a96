"""What a pod can be told about itself: the downward API's fields and resources. Pure."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from labrunner.sandbox.objects import Object, at
from labrunner.sandbox.quantity import parse

_KEYED = re.compile(r"metadata\.(labels|annotations)\['(.+)'\]")

_PATHS = {
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.podIP",
}
_LISTS = {"status.podIPs": "status.podIPs", "status.hostIPs": "status.hostIPs"}


class UnknownFieldError(Exception):
    """The downward API has no such field; the text is the kubelet's."""


def field_value(pod: Object, path: str) -> str:
    """The value of a `fieldRef`, as text; empty when the pod has none.

    Raises:
        UnknownFieldError: There is no such field.
    """
    if found := _KEYED.fullmatch(path):
        return str(at(pod, f"metadata.{found[1]}", {}).get(found[2], ""))
    if path in ("metadata.labels", "metadata.annotations"):
        return _listed(at(pod, path, {}))
    if path in _LISTS:
        return ",".join(each["ip"] for each in at(pod, path, []))
    if path in _PATHS:
        return str(at(pod, path, ""))
    raise UnknownFieldError(f"unsupported fieldPath: {path}")


def resource_value(pod: Object, reference: Mapping[str, Any], container: str, node: Object) -> str:
    """The value of a `resourceFieldRef`: a whole number of the divisor's units, rounded up.

    Args:
        pod: Whose.
        reference: The `resourceFieldRef`.
        container: The container that asks, if the reference names none.
        node: What it has to give is the limit of who has none.

    Raises:
        UnknownFieldError: There is no such container or resource.
    """
    wanted = reference.get("containerName") or container
    spec = pod["spec"]
    everyone = [*(spec.get("initContainers") or ()), *spec["containers"]]
    found = next((each for each in everyone if each["name"] == wanted), None)
    if found is None:
        raise UnknownFieldError(f"container {wanted} not found")
    which, _, resource = reference["resource"].partition(".")
    if which not in ("limits", "requests") or not resource:
        raise UnknownFieldError(f"unsupported container resource : {reference['resource']}")
    amount = parse(_amount(found, which, resource, node))
    divisor = parse(reference.get("divisor") or 1) or Fraction(1)
    return str(-(-amount // divisor))


def _amount(container: Mapping[str, Any], which: str, resource: str, node: Object) -> str:
    own = (container.get("resources") or {}).get(which) or {}
    if resource in own:
        return str(own[resource])
    return str((at(node, "status.allocatable") or {}).get(resource, 0)) if which == "limits" else "0"


def _listed(values: Mapping[str, str]) -> str:
    return "\n".join(f'{key}="{_escaped(values[key])}"' for key in sorted(values))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
