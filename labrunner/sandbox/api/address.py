"""What a request's path and method ask for: the resource part of the Kubernetes API's addresses. Pure.

Whether such a resource is served is for whoever looks the address up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Address:
    """A resource, or one object or subresource of it."""

    group: str
    """API group; empty is the core one."""
    version: str
    resource: str
    """Plural name; empty when the path ends at the version: its discovery."""
    namespace: str = ""
    """Empty for cluster-scoped resources and for all namespaces."""
    name: str = ""
    """Empty for the collection."""
    subresource: str = ""
    rest: str = ""
    """What follows the subresource, as with `proxy`; without a slash in front."""

    @property
    def group_version(self) -> str:
        """As in an object's `apiVersion`."""
        return f"{self.group}/{self.version}" if self.group else self.version


def parse(path: str) -> Address | None:
    """Read a path such as `/apis/apps/v1/namespaces/aiml/deployments/web/scale`.

    Args:
        path: The URL's path as it was sent, without the query.

    Returns:
        `None` when it is no resource's: `/version`, `/openapi/v3`, or not a path of this API at all.
    """
    parts = [unquote(part) for part in path.strip("/").split("/")]
    match parts:
        case ["api", version, *rest]:
            return _resource("", version, rest)
        case ["apis", group, version, *rest]:
            return _resource(group, version, rest)
    return None


def _resource(group: str, version: str, parts: list[str]) -> Address:
    namespace = ""
    # `/namespaces/x` is the namespace itself, and so are its own subresources.
    if parts[:1] == ["namespaces"] and len(parts) > 2 and parts[2] not in ("status", "finalize"):
        namespace, parts = parts[1], parts[2:]
    resource, name, subresource, *rest = [*parts, "", "", ""][: max(3, len(parts))]
    return Address(group, version, resource, namespace, name, subresource, "/".join(filter(None, rest)))


_VERBS = {
    "POST": "create",
    "PUT": "update",
    "PATCH": "patch",
    "DELETE": "delete",
    "GET": "get",
    "HEAD": "get",
}


def verb(method: str, address: Address, query: Mapping[str, str]) -> str:
    """Name what is asked for as a role's rules do: get, list, watch, create, deletecollection …

    Returns:
        Empty for a method that Kubernetes does not use.
    """
    found = _VERBS.get(method, "")
    if address.name:
        return found
    if found == "get":
        return "watch" if is_true(query.get("watch")) else "list"
    return "deletecollection" if found == "delete" else found


def is_true(value: str | None) -> bool:
    """Read a switch in a query string: present and neither `false` nor `0`, as the real server does."""
    return value is not None and value.lower() not in ("false", "0")
