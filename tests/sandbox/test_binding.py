"""Pods that are put onto nodes, and evicted from them."""

import pytest

from labrunner.sandbox.binding import share
from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.objects import condition, is_deleting
from labrunner.sandbox.registry import DeleteOptions, Registry
from tests.sandbox.cluster_of_objects import LAB, create, kind, pod, registry_with_namespace


@pytest.fixture
def registry() -> Registry:
    """A registry with two ready pods, labelled alike."""
    registry = registry_with_namespace()
    for each in ("a", "b"):
        made = pod(each)
        made["metadata"]["labels"] = {"app": "web"}
        create(registry, "Pod", made)
        bound = registry.bind(LAB, each, "node-1")
        ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
        registry.update(kind(registry, "Pod"), {**bound, "status": ready}, subresource="status")
    return registry


def budget(registry: Registry, **spec: object) -> None:
    """Protect the pods."""
    obj = {"metadata": {"name": "budget"}, "spec": {"selector": {"matchLabels": {"app": "web"}}, **spec}}
    create(registry, "PodDisruptionBudget", obj, api_version="policy/v1")


def test_a_bound_pod_says_that_it_is_scheduled() -> None:
    registry = registry_with_namespace()
    create(registry, "Pod", pod())
    bound = registry.bind(LAB, "web", "node-1")
    assert bound["spec"]["nodeName"] == "node-1"
    scheduled = condition(bound, "PodScheduled")
    assert scheduled is not None
    assert scheduled["status"] == "True"


def test_a_pod_that_is_going_is_bound_no_more(registry: Registry) -> None:
    registry.delete(kind(registry, "Pod"), "a", LAB)
    with pytest.raises(ApiError, match="pod a is being deleted, cannot be assigned to a host") as refused:
        registry.bind(LAB, "a", "node-1")
    assert refused.value.details["kind"] == "pods/binding"


def test_eviction_is_deletion_where_no_budget_objects(registry: Registry) -> None:
    assert is_deleting(registry.evict(LAB, "a", options=DeleteOptions(grace_seconds=5)))


@pytest.mark.parametrize("spec", [{"minAvailable": 2}, {"minAvailable": "100%"}, {"maxUnavailable": 0}])
def test_a_budget_without_slack_refuses(registry: Registry, spec: dict[str, object]) -> None:
    budget(registry, **spec)
    with pytest.raises(ApiError, match="would violate the pod's disruption budget") as refused:
        registry.evict(LAB, "a")
    assert refused.value.code == 429
    assert refused.value.details["causes"][0]["message"] == (
        "The disruption budget budget needs 2 healthy pods and has 2 currently"
    )


def test_a_budget_with_slack_lets_one_go(registry: Registry) -> None:
    budget(registry, minAvailable=1)
    registry.evict(LAB, "a")
    assert is_deleting(registry.get(kind(registry, "Pod"), "a", LAB))


def test_percentages_are_rounded_up() -> None:
    assert [share(each, 5) for each in (2, "50%", "100%", "1%")] == [2, 3, 5, 1]
