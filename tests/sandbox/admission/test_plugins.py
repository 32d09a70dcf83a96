"""What the server adds to new objects by itself."""

import pytest

from labrunner.sandbox.admission.service_account import MOUNT
from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import Object
from labrunner.sandbox.registry import Registry, User
from tests.sandbox.cluster_of_objects import create, kind, pod, registry_with_namespace


@pytest.fixture
def registry() -> Registry:
    """A registry with a namespace."""
    return registry_with_namespace()


def test_every_container_gets_the_accounts_token(registry: Registry) -> None:
    made = create(registry, "Pod", pod(initContainers=[{"name": "first", "image": "x"}]))
    spec = made["spec"]
    assert spec["serviceAccountName"] == spec["serviceAccount"] == "default"
    (volume,) = spec["volumes"]
    assert volume["name"].startswith("kube-api-access-")
    token, certificate, namespace = volume["projected"]["sources"]
    assert token == {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}
    assert certificate["configMap"]["name"] == "kube-root-ca.crt"
    assert namespace["downwardAPI"]["items"][0]["fieldRef"]["fieldPath"] == "metadata.namespace"
    for container in [*spec["containers"], *spec["initContainers"]]:
        assert container["volumeMounts"] == [{"name": volume["name"], "readOnly": True, "mountPath": MOUNT}]


def test_a_pod_can_do_without_a_token(registry: Registry) -> None:
    assert "volumes" not in create(registry, "Pod", pod(automountServiceAccountToken=False))["spec"]


def test_the_account_decides_where_the_pod_does_not(registry: Registry) -> None:
    quiet = {"metadata": {"name": "quiet"}, "automountServiceAccountToken": False}
    create(registry, "ServiceAccount", quiet)
    assert "volumes" not in create(registry, "Pod", pod("a", serviceAccountName="quiet"))["spec"]
    loud = pod("b", serviceAccountName="quiet", automountServiceAccountToken=True)
    assert "volumes" in create(registry, "Pod", loud)["spec"]


def test_an_account_that_is_not_there_is_refused(registry: Registry) -> None:
    with pytest.raises(ApiError) as refused:
        create(registry, "Pod", pod(serviceAccountName="nobody"))
    why = 'error looking up service account lab/nobody: serviceaccount "nobody" not found'
    assert str(refused.value) == f'pods "web" is forbidden: {why}'


def test_pods_stay_a_while_on_a_node_in_trouble_unless_they_say_otherwise(registry: Registry) -> None:
    usual = create(registry, "Pod", pod("a"))["spec"]["tolerations"]
    assert [(each["key"], each["tolerationSeconds"]) for each in usual] == [
        ("node.kubernetes.io/not-ready", 300),
        ("node.kubernetes.io/unreachable", 300),
    ]
    own = [{"operator": "Exists"}]
    assert create(registry, "Pod", pod("b", tolerations=own))["spec"]["tolerations"] == own


def test_a_priority_class_becomes_a_number(registry: Registry) -> None:
    assert create(registry, "Pod", pod("a"))["spec"]["priority"] == 0
    create(
        registry,
        "PriorityClass",
        {"metadata": {"name": "high"}, "value": 9},
        api_version="scheduling.k8s.io/v1",
    )
    made = create(registry, "Pod", pod("b", priorityClassName="high"))
    assert made["spec"]["priority"] == 9
    assert made["spec"]["preemptionPolicy"] == "PreemptLowerPriority"
    with pytest.raises(ApiError, match="no PriorityClass with name low was found"):
        create(registry, "Pod", pod("c", priorityClassName="low"))
    assert create(registry, "Pod", pod("d", priorityClassName="system-node-critical"))["spec"]["priority"] > 9


def test_plugins_of_the_clusters_own_run_after_the_built_in_ones(registry: Registry) -> None:
    def annotate(kind: Kind, obj: Object, registry: Registry, user: User) -> Object:
        if kind.kind == "Pod":
            obj["metadata"]["annotations"] = {"account": obj["spec"]["serviceAccountName"]}
        return obj

    registry.admission.append(annotate)
    assert create(registry, "Pod", pod())["metadata"]["annotations"] == {"account": "default"}
    assert "annotations" not in registry.get(kind(registry, "ServiceAccount"), "default", "lab")["metadata"]
