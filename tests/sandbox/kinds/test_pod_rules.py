"""What makes a pod invalid, in the real server's words."""

from typing import Any

import pytest

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.registry import Registry
from tests.sandbox.cluster_of_objects import create, kind, pod, registry_with_namespace


@pytest.fixture
def registry() -> Registry:
    """A registry with a namespace."""
    return registry_with_namespace()


def container(**fields: Any) -> dict[str, Any]:
    """A pod's spec whose container has these fields."""
    return {"containers": [{"name": "main", "image": "nginx", **fields}]}


SELECTOR = "nodeSelectorTerms"
AFFINITY = "requiredDuringSchedulingIgnoredDuringExecution"
PROBE = {"httpGet": {"port": 80}}


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ({"containers": []}, "spec.containers: Required value"),
        ({"containers": [{"name": "a"}]}, "spec.containers[0].image: Required value"),
        ({"containers": [{"image": "x"}]}, "spec.containers[0].name: Required value"),
        (
            {"containers": [{"name": "a", "image": "x"}, {"name": "a", "image": "x"}]},
            'spec.containers[1].name: Duplicate value: "a"',
        ),
        (
            container(name="A_b"),
            'spec.containers[0].name: Invalid value: "A_b": a lowercase RFC 1123 label must',
        ),
        (container(image=" x"), "must not have leading or trailing whitespace"),
        (
            container(imagePullPolicy="Sometimes"),
            (
                'spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: '
                '"Always", "IfNotPresent", "Never"'
            ),
        ),
        (container(ports=[{"containerPort": 70000}]), "must be between 1 and 65535, inclusive"),
        (container(ports=[{"name": "http"}]), "spec.containers[0].ports[0].containerPort: Required value"),
        (
            container(volumeMounts=[{"name": "v", "mountPath": "/v"}]),
            'spec.containers[0].volumeMounts[0].name: Not found: "v"',
        ),
        (container(env=[{"value": "x"}]), "spec.containers[0].env[0].name: Required value"),
        (container(env=[{"name": "A", "valueFrom": {}}]), "must specify one of"),
        (
            container(livenessProbe={}),
            "spec.containers[0].livenessProbe: Required value: must specify a handler type",
        ),
        (container(livenessProbe=PROBE | {"successThreshold": 2}), "livenessProbe.successThreshold"),
        (container(readinessProbe={"httpGet": {"port": 0}}), "must be between 1 and 65535, inclusive"),
        (
            container(resources={"limits": {"aws.amazon.com/neuron": "1500m"}}),
            "limits[aws.amazon.com/neuron]: Invalid value: 1500m: must be an integer",
        ),
        (
            container(resources={"requests": {"aws.amazon.com/neuron": 1}}),
            "resources.limits: Required value: Limit must be set for non overcommitable resources",
        ),
        (
            container(resources={"requests": {"cpu": 2}, "limits": {"cpu": 1}}),
            'resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
        ),
        (container(resources={"limits": {"memroy": 1}}), "must be a standard resource for containers"),
        ({**container(), "restartPolicy": "Maybe"}, 'supported values: "Always", "OnFailure", "Never"'),
        ({**container(), "terminationGracePeriodSeconds": -1}, "must be greater than or equal to 0"),
        (
            {**container(), "volumes": [{"name": "v", "hostPath": {}}]},
            "spec.volumes[0].hostPath.path: Required value",
        ),
        (
            {**container(), "volumes": [{"name": "v", "emptyDir": {}, "secret": {"secretName": "s"}}]},
            "spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type",
        ),
        (
            {
                **container(),
                "tolerations": [{"effect": "NoSchedule", "operator": "Exists", "tolerationSeconds": 3}],
            },
            "effect must be 'NoExecute' when `tolerationSeconds` is set",
        ),
        (
            {**container(), "tolerations": [{"operator": "Equal"}]},
            "operator must be Exists when `key` is empty",
        ),
        (
            {**container(), "affinity": {"nodeAffinity": {AFFINITY: {SELECTOR: []}}}},
            "must have at least one node selector term",
        ),
        (
            {**container(), "nodeSelector": {"a b": "c"}},
            'spec.nodeSelector: Invalid value: "a b": name part must',
        ),
    ],
)
def test_a_mistake_is_named_where_it_is(registry: Registry, spec: dict[str, Any], problem: str) -> None:
    with pytest.raises(ApiError) as refused:
        create(registry, "Pod", {"metadata": {"name": "web"}, "spec": spec})
    assert refused.value.code == 422
    assert str(refused.value).startswith('Pod "web" is invalid: ')
    assert problem in str(refused.value)


