"""A registry with a namespace to test in, and short names for what tests do with it."""

from typing import Any

from labrunner.sandbox.clock import ManualClock
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import Object
from labrunner.sandbox.registry import Registry

LAB = "lab"


def registry_with_namespace() -> Registry:
    """A registry whose clock stands still, with the namespace `lab` and its default service account."""
    registry = Registry(clock=ManualClock())
    create(registry, "Namespace", {"metadata": {"name": LAB}})
    create(registry, "ServiceAccount", {"metadata": {"name": "default"}})
    return registry


def kind(registry: Registry, named: str, api_version: str = "v1") -> Kind:
    """The kind of that name."""
    return registry.kinds.by_kind(api_version, named)


def create(registry: Registry, named: str, obj: Object, *, api_version: str = "v1", **how: Any) -> Object:
    """Create an object, in `lab` if its kind has namespaces."""
    found = kind(registry, named, api_version)
    return registry.create(found, obj, namespace=LAB if found.namespaced else "", **how)


def pod(name: str = "web", **spec: Any) -> Object:
    """A pod that is right, but for what is given."""
    return {"metadata": {"name": name}, "spec": {"containers": [{"name": "main", "image": "nginx"}], **spec}}


def workload(name: str = "web", **spec: Any) -> Object:
    """What a Deployment, ReplicaSet or DaemonSet needs."""
    template = {"metadata": {"labels": {"app": name}}, "spec": pod()["spec"]}
    selector = {"matchLabels": {"app": name}}
    return {"metadata": {"name": name}, "spec": {"selector": selector, "template": template, **spec}}
