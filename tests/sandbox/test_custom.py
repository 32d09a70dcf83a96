"""Kinds that come with a definition."""

from typing import Any

import pytest

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.objects import Object, metadata
from labrunner.sandbox.patch import Patch
from labrunner.sandbox.registry import ADMIN, Registry
from tests.sandbox.cluster_of_objects import LAB, create, kind, registry_with_namespace

API = "apiextensions.k8s.io/v1"
NAME = "things.example.com"
SPEC = {
    "type": "object",
    "required": ["size"],
    "properties": {
        "size": {"type": "integer"},
        "mode": {"type": "string", "default": "fast"},
        "replicas": {"type": "integer"},
    },
}
STATUS = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
SCHEMA = {"type": "object", "properties": {"spec": SPEC, "status": STATUS}}


def version(name: str, **more: Any) -> Object:
    """A version that is served."""
    return {
        "name": name,
        "served": True,
        "storage": name == "v1",
        "schema": {"openAPIV3Schema": SCHEMA},
        **more,
    }


def definition(*versions: Object) -> Object:
    """A definition of things."""
    names = {"plural": "things", "kind": "Thing", "shortNames": ["th"]}
    scale = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}
    columns = [
        {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
        {"name": "Ready", "type": "string", "jsonPath": '.status.conditions[?(@.type=="Ready")].status'},
        {"name": "Since", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    ]
    more = {"subresources": {"status": {}, "scale": scale}, "additionalPrinterColumns": columns}
    told = list(versions) or [version("v1", **more), version("v1beta1", **more)]
    return {
        "metadata": {"name": NAME},
        "spec": {"group": "example.com", "scope": "Namespaced", "names": names, "versions": told},
    }


@pytest.fixture
def registry() -> Registry:
    """A registry with a namespace and the definition of things."""
    registry = registry_with_namespace()
    create(registry, "CustomResourceDefinition", definition(), api_version=API)
    return registry


def thing(registry: Registry, name: str = "one", **how: Any) -> Object:
    """Create a thing."""
    spec = how.pop("spec", {"size": 1})
    return create(
        registry, "Thing", {"metadata": {"name": name}, "spec": spec}, api_version="example.com/v1", **how
    )


def test_a_definition_is_established_and_served_at_once(registry: Registry) -> None:
    made = registry.get(kind(registry, "CustomResourceDefinition", API), NAME)
    states = {each["type"]: each["status"] for each in made["status"]["conditions"]}
    assert states == {"NamesAccepted": "True", "Established": "True"}
    assert made["status"]["acceptedNames"]["listKind"] == "ThingList"
    assert made["status"]["storedVersions"] == ["v1"]
    things = registry.kinds.by_resource("example.com", "v1", "things")
    assert (things.short_names, things.singular, things.namespaced) == (("th",), "thing", True)


def test_objects_are_filled_in_counted_and_noted(registry: Registry) -> None:
    made = thing(registry, user=ADMIN)
    assert made["spec"] == {"size": 1, "mode": "fast"}
    assert metadata(made)["generation"] == 1
    assert registry.notes.take() == (
        f"the sandbox stores a Thing of example.com but runs no controller for it (namespace {LAB})",
    )
    things = kind(registry, "Thing", "example.com/v1")
    later = registry.patch(things, "one", LAB, Patch("merge", {"spec": {"size": 2}}))
    assert metadata(later)["generation"] == 2
    done = registry.patch(things, "one", LAB, Patch("merge", {"status": {"ok": True}}), subresource="status")
    assert metadata(done)["generation"] == 2
    assert done["status"] == {"ok": True}


def test_a_misspelt_field_is_refused_or_dropped_as_asked(registry: Registry) -> None:
    with pytest.raises(ApiError) as refused:
        thing(registry, spec={"size": 1, "sise": 2})
    assert str(refused.value) == (
        'Thing in version "v1" cannot be handled as a Thing: strict decoding error: unknown field "spec.sise"'
    )
    warnings: list[str] = []
    made = thing(registry, spec={"size": 1, "sise": 2}, validation="Warn", warn=warnings.append)
    assert made["spec"] == {"size": 1, "mode": "fast"}
    assert warnings == ['unknown field "spec.sise"']


def test_the_schemas_rules_hold(registry: Registry) -> None:
    with pytest.raises(ApiError) as refused:
        thing(registry, spec={"mode": 1})
    assert str(refused.value) == (
        'Thing.example.com "one" is invalid: [spec.size: Required value, '
        'spec.mode: Invalid value: "number": spec.mode in body must be of type string: "number"]'
    )


def test_versions_show_the_same_objects(registry: Registry) -> None:
    thing(registry)
    older = kind(registry, "Thing", "example.com/v1beta1")
    assert registry.get(older, "one", LAB)["apiVersion"] == "example.com/v1beta1"
    patched = registry.patch(older, "one", LAB, Patch("merge", {"spec": {"size": 7}}))
    assert patched["apiVersion"] == "example.com/v1beta1"
    assert registry.get(kind(registry, "Thing", "example.com/v1"), "one", LAB)["spec"]["size"] == 7


def test_strategic_patches_are_not_for_custom_resources(registry: Registry) -> None:
    thing(registry)
    with pytest.raises(ApiError, match="the body of the request was in an unknown format") as refused:
        registry.patch(kind(registry, "Thing", "example.com/v1"), "one", LAB, Patch("strategic", {}))
    assert refused.value.code == 415


def test_columns_are_those_of_the_definition(registry: Registry) -> None:
    made = thing(registry)
    made = {**made, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    columns = kind(registry, "Thing", "example.com/v1").columns
    cells = {column.name: column.cell(made, registry.clock.now()) for column in columns}
    assert cells == {"Name": "one", "Size": 1, "Ready": "True", "Since": "0s"}


def test_things_can_be_scaled(registry: Registry) -> None:
    thing(registry)
    things = kind(registry, "Thing", "example.com/v1")
    registry.patch(things, "one", LAB, Patch("merge", {"spec": {"replicas": 3}}), subresource="scale")
    assert registry.scale(things, "one", LAB)["spec"] == {"replicas": 3}


def test_objects_without_a_version_are_not_overwritten(registry: Registry) -> None:
    made = thing(registry)
    meta = {key: value for key, value in metadata(made).items() if key != "resourceVersion"}
    with pytest.raises(
        ApiError, match=r"metadata\.resourceVersion: Invalid value: 0x0: must be specified for an"
    ):
        registry.update(
            kind(registry, "Thing", "example.com/v1"), {**made, "metadata": meta, "spec": {"size": 4}}
        )


def test_a_definition_goes_with_everything_that_it_defined(registry: Registry) -> None:
    thing(registry, "one")
    keeper = create(
        registry,
        "Thing",
        {"metadata": {"name": "kept", "finalizers": ["example.com/keep"]}, "spec": {"size": 1}},
        api_version="example.com/v1",
    )
    definitions = kind(registry, "CustomResourceDefinition", API)
    registry.delete(definitions, NAME)
    assert metadata(registry.get(definitions, NAME))["finalizers"] == [
        "customresourcecleanup.apiextensions.k8s.io"
    ]
    things = kind(registry, "Thing", "example.com/v1")
    assert [metadata(each)["name"] for each in registry.list(things, LAB)] == ["kept"]
    gone = Patch("merge", {"metadata": {"finalizers": None}})
    registry.patch(things, metadata(keeper)["name"], LAB, gone)
    assert registry.find(definitions, NAME) is None
    with pytest.raises(ApiError, match="the server could not find the requested resource"):
        registry.kinds.by_kind("example.com/v1", "Thing")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"metadata": {"name": "wrong"}}, 'must be spec.names.plural+"."+spec.group'),
        ({"spec": {"scope": "Galaxy"}}, 'spec.scope: Unsupported value: "Galaxy"'),
        ({"spec": {"versions": []}}, "must have exactly one version marked as storage version"),
        ({"spec": {"versions": [{"name": "v1", "served": True, "storage": True}]}}, "schemas are required"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(change: dict[str, Any], problem: str) -> None:
    registry, wrong = registry_with_namespace(), definition()
    wrong["metadata"] |= change.get("metadata", {})
    wrong["spec"] |= change.get("spec", {})
    with pytest.raises(ApiError) as refused:
        create(registry, "CustomResourceDefinition", wrong, api_version=API)
    assert problem in str(refused.value)


def test_a_column_that_finds_nothing_shows_nothing(registry: Registry) -> None:
    columns = kind(registry, "Thing", "example.com/v1").columns
    assert columns[2].cell({"metadata": {"name": "x"}}, registry.clock.now()) is None
