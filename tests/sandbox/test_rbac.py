"""Who may do what."""

from typing import Any

import pytest

from labrunner.sandbox import default_roles, rbac
from labrunner.sandbox.registry import ADMIN, Registry, User
from labrunner.sandbox.user import service_account
from tests.sandbox.cluster_of_objects import LAB, create, registry_with_namespace

API = "rbac.authorization.k8s.io/v1"
ROBOT = service_account(LAB, "robot")


@pytest.fixture
def registry() -> Registry:
    """A registry with a namespace and the usual roles."""
    registry = registry_with_namespace()
    for each in default_roles.objects():
        registry.create(registry.kind_of(each), each)
    return registry


def grant(registry: Registry, *rules: dict[str, Any], cluster: bool = False, role: str = "mine") -> None:
    """Bind rules, or a cluster role that is there, to the robot."""
    kind = "ClusterRole" if cluster or not rules else "Role"
    if rules:
        create(registry, kind, {"metadata": {"name": role}, "rules": list(rules)}, api_version=API)
    binding = {
        "metadata": {"name": role},
        "roleRef": {"kind": kind, "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": "robot", "namespace": LAB}],
    }
    create(registry, "ClusterRoleBinding" if cluster else "RoleBinding", binding, api_version=API)


def may(
    registry: Registry, verb: str, resource: str, name: str = "", namespace: str = LAB, group: str = ""
) -> bool:
    """Whether the robot may."""
    resource, _, subresource = resource.partition("/")
    return rbac.allows(ROBOT, verb, group, resource, subresource, name, namespace, registry)


def rule(verbs: str, resources: str, group: str = "", **more: Any) -> dict[str, Any]:
    """A rule."""
    return {"verbs": verbs.split(), "apiGroups": [group], "resources": resources.split(), **more}


def test_nothing_is_allowed_that_no_rule_allows(registry: Registry) -> None:
    assert not may(registry, "get", "pods")
    assert may(registry, "create", "selfsubjectaccessreviews", namespace="", group="authorization.k8s.io")


def test_a_role_holds_in_its_namespace(registry: Registry) -> None:
    grant(registry, rule("get list", "pods"))
    assert may(registry, "get", "pods", "web")
    assert not may(registry, "delete", "pods", "web")
    assert not may(registry, "get", "pods", "web", "elsewhere")
    assert not may(registry, "list", "pods", "", "")
    assert not may(registry, "get", "pods/log", "web")


def test_a_cluster_role_bound_cluster_wide_holds_everywhere(registry: Registry) -> None:
    grant(registry, rule("get patch", "nodes nodes/status"), cluster=True)
    assert may(registry, "patch", "nodes/status", "n", "")
    assert not may(registry, "list", "nodes", "", "")


def test_a_cluster_role_can_be_bound_in_one_namespace(registry: Registry) -> None:
    grant(registry, role="view")
    assert may(registry, "list", "pods")
    assert may(registry, "get", "deployments", "web", group="apps")
    assert not may(registry, "list", "secrets")
    assert not may(registry, "list", "pods", namespace="elsewhere")


def test_names_narrow_a_rule(registry: Registry) -> None:
    grant(registry, rule("get", "configmaps", resourceNames=["mine"]))
    assert may(registry, "get", "configmaps", "mine")
    assert not may(registry, "get", "configmaps", "yours")


def test_stars_stand_for_everything(registry: Registry) -> None:
    grant(registry, {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*/scale"]})
    assert may(registry, "update", "deployments/scale", "web", group="apps")
    assert not may(registry, "update", "deployments", "web", group="apps")


def test_aggregated_roles_hold_what_others_add_to_them(registry: Registry) -> None:
    labels = {"rbac.authorization.k8s.io/aggregate-to-view": "true"}
    added = {"metadata": {"name": "more", "labels": labels}, "rules": [rule("get", "things", "example.com")]}
    create(registry, "ClusterRole", added, api_version=API)
    grant(registry, role="view")
    assert may(registry, "get", "things", "t", group="example.com")


def test_groups_and_users_are_subjects_too(registry: Registry) -> None:
    binding = {
        "metadata": {"name": "all-robots"},
        "roleRef": {"kind": "ClusterRole", "name": "view"},
        "subjects": [
            {"kind": "Group", "name": f"system:serviceaccounts:{LAB}"},
            {"kind": "User", "name": "jane"},
        ],
    }
    create(registry, "ClusterRoleBinding", binding, api_version=API)
    assert may(registry, "list", "pods")
    jane = User("jane")
    assert rbac.allows(jane, "list", "", "pods", "", "", "", registry)


def test_masters_may_do_anything(registry: Registry) -> None:
    assert rbac.allows(ADMIN, "delete", "x", "y", "z", "", "", registry)
    assert rbac.allows_path(ADMIN, "get", "/anything", registry)


def test_addresses_that_are_no_resources_have_rules_of_their_own(registry: Registry) -> None:
    assert rbac.allows_path(ROBOT, "get", "/version", registry)
    assert rbac.allows_path(ROBOT, "get", "/apis/apps/v1", registry)
    assert not rbac.allows_path(ROBOT, "get", "/metrics", registry)
    assert not rbac.allows_path(ROBOT, "post", "/version", registry)


def test_a_role_that_is_not_there_grants_nothing(registry: Registry) -> None:
    grant(registry, role="nothing-of-that-name")
    assert not may(registry, "get", "pods")
