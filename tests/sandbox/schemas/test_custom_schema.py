"""What a definition's schema keeps, fills in and refuses."""

from typing import Any

import pytest

from labrunner.sandbox.schemas.custom_schema import StructuralSchema
from labrunner.sandbox.schemas.strict import read

TEXT = {"type": "string"}
SCHEMA = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "spec": {
            "type": "object",
            "required": ["size"],
            "properties": {
                "size": {"type": "integer", "minimum": 1, "maximum": 9},
                "mode": {"type": "string", "enum": ["fast", "slow"], "default": "fast"},
                "name": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5},
                "tags": {"type": "object", "additionalProperties": TEXT},
                "ports": {
                    "type": "array",
                    "maxItems": 2,
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    "items": {
                        "type": "object",
                        "properties": {"name": TEXT, "port": {"x-kubernetes-int-or-string": True}},
                    },
                },
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "maybe": {"type": "string", "nullable": True},
                "limits": {
                    "type": "object",
                    "default": {},
                    "properties": {"cpu": {"type": "integer", "default": 1}},
                },
                "ratio": {"type": "number", "multipleOf": 0.5, "exclusiveMinimum": True, "minimum": 0},
                "either": {
                    "type": "object",
                    "properties": {"a": TEXT, "b": TEXT},
                    "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
                },
                "when": {"type": "string", "format": "date-time"},
            },
        },
        "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    },
}


def thing(**spec: Any) -> dict[str, Any]:
    """A custom resource."""
    return {
        "apiVersion": "example.com/v1",
        "kind": "Thing",
        "metadata": {"name": "t"},
        "spec": {"size": 1, **spec},
    }


def problems(obj: dict[str, Any]) -> list[str]:
    """What the schema has against an object."""
    return [str(each) for each in StructuralSchema(SCHEMA).causes(obj, None)]


def test_unknown_fields_are_found_except_where_everything_is_kept() -> None:
    obj = thing(sise=2, free={"any": {"thing": 1}}, ports=[{"nam": "x"}]) | {"status": {"x": 1}}
    found = read(obj, StructuralSchema(SCHEMA).shape)
    assert found.unknown == ["spec.sise", "spec.ports[0].nam"]


def test_metadata_is_held_to_its_own_schema() -> None:
    obj = thing()
    obj["metadata"]["lables"] = {}
    assert read(obj, StructuralSchema(SCHEMA).shape).unknown == ["metadata.lables"]


def test_defaults_are_filled_in_from_the_outside_inwards() -> None:
    obj = thing(mode=None)
    StructuralSchema(SCHEMA).default(obj)
    assert obj["spec"] == {"size": 1, "mode": "fast", "limits": {"cpu": 1}}


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (
            {"size": "1"},
            'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
        ),
        ({"size": 0}, "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"),
        ({"size": 10}, "spec.size: Invalid value: 10: spec.size in body should be less than or equal to 9"),
        ({"mode": "idle"}, 'spec.mode: Unsupported value: "idle": supported values: "fast", "slow"'),
        ({"name": "A"}, "spec.name: Invalid value: \"A\": spec.name in body should match '^[a-z]+$'"),
        (
            {"name": "abcdef"},
            'spec.name: Invalid value: "abcdef": spec.name in body should be at most 5 chars long',
        ),
        (
            {"tags": {"a": 1}},
            'spec.tags.a: Invalid value: "number": spec.tags.a in body must be of type string: "number"',
        ),
        ({"ports": [{"name": "a"}, {"name": "a"}]}, 'spec.ports[1]: Duplicate value: {"name":"a"}'),
        ({"ports": [{}, {"name": "a"}, {"name": "b"}]}, "should have at most 2 items"),
        ({"ports": [{"port": 1.5}]}, 'must be of type integer,string: "number"'),
        ({"ratio": 0}, "should be greater than 0"),
        ({"ratio": 0.7}, "should be a multiple of 0.5"),
        ({"either": {}}, "must validate one and only one schema (oneOf). Found none valid"),
        ({"either": {"a": "", "b": ""}}, "Found 2 valid alternatives"),
        ({"when": "today"}, "must be of type date-time"),
        (
            {"name": None},
            'spec.name: Invalid value: "null": spec.name in body must be of type string: "null"',
        ),
    ],
)
def test_rules_that_are_broken_are_told_in_the_servers_words(spec: dict[str, Any], problem: str) -> None:
    (found,) = problems(thing(**spec))
    assert found.endswith(problem) or problem in found


def test_what_is_missing_is_required() -> None:
    assert problems({"metadata": {}, "spec": {}}) == ["spec.size: Required value"]
    assert problems({"metadata": {}}) == ["spec: Required value"]


def test_a_null_is_fine_where_the_schema_says_so() -> None:
    assert problems(thing(maybe=None)) == []
    assert problems(thing(ports=[{"name": "a", "port": "http"}, {"name": "b", "port": 80}], ratio=1.5)) == []


def test_without_a_schema_everything_is_kept() -> None:
    schema = StructuralSchema(None)
    obj = thing(any={"thing": [1]})
    assert read(obj, schema.shape).unknown == []
    assert schema.causes(obj, None) == []