def test_the_same_holds_for_templates(registry: Registry) -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a"}]}}
    obj = {
        "metadata": {"name": "web"},
        "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template},
    }
    with pytest.raises(ApiError, match=r"spec\.template\.spec\.containers\[0\]\.image: Required value"):
        create(registry, "Deployment", obj, api_version="apps/v1")


def test_only_images_and_little_else_change_in_a_pod(registry: Registry) -> None:
    made = create(registry, "Pod", pod())
    pods = kind(registry, "Pod")
    (main,) = made["spec"]["containers"]
    newer = registry.update(
        pods, {**made, "spec": {**made["spec"], "containers": [{**main, "image": "nginx:2"}]}}
    )
    assert newer["spec"]["containers"][0]["image"] == "nginx:2"
    with pytest.raises(ApiError, match="pod updates may not change fields other than") as refused:
        registry.update(pods, {**newer, "spec": {**newer["spec"], "hostNetwork": True}})
    assert "+ hostNetwork: true" in str(refused.value)
    with pytest.raises(ApiError, match="pod updates may not add or remove containers"):
        registry.update(
            pods, {**newer, "spec": {**newer["spec"], "containers": [main, {**main, "name": "b"}]}}
        )


def test_what_nobody_said_is_filled_in(registry: Registry) -> None:
    fields = {
        "ports": [{"containerPort": 80}],
        "livenessProbe": PROBE,
        "resources": {"limits": {"cpu": "1000m"}},
    }
    volume = {"name": "v", "configMap": {"name": "c"}}
    made = create(registry, "Pod", pod(**container(**fields), volumes=[volume, {"name": "w"}]))
    spec = made["spec"]
    assert spec["restartPolicy"] == "Always"
    assert spec["schedulerName"] == "default-scheduler"
    assert spec["terminationGracePeriodSeconds"] == 30
    (main,) = spec["containers"]
    assert main["imagePullPolicy"] == "Always"
    assert main["ports"] == [{"containerPort": 80, "protocol": "TCP"}]
    assert main["resources"] == {"limits": {"cpu": "1"}, "requests": {"cpu": "1"}}
    assert main["livenessProbe"] == {
        "httpGet": {"port": 80, "path": "/", "scheme": "HTTP"},
        "timeoutSeconds": 1,
        "periodSeconds": 10,
        "successThreshold": 1,
        "failureThreshold": 3,
    }
    assert spec["volumes"][0]["configMap"]["defaultMode"] == 0o644
    assert spec["volumes"][1] == {"name": "w", "emptyDir": {}}
    assert made["status"] == {"phase": "Pending", "qosClass": "Burstable"}


@pytest.mark.parametrize(
    ("resources", "quality"),
    [
        ({}, "BestEffort"),
        ({"requests": {"cpu": "1"}}, "Burstable"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}}, "Guaranteed"),
        ({"limits": {"aws.amazon.com/neuron": 1}}, "BestEffort"),
    ],
)
def test_the_class_of_service_follows_from_the_resources(
    registry: Registry, resources: dict[str, Any], quality: str
) -> None:
    made = create(registry, "Pod", pod(**container(resources=resources)))
    assert made["status"]["qosClass"] == quality


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("nginx", "Always"), ("nginx:latest", "Always"), ("nginx:1.27", "IfNotPresent"),
        ("localhost:5000/nginx", "Always"), ("nginx@sha256:0000", "IfNotPresent"),
    ],
)  # fmt: skip
def test_images_that_may_change_are_pulled_every_time(registry: Registry, image: str, policy: str) -> None:
    made = create(registry, "Pod", pod(**container(image=image)))
    assert made["spec"]["containers"][0]["imagePullPolicy"] == policy
