"""How objects go: at once, after a while, or when the last finalizer lets them."""

import asyncio

import pytest

from labrunner.sandbox.clock import ManualClock
from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.objects import Object, metadata, name, uid
from labrunner.sandbox.registry import DeleteOptions, Registry
from tests.sandbox.cluster_of_objects import LAB, create, kind, pod, registry_with_namespace


@pytest.fixture
def registry() -> Registry:
    """A registry with a pod on a node."""
    registry = registry_with_namespace()
    create(registry, "Pod", pod())
    registry.bind(LAB, "web", "node-1")
    return registry


def delete(registry: Registry, **options: object) -> Object:
    """Delete the pod."""
    return registry.delete(kind(registry, "Pod"), "web", LAB, options=DeleteOptions(**options))  # type: ignore[arg-type]


def test_the_grace_period_is_the_pods_own_unless_another_is_asked_for(registry: Registry) -> None:
    assert metadata(delete(registry, dry_run=True))["deletionGracePeriodSeconds"] == 30
    assert "deletionTimestamp" not in metadata(registry.get(kind(registry, "Pod"), "web", LAB))
    assert metadata(delete(registry, grace_seconds=5))["deletionTimestamp"] == "2025-01-01T00:00:05Z"


def test_a_second_request_only_ever_shortens_the_wait(registry: Registry) -> None:
    clock = registry.clock
    assert isinstance(clock, ManualClock)
    delete(registry, grace_seconds=20)
    asyncio.run(clock.advance(5))
    assert metadata(delete(registry, grace_seconds=60))["deletionTimestamp"] == "2025-01-01T00:00:20Z"
    shorter = metadata(delete(registry, grace_seconds=2))
    assert (shorter["deletionTimestamp"], shorter["deletionGracePeriodSeconds"]) == (
        "2025-01-01T00:00:07Z",
        2,
    )
    delete(registry, grace_seconds=0)
    assert registry.find(kind(registry, "Pod"), "web", LAB) is None


def test_a_pod_that_is_done_needs_no_grace(registry: Registry) -> None:
    pods = kind(registry, "Pod")
    done = {**registry.get(pods, "web", LAB), "status": {"phase": "Succeeded"}}
    registry.update(pods, done, subresource="status")
    delete(registry)
    assert registry.find(pods, "web", LAB) is None


def test_a_pod_waits_for_its_finalizers_even_without_grace(registry: Registry) -> None:
    pods = kind(registry, "Pod")
    kept = registry.get(pods, "web", LAB)
    registry.update(pods, {**kept, "metadata": {**kept["metadata"], "finalizers": ["example.com/keep"]}})
    going = delete(registry, grace_seconds=0)
    assert metadata(going)["deletionGracePeriodSeconds"] == 0
    registry.update(pods, {**going, "metadata": {**going["metadata"], "finalizers": []}})
    assert registry.find(pods, "web", LAB) is None


def test_no_finalizer_is_added_to_what_is_already_going(registry: Registry) -> None:
    going = delete(registry)
    late = {**going, "metadata": {**going["metadata"], "finalizers": ["example.com/late"]}}
    with pytest.raises(ApiError, match="no new finalizers can be added if the object is being deleted"):
        registry.update(kind(registry, "Pod"), late)


def test_the_version_can_be_a_precondition(registry: Registry) -> None:
    with pytest.raises(ApiError, match="ResourceVersion in precondition: 1, ResourceVersion in object meta"):
        delete(registry, version="1")


def test_orphaning_is_written_down(registry: Registry) -> None:
    assert metadata(delete(registry, propagation="Orphan"))["finalizers"] == ["orphan"]


def test_whole_collections_go_by_selector(registry: Registry) -> None:
    maps = kind(registry, "ConfigMap")
    for each in ("a", "b"):
        create(registry, "ConfigMap", {"metadata": {"name": each, "labels": {"x": each}}})
    gone = registry.delete_all(maps, LAB, labels="x=a")
    assert [name(each) for each in gone] == ["a"]
    assert [name(each) for each in registry.list(maps, LAB)] == ["b"]


def test_a_successor_of_the_same_name_is_not_taken_for_its_predecessor(registry: Registry) -> None:
    first = registry.get(kind(registry, "Pod"), "web", LAB)
    delete(registry, grace_seconds=0)
    second = create(registry, "Pod", pod())
    assert uid(first) != uid(second)
    with pytest.raises(ApiError, match="UID in precondition"):
        registry.bind(LAB, "web", "node-1", uid=uid(first))
    with pytest.raises(ApiError, match="UID in precondition"):
        registry.update(kind(registry, "Pod"), first)
