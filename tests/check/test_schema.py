"""Objects held against the schemas: what fits, what does not, and that nothing makes the walk crash."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labrunner.check.removed_apis import REMOVED
from labrunner.check.schema import homes, misfits, schema_of, served, similar_kind


def facts(spec: Any, kind: str = "Pod", version: str = "v1") -> list[str]:
    data = {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}, "spec": spec}
    return [f"{misfit.fact}; {misfit.remedy}" for misfit in misfits(data)]


@pytest.mark.parametrize(
    "container",
    [
        {"name": "x", "resources": {"limits": {"cpu": 1, "memory": "1Gi", "aws.amazon.com/neuron": 1}}},
        {"name": "x", "livenessProbe": {"httpGet": {"port": "web"}}, "command": None},
        {"name": "x", "livenessProbe": {"httpGet": {"port": 80}}, "tty": "$TTY"},
        {"name": "x", "ports": [{"containerPort": "${PORT}"}], "env": []},
    ],
)
def test_what_the_server_takes_is_no_misfit(container: Any) -> None:
    assert facts({"containers": [container]}) == []


def test_a_misspelt_required_field_is_one_misfit() -> None:
    assert facts({"container": []}) == [
        "there is no field 'container' in 'spec'; did you mean 'containers'?",
    ]


def test_an_item_is_named_by_its_place() -> None:
    containers = [{"name": "a"}, {"image": "b", "tty": "true", "args": [1]}]
    assert facts({"containers": containers}) == [
        "item 2 of containers lacks 'name', which Kubernetes requires; add 'name'",
        "'tty' wants true or false, but gets text; take its quotes away",
        "'args' wants text, but gets a number; put it into quotes",
    ]


def test_a_field_of_a_map_may_have_any_name() -> None:
    assert facts({"containers": [{"name": "x"}], "nodeSelector": {"any/thing": "goes"}}) == []


def test_custom_resources_are_left_alone() -> None:
    assert facts({"any": 1}, "NodePool", "karpenter.sh/v1") == []
    assert served("karpenter.sh/v1", "NodePool")


def test_stable_homes_come_first() -> None:
    assert homes("Deployment") == ("apps/v1",)
    assert homes("Nothing") == ()
    assert similar_kind("Deploymnet") == "Deployment"


def test_what_took_the_place_of_a_removed_version_is_served() -> None:
    for (version, kind), (_, instead) in REMOVED.items():
        assert schema_of(version, kind) is None
        assert not instead or schema_of(instead, kind) or kind.endswith("Review"), (instead, kind)


KINDS = st.sampled_from(
    [("v1", "Pod"), ("v1", "Service"), ("apps/v1", "Deployment"), ("v1", "List"), ("batch/v1", "CronJob"),
     ("apiextensions.k8s.io/v1", "CustomResourceDefinition"), ("networking.k8s.io/v1", "Ingress")]
)  # fmt: skip
NAMES = st.sampled_from(
    ["metadata", "spec", "containers", "template", "ports", "name", "labels", "env", "rules", "versions"]
) | st.text(max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(KINDS, st.dictionaries(NAMES, VALUES, max_size=4))
def test_objects_of_any_shape_are_walked(kind: tuple[str, str], data: dict[str, Any]) -> None:
    for misfit in misfits({**data, "apiVersion": kind[0], "kind": kind[1]}):
        assert misfit.fact
        assert misfit.remedy
        assert "\n" not in misfit.remedy


@given(VALUES, VALUES)
def test_kinds_of_any_shape_are_asked_for(version: Any, kind: Any) -> None:
    list(misfits({"apiVersion": version, "kind": kind}))
