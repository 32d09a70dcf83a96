"""Wrong types and unknown fields, in the real server's words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from labrunner.sandbox.schemas.library import definitions, shape_named
from labrunner.sandbox.schemas.strict import read

POD = shape_named("io.k8s.api.core.v1.Pod")
DEPLOYMENT = shape_named("io.k8s.api.apps.v1.Deployment")
CONFIG = shape_named("io.k8s.api.core.v1.ConfigMap")
SECRET = shape_named("io.k8s.api.core.v1.Secret")


def container(**fields: Any) -> dict[str, Any]:
    """A pod with one container."""
    return {"spec": {"containers": [{"name": "a", **fields}]}}


def misfit(found: str, field: str, wanted: str) -> str:
    """What Go's decoder says of a value of another type."""
    return f"json: cannot unmarshal {found} into Go struct field {field} of type {wanted}"


@pytest.mark.parametrize(
    ("obj", "unknown"),
    [
        (container(imagee="x"), ["spec.containers[0].imagee"]),
        ({"spec": {"contaners": []}, "dta": 1}, ["spec.contaners", "dta"]),
        ({"metadata": {"lables": {}}}, ["metadata.lables"]),
        ({"metadata": {"labels": {"anything": "x"}}}, []),
        (
            container(resources={"limits": {"aws.amazon.com/neuron": 1}, "limit": {}}),
            ["spec.containers[0].resources.limit"],
        ),
        (container(env=[{"name": "A"}, {"nam": "B"}]), ["spec.containers[0].env[1].nam"]),
    ],
)
def test_unknown_fields_are_named_by_their_path(obj: dict[str, Any], unknown: list[str]) -> None:
    assert read(obj, POD).unknown == unknown


@pytest.mark.parametrize(
    ("shape", "obj", "message"),
    [
        (
            DEPLOYMENT,
            {"spec": {"replicas": "2"}},
            misfit("string", "DeploymentSpec.spec.replicas", "int32"),
        ),
        (
            DEPLOYMENT,
            {"spec": {"template": container(env=[{"name": "A", "value": 1}])}},
            misfit("number", "EnvVar.spec.template.spec.containers.env.value", "string"),
        ),
        (
            POD,
            {"metadata": {"labels": {"a": True}}},
            misfit("bool", "ObjectMeta.metadata.labels", "string"),
        ),
        (
            POD,
            {"spec": {"containers": {"name": "a"}}},
            misfit("object", "PodSpec.spec.containers", "[]v1.Container"),
        ),
        (
            POD,
            container(command="sleep"),
            misfit("string", "Container.spec.containers.command", "[]string"),
        ),
        (
            POD,
            {"spec": "x"},
            misfit("string", "Pod.spec", "v1.PodSpec"),
        ),
        (
            DEPLOYMENT,
            {"spec": {"replicas": 1.5}},
            misfit("number 1.5", "DeploymentSpec.spec.replicas", "int32"),
        ),
        (
            DEPLOYMENT,
            {"spec": {"replicas": 2**31}},
            misfit("number 2147483648", "DeploymentSpec.spec.replicas", "int32"),
        ),
        (
            CONFIG,
            {"data": ["a"]},
            misfit("array", "ConfigMap.data", "map[string]string"),
        ),
        (
            POD,
            container(resources={"limits": {"cpu": "lots"}}),
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        (SECRET, {"data": {"a": "not base64"}}, "illegal base64 data at input byte 3"),
        (
            POD,
            container(livenessProbe={"httpGet": {"port": True}}),
            "json: cannot unmarshal bool into Go value of type int32",
        ),
    ],
)
def test_wrong_types_are_told_as_go_tells_them(shape: Any, obj: dict[str, Any], message: str) -> None:
    assert read(obj, shape).wrong[0] == message


def test_what_is_right_is_read_without_a_word() -> None:
    probe = {"httpGet": {"port": "http"}, "periodSeconds": 3}
    obj = container(
        image="x", livenessProbe=probe, resources={"limits": {"cpu": 1, "memory": "1Gi"}}, env=None
    )
    found = read(obj | {"metadata": {"creationTimestamp": "2025-01-01T00:00:00Z"}}, POD)
    assert (found.unknown, found.wrong) == ([], [])


def test_pruning_takes_out_what_is_unknown_and_nothing_else() -> None:
    obj = {"kind": "Pod", "dta": 1, **container(image="x", imagee="y")}
    read(obj, POD).prune()
    assert obj == {"kind": "Pod", **container(image="x")}


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=3),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(
            some.sampled_from(
                ["spec", "containers", "metadata", "labels", "resources", "limits", "data", "x"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(JSON, some.sampled_from(sorted(definitions())))
def test_anything_is_read_and_what_is_left_after_pruning_is_known(value: Any, name: str) -> None:
    shape = shape_named(name)
    found = read(value, shape)
    found.prune()
    assert read(value, shape).unknown == []
