"""What watchers of a selection are told."""

import pytest

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.objects import name
from labrunner.sandbox.patch import Patch
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.store import Change
from labrunner.sandbox.view import View
from tests.sandbox.cluster_of_objects import LAB, create, kind, pod, registry_with_namespace


@pytest.fixture
def registry() -> Registry:
    """A registry with a namespace."""
    return registry_with_namespace()


def watch(registry: Registry, view: View) -> list[str]:
    """What a watcher hears from now on."""
    told: list[str] = []

    def hear(change: Change) -> None:
        event = view.event(change)
        if event is not None:
            told.append(f"{event[0]} {name(event[1])}@{event[1]['metadata']['resourceVersion']}")

    registry.store.subscribe(hear)
    return told


def label(registry: Registry, value: str | None) -> None:
    """Set or remove the label `a` of the pod `web`."""
    registry.patch(kind(registry, "Pod"), "web", LAB, Patch("merge", {"metadata": {"labels": {"a": value}}}))


def test_objects_come_and_go_as_their_labels_change(registry: Registry) -> None:
    told = watch(registry, registry.view(kind(registry, "Pod"), LAB, labels="a=1"))
    start = registry.store.version
    create(registry, "Pod", pod())
    label(registry, "1")
    registry.bind(LAB, "web", "node")
    label(registry, "2")
    label(registry, "1")
    registry.delete(kind(registry, "Pod"), "web", LAB)
    assert told == [
        f"ADDED web@{start + 2}",
        f"MODIFIED web@{start + 3}",
        f"DELETED web@{start + 4}",
        f"ADDED web@{start + 5}",
        f"MODIFIED web@{start + 6}",
    ]


def test_other_namespaces_and_kinds_are_none_of_its_business(registry: Registry) -> None:
    told = watch(registry, registry.view(kind(registry, "Pod"), "elsewhere"))
    create(registry, "Pod", pod())
    create(registry, "ConfigMap", {"metadata": {"name": "c"}})
    assert told == []


def test_fields_select_too(registry: Registry) -> None:
    create(registry, "Pod", pod("a"))
    create(registry, "Pod", pod("b"))
    registry.bind(LAB, "b", "node")
    pods = kind(registry, "Pod")
    assert [name(each) for each in registry.list(pods, fields="spec.nodeName=node")] == ["b"]
    assert [name(each) for each in registry.list(pods, fields="spec.nodeName=,metadata.namespace=lab")] == [
        "a"
    ]
    with pytest.raises(ApiError, match=r"field label not supported: spec\.colour"):
        registry.list(pods, fields="spec.colour=red")
