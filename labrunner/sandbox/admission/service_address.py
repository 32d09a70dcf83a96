"""A new Service gets an address and, where its type has them, node ports: numbers that nothing serves."""

from collections.abc import Iterator
from typing import Any

from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import Object, at
from labrunner.sandbox.user import User

PREFIX = "172.20"  # where EKS clusters have their services
NODE_PORTS = range(30000, 32768)


def give_address(kind: Kind, obj: Object, registry: Any, user: User) -> Object:
    """Allocate what a new Service has not chosen itself."""
    if kind.group or kind.kind != "Service":
        return obj
    spec, others = obj["spec"], registry.list(kind)
    if spec["type"] != "ExternalName" and not spec.get("clusterIP"):
        taken = {at(each, "spec.clusterIP") for each in others}
        spec["clusterIP"] = next(each for each in _addresses() if each not in taken)
    if spec.get("clusterIP"):
        spec["clusterIPs"] = [spec["clusterIP"]]
    if spec["type"] in ("NodePort", "LoadBalancer"):
        used = {port.get("nodePort") for each in others for port in at(each, "spec.ports", ())}
        free = (each for each in NODE_PORTS if each not in used)
        for port in spec.get("ports") or ():
            port.setdefault("nodePort", next(free))
    return obj


def _addresses() -> Iterator[str]:
    # The first ones belong to the API server and to DNS.
    yield from (f"{PREFIX}.{high}.{low}" for high in range(1, 256) for low in range(1, 255))
