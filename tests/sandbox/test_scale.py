"""Replicas, seen and set apart."""

import pytest

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.patch import Patch
from labrunner.sandbox.registry import Registry
from tests.sandbox.cluster_of_objects import LAB, create, kind, registry_with_namespace, workload


@pytest.fixture
def registry() -> Registry:
    """A registry with a deployment."""
    registry = registry_with_namespace()
    create(registry, "Deployment", workload(replicas=2), api_version="apps/v1")
    return registry


def test_a_deployments_scale_shows_wish_and_selector(registry: Registry) -> None:
    scale = registry.scale(kind(registry, "Deployment", "apps/v1"), "web", LAB)
    assert scale["spec"] == {"replicas": 2}
    assert scale["status"] == {"replicas": 0, "selector": "app=web"}
    assert (scale["apiVersion"], scale["kind"]) == ("autoscaling/v1", "Scale")


def test_setting_it_changes_nothing_but_the_replicas(registry: Registry) -> None:
    deployments = kind(registry, "Deployment", "apps/v1")
    before = registry.get(deployments, "web", LAB)
    patch = Patch("merge", {"spec": {"replicas": 5}})
    assert registry.patch(deployments, "web", LAB, patch, subresource="scale")["spec"] == {"replicas": 5}
    after = registry.get(deployments, "web", LAB)
    assert after["spec"] == before["spec"] | {"replicas": 5}
    assert after["metadata"]["generation"] == 2


def test_an_old_scale_conflicts(registry: Registry) -> None:
    deployments = kind(registry, "Deployment", "apps/v1")
    old = registry.scale(deployments, "web", LAB)
    registry.update(deployments, {**old, "spec": {"replicas": 3}}, subresource="scale")
    with pytest.raises(ApiError, match="the object has been modified"):
        registry.update(deployments, {**old, "spec": {"replicas": 4}}, subresource="scale")


def test_fewer_than_none_are_refused(registry: Registry) -> None:
    patch = Patch("merge", {"spec": {"replicas": -1}})
    with pytest.raises(ApiError, match=r'Scale\.autoscaling "web" is invalid: spec\.replicas'):
        registry.patch(kind(registry, "Deployment", "apps/v1"), "web", LAB, patch, subresource="scale")


def test_what_has_no_scale_has_no_such_address(registry: Registry) -> None:
    with pytest.raises(ApiError, match="the server could not find the requested resource"):
        registry.scale(kind(registry, "DaemonSet", "apps/v1"), "web", LAB)
