"""Other kinds' defaults and refusals, through the registry."""

from typing import Any

import pytest

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.objects import Object, at
from labrunner.sandbox.patch import Patch
from labrunner.sandbox.registry import ADMIN, Registry
from tests.sandbox.cluster_of_objects import LAB, create, kind, pod, registry_with_namespace, workload

RBAC = "rbac.authorization.k8s.io/v1"
ROLE = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}


@pytest.fixture
def registry() -> Registry:
    """A registry with a namespace."""
    return registry_with_namespace()


def named(name: str = "one", **fields: Any) -> Object:
    """An object with a name."""
    return {"metadata": {"name": name}, **fields}


@pytest.mark.parametrize(
    ("api_version", "named_kind", "obj", "problem"),
    [
        (
            "v1",
            "ConfigMap",
            named("A_b"),
            'ConfigMap "A_b" is invalid: metadata.name: Invalid value: "A_b": a lowercase',
        ),
        (
            "v1",
            "ConfigMap",
            {"metadata": {}},
            "metadata.name: Required value: name or generateName is required",
        ),
        ("v1", "ConfigMap", named(data={"a b": ""}), "data[a b]: Invalid value"),
        (
            "v1",
            "ConfigMap",
            named(data={"a": "x" * 2**20 + "y"}),
            "Too long: may not be more than 1048576 bytes",
        ),
        ("v1", "Namespace", named("a.b"), "a lowercase RFC 1123 label must consist"),
        ("v1", "Secret", named(type="kubernetes.io/tls"), "data[tls.crt]: Required value"),
        ("v1", "Service", named("1a", spec={"ports": [{"port": 80}]}), "a DNS-1035 label must consist"),
        ("v1", "Service", named("a", spec={}), "spec.ports: Required value"),
        (
            "v1",
            "ConfigMap",
            {"metadata": {"name": "a", "labels": {"a": "b c"}}},
            'metadata.labels: Invalid value: "b c"',
        ),
        (
            "apps/v1",
            "Deployment",
            workload(replicas=-1),
            "spec.replicas: Invalid value: -1: must be greater than",
        ),
        (
            "apps/v1",
            "Deployment",
            workload(selector={"matchLabels": {"x": "y"}}),
            "`selector` does not match template",
        ),
        (
            "apps/v1",
            "Deployment",
            named(spec={"template": {"spec": pod()["spec"]}}),
            "spec.selector: Required value",
        ),
        (
            "apps/v1",
            "DaemonSet",
            workload(updateStrategy={"type": "x"}),
            "spec.updateStrategy.type: Unsupported value",
        ),
        (
            RBAC,
            "ClusterRole",
            named(rules=[{"verbs": [], "resources": ["x"]}]),
            "verbs must contain at least one value",
        ),
        (
            RBAC,
            "RoleBinding",
            named(roleRef=ROLE, subjects=[{"kind": "ServiceAccount", "name": "a"}]),
            "subjects[0].namespace",
        ),
        (
            "scheduling.k8s.io/v1",
            "PriorityClass",
            named(value=2 * 10**9),
            "maximum allowed value of a user defined",
        ),
    ],
)
def test_a_mistake_is_named_where_it_is(
    registry: Registry, api_version: str, named_kind: str, obj: Object, problem: str
) -> None:
    with pytest.raises(ApiError) as refused:
        create(registry, named_kind, obj, api_version=api_version)
    assert problem in str(refused.value)
    assert refused.value.code == 422


@pytest.mark.parametrize(
    ("api_version", "named_kind", "obj", "change", "problem"),
    [
        (
            "apps/v1",
            "Deployment",
            workload(),
            {"spec": {"selector": {"matchLabels": {"app": "x"}}}},
            "field is immutable",
        ),
        (
            RBAC,
            "ClusterRoleBinding",
            named(roleRef=ROLE),
            {"roleRef": {"name": "edit"}},
            "cannot change roleRef",
        ),
        (
            "v1",
            "ConfigMap",
            named(immutable=True, data={"a": "1"}),
            {"data": {"a": "2"}},
            "when `immutable` is set",
        ),
        ("v1", "Secret", named(), {"type": "other"}, 'type: Invalid value: "other": field is immutable'),
        (
            "scheduling.k8s.io/v1",
            "PriorityClass",
            named(value=1),
            {"value": 2},
            "may not be changed in an update.",
        ),
    ],
)
def test_what_cannot_change_does_not(
    registry: Registry, api_version: str, named_kind: str, obj: Object, change: Object, problem: str
) -> None:
    made = create(registry, named_kind, obj, api_version=api_version)
    found = kind(registry, named_kind, api_version)
    name = made["metadata"]["name"]
    with pytest.raises(ApiError) as refused:
        registry.patch(found, name, LAB if found.namespaced else "", Patch("merge", change))
    assert problem in str(refused.value)


