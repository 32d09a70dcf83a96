"""A custom resource definition's schema: what it keeps, what it fills in, what it refuses.

Structural schemas only, as the real server wants them. `x-kubernetes-validations` (CEL) are not evaluated.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from labrunner.sandbox.errors import Cause
from labrunner.sandbox.objects import Object, copied
from labrunner.sandbox.schemas import strict, values
from labrunner.sandbox.schemas.library import META, PREFIX, resolve
from labrunner.sandbox.schemas.shape import Schema, Shape

_ENVELOPE: Schema = {
    "apiVersion": {"type": "string"},
    "kind": {"type": "string"},
    "metadata": {"$ref": PREFIX + META},
}


class StructuralSchema:
    """One version's schema."""

    def __init__(self, schema: Schema | None) -> None:
        # Without a schema, as very old definitions have it, everything is kept.
        self._schema: Schema = schema or {"type": "object", "x-kubernetes-preserve-unknown-fields": True}

    @cached_property
    def _full(self) -> Schema:
        properties = {**self._schema.get("properties", {}), **_ENVELOPE}
        return {**self._schema, "type": "object", "properties": properties}

    @cached_property
    def shape(self) -> Shape:
        """What the objects look like, metadata included."""
        return Shape(self._full, resolve)

    def prune(self, obj: Object) -> None:
        """Take fields out that the schema does not know, in place."""
        strict.read(obj, self.shape).prune()

    def default(self, obj: Object) -> None:
        """Fill in the schema's defaults, in place."""
        _default(obj, self.shape)

    def causes(self, obj: Object, old: Object | None) -> list[Cause]:
        """Return what breaks the schema's rules."""
        return list(values.causes({k: v for k, v in obj.items() if k not in _ENVELOPE}, self.shape))

    def openapi(self) -> Mapping[str, Any]:
        """Return the schema as OpenAPI 3 has it, metadata included."""
        return self._full


def _default(value: Any, shape: Shape) -> None:
    if shape.type == "struct" and isinstance(value, dict):
        for name, known in shape.fields.items():
            told = known.target.get("default", known.schema.get("default"))
            if told is not None and value.get(name) is None and _may_fill(value, name, known):
                value[name] = copied(told)
            _default(value.get(name), known)
    elif shape.type == "map" and isinstance(value, dict):
        for part in value.values():
            _default(part, shape.items)
    elif shape.type == "list" and isinstance(value, list):
        for part in value:
            _default(part, shape.items)


def _may_fill(value: Object, name: str, known: Shape) -> bool:
    """A null stays where the schema allows it; everywhere else it counts as left out."""
    return name not in value or not known.target.get("nullable")
