"""Schemas made ready for walking: references followed, types told apart, merge keys beside the lists.

A shape is made from an OpenAPI schema when it is first looked at, because some schemas contain themselves
and most of the two thousand types of Kubernetes are never met in a lab.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

Schema = Mapping[str, Any]
Resolve = Callable[[str], Schema]
"""Returns the schema that a `$ref` names."""

Type = Literal[
    "struct", "map", "list", "any",
    "string", "bytes", "integer", "number", "boolean", "quantity", "int or string", "time",
]  # fmt: skip

_SPECIAL: Mapping[str, Type] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int or string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "time",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "any",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "any",
}
_SCALARS: Mapping[str, Type] = {
    "string": "string", "integer": "integer", "number": "number", "boolean": "boolean",
}  # fmt: skip


def _unresolved(reference: str) -> Schema:
    raise KeyError(reference)


class Shape:
    """What a value may look like.

    Attributes:
        schema: Of the place where the value stands; merge keys and list types are told there.
        name: The definition's full name, empty for inline types.
    """

    def __init__(self, schema: Schema, resolve: Resolve = _unresolved) -> None:
        self.schema = schema
        self._resolve = resolve
        self.name, self._target = self._followed()

    def _followed(self) -> tuple[str, Schema]:
        name, target = "", self.schema
        while (reference := _reference(target)) is not None:
            name, target = reference.rpartition("/")[2], self._resolve(reference)
        return name, target

    @cached_property
    def type(self) -> Type:
        """Which sort of value."""
        if self.name in _SPECIAL:
            return _SPECIAL[self.name]
        target = self._target
        if target.get("x-kubernetes-int-or-string"):
            return "int or string"
        kind = target.get("type")
        if kind == "object":
            return self._object_type()
        if kind == "array":
            return "list"
        if kind == "string" and target.get("format") in ("byte", "date-time"):
            return "bytes" if target["format"] == "byte" else "time"
        return _SCALARS.get(kind or "", "any")

    def _object_type(self) -> Type:
        if "properties" in self._target:
            return "struct"
        return "map" if isinstance(self._target.get("additionalProperties"), Mapping) else "any"

    @cached_property
    def fields(self) -> Mapping[str, "Shape"]:
        """The fields of a struct."""
        found = self._target.get("properties") or {}
        return {name: Shape(schema, self._resolve) for name, schema in found.items()}

    @cached_property
    def items(self) -> "Shape":
        """What a list or map holds."""
        key = "items" if self.type == "list" else "additionalProperties"
        return Shape(self._target.get(key) or {}, self._resolve)

    @cached_property
    def required(self) -> frozenset[str]:
        """The fields that a struct cannot do without."""
        return frozenset(self._target.get("required") or ())

    @property
    def target(self) -> Schema:
        """The schema of the type itself, references followed."""
        return self._target

    @property
    def keeps_unknown(self) -> bool:
        """Whether a struct keeps fields that it does not know."""
        return bool(self._target.get("x-kubernetes-preserve-unknown-fields"))

    @property
    def is_object(self) -> bool:
        """Whether a custom resource has a whole object of another kind here."""
        return bool(self._target.get("x-kubernetes-embedded-resource"))

    @property
    def merge_key(self) -> str:
        """The field that names the items of a list in strategic patches; empty for none."""
        return str(self.schema.get("x-kubernetes-patch-merge-key", ""))

    @property
    def strategies(self) -> tuple[str, ...]:
        """How a strategic patch treats the value: merge, replace, retainKeys."""
        return (
            tuple(str(self.schema.get("x-kubernetes-patch-strategy", "")).split(",")) if self.schema else ()
        )

    @property
    def list_keys(self) -> tuple[str, ...]:
        """The fields that together name the items of a list in applied configuration."""
        if self._told("x-kubernetes-list-type") != "map":
            return ()
        return tuple(self._told("x-kubernetes-list-map-keys") or ())

    @property
    def is_set(self) -> bool:
        """Whether a list holds each value once, and is merged value by value when applied."""
        return bool(self._told("x-kubernetes-list-type") == "set")

    @property
    def is_atomic(self) -> bool:
        """Whether a value is applied as a whole."""
        if self.type == "list":
            return not self.list_keys and not self.is_set
        return str(self._told("x-kubernetes-map-type")) == "atomic"

    @cached_property
    def go_type(self) -> str:
        """The type as Go's messages call it: `int32`, `[]v1.Container`, `map[string]string`."""
        if self.type == "list":
            return f"[]{self.items.go_type}"
        if self.type == "map":
            return f"map[string]{self.items.go_type}"
        if self.name:
            return ".".join(self.name.split(".")[-2:])
        if self.type in ("integer", "number"):
            return str(self._target.get("format") or ("int64" if self.type == "integer" else "float64"))
        return {"boolean": "bool", "bytes": "[]uint8", "any": "interface {}"}.get(self.type, "string")

    @property
    def go_name(self) -> str:
        """The struct's own name: `Container`."""
        return self.name.rpartition(".")[2]

    def _told(self, key: str) -> Any:
        return self.schema.get(key, self._target.get(key))


def _reference(schema: Schema) -> str | None:
    """Return what a schema refers to; `allOf` with one reference is how others keys stand beside it."""
    if "$ref" in schema:
        return str(schema["$ref"])
    parts: Sequence[Schema] = schema.get("allOf") or ()
    if len(parts) == 1 and "$ref" in parts[0] and "properties" not in schema:
        return str(parts[0]["$ref"])
    return None


ANY = Shape({})
"""Anything goes."""