def test_workloads_are_filled_in(registry: Registry) -> None:
    made = create(registry, "Deployment", workload(), api_version="apps/v1")
    assert {key: value for key, value in made["spec"].items() if key not in ("template", "selector")} == {
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": 600,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}},
    }
    assert at(made, "spec.template.spec.containers.0.imagePullPolicy") == "Always"
    daemons = create(registry, "DaemonSet", workload(), api_version="apps/v1")
    assert at(daemons, "spec.updateStrategy.rollingUpdate") == {"maxUnavailable": 1, "maxSurge": 0}


def test_a_namespace_is_labelled_with_its_name_and_kept_by_its_finalizer(registry: Registry) -> None:
    made = registry.get(kind(registry, "Namespace"), LAB)
    assert made["metadata"]["labels"] == {"kubernetes.io/metadata.name": LAB}
    assert made["spec"] == {"finalizers": ["kubernetes"]}
    assert made["status"] == {"phase": "Active"}
    registry.delete(kind(registry, "Namespace"), LAB)
    going = registry.get(kind(registry, "Namespace"), LAB)
    registry.update(kind(registry, "Namespace"), {**going, "spec": {}}, subresource="finalize")
    assert registry.find(kind(registry, "Namespace"), LAB) is None


def test_a_secrets_text_becomes_data(registry: Registry) -> None:
    made = create(registry, "Secret", named(stringData={"a": "text"}, data={"b": "Yg=="}))
    assert made["data"] == {"b": "Yg==", "a": "dGV4dA=="}
    assert made["type"] == "Opaque"
    assert "stringData" not in made


def test_a_service_gets_addresses_and_ports_of_its_own(registry: Registry) -> None:
    one = create(registry, "Service", named("a", spec={"type": "NodePort", "ports": [{"port": 80}]}))
    two = create(registry, "Service", named("b", spec={"type": "NodePort", "ports": [{"port": 80}]}))
    assert one["spec"]["clusterIP"] != two["spec"]["clusterIP"]
    assert one["spec"]["ports"][0] == {"port": 80, "targetPort": 80, "protocol": "TCP", "nodePort": 30000}
    assert two["spec"]["ports"][0]["nodePort"] == 30001


def test_both_groups_show_the_same_events(registry: Registry) -> None:
    event = named(
        involvedObject={"kind": "Pod", "name": "p", "namespace": LAB}, reason="Why", message="words"
    )
    create(registry, "Event", event)
    newer = kind(registry, "Event", "events.k8s.io/v1")
    (seen,) = registry.list(newer, LAB, fields="regarding.name=p")
    assert (seen["apiVersion"], seen["note"], seen["regarding"]["name"]) == ("events.k8s.io/v1", "words", "p")
    registry.create(
        newer, named("two", regarding={"kind": "Pod", "namespace": LAB}, note="more"), namespace=LAB
    )
    assert registry.get(kind(registry, "Event"), "two", LAB)["message"] == "more"
    registry.delete(newer, "one", LAB)
    assert [each["message"] for each in registry.list(kind(registry, "Event"), LAB)] == ["more"]


def test_an_autoscaler_is_one_in_both_versions(registry: Registry) -> None:
    spec = {
        "scaleTargetRef": {"kind": "Deployment", "name": "web"},
        "maxReplicas": 3,
        "targetCPUUtilizationPercentage": 50,
    }
    create(registry, "HorizontalPodAutoscaler", named(spec=spec), api_version="autoscaling/v1")
    newer = registry.get(kind(registry, "HorizontalPodAutoscaler", "autoscaling/v2"), "one", LAB)
    assert at(newer, "spec.metrics.0.resource.target.averageUtilization") == 50
    older = registry.get(kind(registry, "HorizontalPodAutoscaler", "autoscaling/v1"), "one", LAB)
    assert older["spec"]["targetCPUUtilizationPercentage"] == 50


def test_rules_for_people_are_noted_and_for_service_accounts_not(registry: Registry) -> None:
    account = {"kind": "ServiceAccount", "name": "a", "namespace": LAB}
    binding = named(roleRef=ROLE, subjects=[account, {"kind": "Group", "name": "system:masters"}])
    create(registry, "ClusterRoleBinding", binding, api_version=RBAC, user=ADMIN)
    assert registry.notes.take() == ()
    binding = named("two", roleRef=ROLE, subjects=[{"kind": "User", "name": "jane"}])
    create(registry, "ClusterRoleBinding", binding, api_version=RBAC, user=ADMIN)
    (noted,) = registry.notes.take()
    assert "enforces them for service accounts only" in noted
