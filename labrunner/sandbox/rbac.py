"""What roles and bindings allow: the API asks here for every request of a service account.

Only the rules are judged here. Who somebody is, and whom the rules are asked about at all, is for the API.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from labrunner.sandbox.objects import Object, at, labels, name
from labrunner.sandbox.reading import Reading
from labrunner.sandbox.selector import read_labels
from labrunner.sandbox.user import MASTERS, User

API_VERSION = "rbac.authorization.k8s.io/v1"
Rule = Mapping[str, Any]


def allows(
    user: User,
    verb: str,
    group: str,
    resource: str,
    subresource: str,
    name: str,
    namespace: str,
    registry: Reading,
) -> bool:
    """Say whether a user may do something to a resource.

    Args:
        user: Who.
        verb: `get`, `list`, `watch`, `create`, …
        group: API group, empty for the core one.
        resource: Plural name.
        subresource: As `log`; empty for the object itself.
        name: Of the object; empty for all of them, and where it is not known yet.
        namespace: Empty for cluster-scoped resources and for lists over all namespaces.
        registry: Where roles and bindings are.
    """
    if MASTERS in user.groups:
        return True
    asked = f"{resource}/{subresource}" if subresource else resource
    return any(_covers(rule, verb, group, asked, name) for rule in rules(user, namespace, registry))


def allows_path(user: User, verb: str, path: str, registry: Reading) -> bool:
    """Say whether a user may ask for an address that is no resource's, as `/healthz`."""
    if MASTERS in user.groups:
        return True
    return any(
        _lists(rule, "verbs", verb)
        and any(_is_below(path, each) for each in rule.get("nonResourceURLs") or ())
        for rule in rules(user, "", registry)
    )


def rules(user: User, namespace: str, registry: Reading) -> Iterator[Rule]:
    """Yield every rule that holds for a user in a namespace, cluster-wide ones included."""
    if MASTERS in user.groups:
        yield {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
        yield {"verbs": ["*"], "nonResourceURLs": ["*"]}
        return
    yield from _bound(user, "ClusterRoleBinding", None, registry)
    if namespace:
        yield from _bound(user, "RoleBinding", namespace, registry)


def _bound(user: User, kind: str, namespace: str | None, registry: Reading) -> Iterator[Rule]:
    bindings = registry.list(registry.kinds.by_kind(API_VERSION, kind), namespace)
    for binding in bindings:
        if any(_is(user, subject) for subject in binding.get("subjects") or ()):
            yield from _role_rules(binding.get("roleRef") or {}, namespace or "", registry)


def _is(user: User, subject: Object) -> bool:
    named = subject.get("name", "")
    match subject.get("kind"):
        case "User":
            return bool(named == user.name)
        case "Group":
            return named in user.groups
        case "ServiceAccount":
            return user.name == f"system:serviceaccount:{subject.get('namespace', '')}:{named}"
    return False


def _role_rules(reference: Object, namespace: str, registry: Reading) -> Iterator[Rule]:
    kind = registry.kinds.by_kind(API_VERSION, reference.get("kind") or "ClusterRole")
    role = registry.find(kind, reference.get("name", ""), namespace)
    if role is None:
        return
    yield from role.get("rules") or ()
    for selector in at(role, "aggregationRule.clusterRoleSelectors", ()):
        chosen = read_labels(selector)
        for each in registry.list(kind):
            if name(each) != name(role) and chosen.matches(labels(each)):
                yield from each.get("rules") or ()


def _covers(rule: Rule, verb: str, group: str, resource: str, called: str) -> bool:
    if not (_lists(rule, "verbs", verb) and _lists(rule, "apiGroups", group)):
        return False
    if not any(_is_resource(each, resource) for each in rule.get("resources") or ()):
        return False
    names = rule.get("resourceNames")
    return not names or called in names


def _lists(rule: Rule, field: str, value: str) -> bool:
    listed = rule.get(field) or ()
    return value in listed or "*" in listed


def _is_resource(pattern: str, resource: str) -> bool:
    if pattern in ("*", resource):
        return True
    _, slash, subresource = resource.partition("/")
    return bool(slash) and pattern == f"*/{subresource}"


def _is_below(path: str, pattern: str) -> bool:
    return path == pattern or (pattern.endswith("*") and path.startswith(pattern[:-1]))
