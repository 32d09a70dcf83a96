"""What the server says it serves: discovery, in its aggregated form and in the older one. Pure.

Clients ask for the aggregated documents first, two requests in all; the older ones, a request for each
group and version, are what other clients and kubectl before 1.26 read.
"""

from collections.abc import Iterable
from typing import Any

from labrunner.sandbox.errors import no_such_resource
from labrunner.sandbox.kinds.kind import Kind, Subresource
from labrunner.sandbox.kinds.known import Group, Kinds
from labrunner.sandbox.objects import Object

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
"""Content type of an aggregated document."""


def aggregated(kinds: Kinds, *, core: bool) -> Object:
    """Everything about the core group, which has its own address `/api`, or about all other groups."""
    groups = [group for group in kinds.groups() if core != bool(group.name)]
    items = [_aggregated_group(group, kinds) for group in groups]
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    }


def core_versions(server: str) -> Object:
    """What `/api` says to older clients; `server` is `host:port`."""
    address = {"clientCIDR": "0.0.0.0/0", "serverAddress": server}
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [address]}


def group_list(kinds: Kinds) -> Object:
    """What `/apis` says to older clients."""
    groups = [_group(group) for group in kinds.groups() if group.name]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def group(kinds: Kinds, name: str) -> Object:
    """What `/apis/NAME` says.

    Raises:
        ApiError: 404, there is no such group.
    """
    for each in kinds.groups():
        if each.name == name:
            return {"kind": "APIGroup", "apiVersion": "v1"} | _group(each)
    raise no_such_resource()


def resource_list(kinds: Kinds, group: str, version: str) -> Object:
    """What `/api/v1` or `/apis/GROUP/VERSION` says.

    Raises:
        ApiError: 404, there is no such group or version.
    """
    found = kinds.in_group(group, version)
    if not found:
        raise no_such_resource()
    resources = [entry for kind in found for entry in _resources(kind)]
    group_version = f"{group}/{version}" if group else version
    # The real server leaves the API version out for the core group.
    head = {"kind": "APIResourceList"} | ({"apiVersion": "v1"} if group else {})
    return head | {"groupVersion": group_version, "resources": resources}


def _aggregated_group(group: Group, kinds: Kinds) -> Object:
    versions = []
    for version in group.versions:
        resources = [_aggregated_resource(kind) for kind in kinds.in_group(group.name, version)]
        versions.append({"version": version, "resources": resources, "freshness": "Current"})
    metadata: Object = {"creationTimestamp": None}
    return {"metadata": ({"name": group.name} if group.name else {}) | metadata, "versions": versions}


def _aggregated_resource(kind: Kind) -> Object:
    resource: dict[str, Any] = {
        "resource": kind.plural,
        "responseKind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "singularResource": kind.singular,
        "verbs": list(kind.verbs),
    }
    resource |= _listed(shortNames=kind.short_names, categories=kind.categories)
    subresources = [_aggregated_subresource(kind, each) for each in kind.subresources]
    return resource | ({"subresources": subresources} if subresources else {})


def _aggregated_subresource(kind: Kind, subresource: Subresource) -> Object:
    group, version = _kind_of(kind, subresource)
    response = {"group": group, "version": version, "kind": subresource.kind}
    return {"subresource": subresource.name, "responseKind": response, "verbs": list(subresource.verbs)}


def _group(group: Group) -> Object:
    versions = [{"groupVersion": f"{group.name}/{each}", "version": each} for each in group.versions]
    return {"name": group.name, "versions": versions, "preferredVersion": versions[0]}


def _resources(kind: Kind) -> Iterable[Object]:
    names = {"name": kind.plural, "singularName": kind.singular, "namespaced": kind.namespaced}
    rest = _listed(shortNames=kind.short_names, categories=kind.categories)
    yield names | {"kind": kind.kind, "verbs": list(kind.verbs)} | rest
    for each in kind.subresources:
        group, version = _kind_of(kind, each)
        foreign = (
            {"group": group, "version": version} if (group, version) != (kind.group, kind.version) else {}
        )
        names = {"name": f"{kind.plural}/{each.name}", "singularName": "", "namespaced": kind.namespaced}
        yield names | foreign | {"kind": each.kind, "verbs": list(each.verbs)}


def _kind_of(kind: Kind, subresource: Subresource) -> tuple[str, str]:
    """The group and version of what is sent to a subresource, and returned from it."""
    return (subresource.group, subresource.version) if subresource.version else (kind.group, kind.version)


def _listed(**lists: tuple[str, ...]) -> dict[str, list[str]]:
    return {name: list(values) for name, values in lists.items() if values}
