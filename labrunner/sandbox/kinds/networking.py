"""Services and what routes to them. All of it is only stored: pods here are reached by their addresses."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from labrunner.sandbox import causes
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.cells import AGE, NONE, field, pairs, selector
from labrunner.sandbox.kinds.kind import NAME, Behaviour, Column
from labrunner.sandbox.kinds.names import label_1035
from labrunner.sandbox.objects import Object, at

TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")


def _service_defaults(draft: Object) -> None:
    spec = draft.setdefault("spec", {})
    spec.setdefault("type", "ClusterIP")
    spec.setdefault("sessionAffinity", "None")
    for port in spec.get("ports") or ():
        port.setdefault("protocol", "TCP")
        port.setdefault("targetPort", port.get("port"))
    if spec["type"] != "ExternalName":
        spec.setdefault("internalTrafficPolicy", "Cluster")
        spec.setdefault("ipFamilies", ["IPv4"])
        spec.setdefault("ipFamilyPolicy", "SingleStack")
    if spec["type"] in ("NodePort", "LoadBalancer"):
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if spec["type"] == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)
    draft.setdefault("status", {}).setdefault("loadBalancer", {})


def _service_causes(obj: Object, old: Object | None) -> Iterator[Cause]:
    kind = at(obj, "spec.type", "")
    if kind not in TYPES:
        yield causes.unsupported("spec.type", kind, sorted(TYPES))
    ports = at(obj, "spec.ports", [])
    if not ports and kind != "ExternalName" and at(obj, "spec.clusterIP") != "None":
        yield causes.required("spec.ports")
    for place, port in enumerate(ports):
        number = port.get("port") or 0
        if not 1 <= number <= 65535:
            yield causes.wrong(f"spec.ports[{place}].port", number, "must be between 1 and 65535, inclusive")
        if len(ports) > 1 and not port.get("name"):
            yield causes.required(f"spec.ports[{place}].name")
    before, after = old and at(old, "spec.clusterIP"), at(obj, "spec.clusterIP")
    if before and before != after and kind != "ExternalName":
        yield causes.immutable("spec.clusterIPs[0]", after or "")


def _external(obj: Object, now: datetime) -> str:
    kind, ips = at(obj, "spec.type", ""), at(obj, "spec.externalIPs", [])
    if kind == "ExternalName":
        return str(at(obj, "spec.externalName", ""))
    if kind == "LoadBalancer":
        given = at(obj, "status.loadBalancer.ingress", [])
        found = [each.get("ip") or each.get("hostname", "") for each in given]
        return ",".join([*found, *ips]) or "<pending>"
    return ",".join(ips) or NONE


def _ports(obj: Object, now: datetime) -> str:
    return ",".join(_port(each) for each in at(obj, "spec.ports", ())) or NONE


def _port(port: Object) -> str:
    node = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port.get('port')}{node}/{port.get('protocol')}"


def _endpoints(obj: Object, now: datetime) -> str:
    found = []
    for subset in obj.get("subsets") or ():
        ports = subset.get("ports") or [{}]
        addresses = [each.get("ip", "") for each in subset.get("addresses") or ()]
        found += [_with_port(each, port) for port in ports for each in addresses]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return ",".join(found[:3]) + more if found else NONE


def _with_port(address: str, port: Object) -> str:
    return f"{address}:{port['port']}" if port.get("port") else address


def _hosts(obj: Object, now: datetime) -> str:
    hosts = [each["host"] for each in at(obj, "spec.rules", ()) if each.get("host")]
    more = f" + {len(hosts) - 3} more..." if len(hosts) > 3 else ""
    return ",".join(hosts[:3]) + more if hosts else "*"


def _ingress_address(obj: Object, now: datetime) -> str:
    given: list[Any] = at(obj, "status.loadBalancer.ingress", [])
    return ",".join(each.get("ip") or each.get("hostname", "") for each in given)


def _slice_ports(obj: Object, now: datetime) -> str:
    return ",".join(str(each.get("port", "*")) for each in obj.get("ports") or ()) or "<unset>"


def _slice_endpoints(obj: Object, now: datetime) -> str:
    found = [address for each in obj.get("endpoints") or () for address in each.get("addresses") or ()]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return ",".join(found[:3]) + more if found else "<unset>"


def _parameters(found: Object | None) -> str:
    if not found:
        return NONE
    group = f".{found['apiGroup']}" if found.get("apiGroup") else ""
    return f"{found.get('kind', '')}{group}/{found.get('name', '')}"


def _policy_defaults(draft: Object) -> None:
    spec = draft.setdefault("spec", {})
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]
    for rule in [*(spec.get("ingress") or ()), *(spec.get("egress") or ())]:
        for port in rule.get("ports") or ():
            port.setdefault("protocol", "TCP")


SERVICE = Behaviour(
    columns=(
        NAME,
        field("Type", "spec.type"),
        field("Cluster-IP", "spec.clusterIP", NONE),
        Column("External-IP", _external),
        Column("Port(s)", _ports),
        AGE,
        Column("Selector", lambda obj, now: pairs(at(obj, "spec.selector")), priority=1),
    ),
    default=_service_defaults,
    validate=_service_causes,
    name_rule=label_1035,
    sentence="the sandbox stores a Service but routes no traffic to its pods",
)

ENDPOINTS = Behaviour(columns=(NAME, Column("Endpoints", _endpoints), AGE))

ENDPOINT_SLICE = Behaviour(
    columns=(
        NAME,
        field("AddressType", "addressType"),
        Column("Ports", _slice_ports),
        Column("Endpoints", _slice_endpoints),
        AGE,
    ),
)

INGRESS = Behaviour(
    columns=(
        NAME,
        field("Class", "spec.ingressClassName", NONE),
        Column("Hosts", _hosts),
        Column("Address", _ingress_address),
        Column("Ports", lambda obj, now: "80, 443" if at(obj, "spec.tls") else "80"),
        AGE,
    ),
    generation=True,
    sentence="the sandbox stores an Ingress but no controller serves it",
)

INGRESS_CLASS = Behaviour(
    columns=(
        NAME,
        field("Controller", "spec.controller"),
        Column("Parameters", lambda obj, now: _parameters(at(obj, "spec.parameters"))),
        AGE,
    ),
    generation=True,
)


NETWORK_POLICY = Behaviour(
    columns=(NAME, Column("Pod-Selector", lambda obj, now: selector(at(obj, "spec.podSelector"))), AGE),
    default=_policy_defaults,
    generation=True,
    sentence="the sandbox stores a NetworkPolicy but does not enforce it",
)
