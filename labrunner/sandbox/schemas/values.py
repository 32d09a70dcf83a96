"""The rules of a structural schema for values: required, enum, pattern, limits, and the combinations of them.

The wording is that of the library by which the real server validates custom resources.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from labrunner.sandbox import causes as fields
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.schemas.shape import Schema, Shape
from labrunner.sandbox.schemas.strict import json_type


def causes(value: Any, shape: Shape, field: str = "") -> Iterator[Cause]:
    """Yield what is wrong with a value.

    Args:
        value: Of a custom resource; at the top the object without metadata.
        shape: What it shall be.
        field: Where it is; empty for the whole object.
    """
    schema = shape.target
    if value is None and (schema.get("nullable") or shape.type == "any"):
        return
    if problem := _type_problem(value, shape):
        shown = json_type(value) if value is not None else "null"
        text = f"{field or '<root>'} in body must be of type {problem}: {fields.quoted(shown)}"
        yield Cause("FieldValueTypeInvalid", field, f"Invalid value: {fields.quoted(shown)}: {text}")
        return
    yield from _own_causes(value, schema, field)
    yield from _combined_causes(value, schema, field)
    yield from _inner_causes(value, shape, field)


def _type_problem(value: Any, shape: Shape) -> str:
    """Return the type that the value should have; empty if it has it."""
    if shape.type == "any" and "type" not in shape.target:
        return ""
    if shape.type == "int or string":
        return "" if json_type(value) == "string" or _is_whole(value) else "integer,string"
    wanted = str(shape.target.get("type", "object"))
    found = {"bool": "boolean", "null": "null"}.get(json_type(value), json_type(value))
    if wanted == "integer":
        return "" if _is_whole(value) else wanted
    return "" if found == wanted else wanted


def _is_whole(value: Any) -> bool:
    return json_type(value) == "number" and float(value).is_integer()


def _inner_causes(value: Any, shape: Shape, field: str) -> Iterator[Cause]:
    if isinstance(value, dict):
        for name in sorted(shape.required - value.keys()):
            yield fields.required(_joined(field, name))
    if isinstance(value, dict) and shape.type == "struct":
        for name, part in value.items():
            if name in shape.fields:
                yield from causes(part, shape.fields[name], _joined(field, name))
    elif isinstance(value, dict) and shape.type == "map":
        for key, part in value.items():
            yield from causes(part, shape.items, _joined(field, key))
    elif isinstance(value, list) and shape.type == "list":
        for place, part in enumerate(value):
            yield from causes(part, shape.items, f"{field}[{place}]")
        yield from _duplicate_causes(value, shape, field)


def _joined(field: str, name: str) -> str:
    return f"{field}.{name}" if field else name


def _duplicate_causes(value: list[Any], shape: Shape, field: str) -> Iterator[Cause]:
    seen: list[Any] = []
    for place, part in enumerate(value):
        if shape.list_keys and isinstance(part, dict):
            same: Any = {key: part.get(key) for key in shape.list_keys}
        elif shape.is_set:
            same = part
        else:
            return
        if same in seen:
            yield fields.duplicate(f"{field}[{place}]", same)
        seen.append(same)


def _own_causes(value: Any, schema: Schema, field: str) -> Iterator[Cause]:
    if "enum" in schema and value not in schema["enum"]:
        yield fields.unsupported(field, value, [str(each) for each in schema["enum"]])
    for key, check in _CHECKS.items():
        if key in schema and (problem := check(value, schema[key], schema)):
            text = f"{field or '<root>'} in body {problem}"
            yield Cause("FieldValueInvalid", field, f"Invalid value: {fields.shown(value)}: {text}")
    pattern = _FORMATS.get(schema.get("format", ""))
    if pattern and isinstance(value, str) and not re.fullmatch(pattern, value):
        text = f"{field} in body must be of type {schema['format']}: {fields.shown(value)}"
        yield Cause("FieldValueInvalid", field, f"Invalid value: {fields.shown(value)}: {text}")


def _pattern(value: Any, pattern: str, schema: Schema) -> str:
    if isinstance(value, str) and re.search(pattern, value) is None:
        return f"should match '{pattern}'"
    return ""


def _at_least(value: Any, limit: float, schema: Schema) -> str:
    if not _is_number(value):
        return ""
    if schema.get("exclusiveMinimum"):
        return "" if value > limit else f"should be greater than {limit}"
    return "" if value >= limit else f"should be greater than or equal to {limit}"


def _at_most(value: Any, limit: float, schema: Schema) -> str:
    if not _is_number(value):
        return ""
    if schema.get("exclusiveMaximum"):
        return "" if value < limit else f"should be less than {limit}"
    return "" if value <= limit else f"should be less than or equal to {limit}"


def _is_number(value: Any) -> bool:
    return json_type(value) == "number"


def _length(kind: type, problem: str, *, most: bool) -> Callable[[Any, int, Schema], str]:
    def check(value: Any, limit: int, schema: Schema) -> str:
        if not isinstance(value, kind):
            return ""
        size = len(value)  # type: ignore[arg-type]  # str, list and dict all have one
        return problem.format(limit) if (size > limit if most else size < limit) else ""

    return check


def _multiple(value: Any, step: float, schema: Schema) -> str:
    return f"should be a multiple of {step}" if _is_number(value) and value % step else ""


_CHECKS: Mapping[str, Callable[[Any, Any, Schema], str]] = {
    "pattern": _pattern,
    "minimum": _at_least,
    "maximum": _at_most,
    "multipleOf": _multiple,
    "minLength": _length(str, "should be at least {} chars long", most=False),
    "maxLength": _length(str, "should be at most {} chars long", most=True),
    "minItems": _length(list, "should have at least {} items", most=False),
    "maxItems": _length(list, "should have at most {} items", most=True),
    "minProperties": _length(dict, "should have at least {} properties", most=False),
    "maxProperties": _length(dict, "should have at most {} properties", most=True),
}

_FORMATS = {
    "date-time": r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)",
    "date": r"\d{4}-\d\d-\d\d",
    "uuid": r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",
    "ipv4": r"(\d{1,3}\.){3}\d{1,3}",
    "email": r"[^@\s]+@[^@\s]+",
    "uri": r"[A-Za-z][A-Za-z0-9+.-]*:\S*|/\S*",
}


def _combined_causes(value: Any, schema: Schema, field: str) -> Iterator[Cause]:
    where = field or "<root>"
    for part in schema.get("allOf") or ():
        yield from causes(value, _typed(value, part), field)
    parts = () if schema.get("x-kubernetes-int-or-string") else schema.get("anyOf") or ()
    if parts and not any(_fits(value, part) for part in parts):
        yield fields.wrong(field, value, f"{where} in body must validate at least one schema (anyOf)")
    if parts := schema.get("oneOf"):
        fitting = sum(1 for part in parts if _fits(value, part))
        if fitting != 1:
            found = "Found none valid" if not fitting else f"Found {fitting} valid alternatives"
            why = f"{where} in body must validate one and only one schema (oneOf). {found}"
            yield fields.wrong(field, value, why)
    if (part := schema.get("not")) is not None and _fits(value, part):
        yield fields.wrong(field, value, f"{where} in body must not validate the schema (not)")


def _fits(value: Any, schema: Schema) -> bool:
    """Say whether a value fits a part of a combination."""
    return next(causes(value, _typed(value, schema)), None) is None


def _typed(value: Any, schema: Schema) -> Shape:
    """Return the shape of a part of a combination, which may leave out the type that is told outside it."""
    return Shape(schema if "type" in schema else {**schema, "type": _type_of(value)})


def _type_of(value: Any) -> str:
    kind = json_type(value)
    if kind == "number":
        return "integer" if _is_whole(value) else "number"
    return {"bool": "boolean", "null": "object"}.get(kind, kind)
