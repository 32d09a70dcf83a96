"""Reading what a client sends: JSON, YAML and protobuf, into objects. Pure but for the reading itself.

Whether the object makes sense is for the registry.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from labrunner.sandbox.errors import ApiError, bad_request, unsupported_media_type
from labrunner.sandbox.objects import Object
from labrunner.sandbox.patch import Patch, PatchType
from labrunner.sandbox.protobuf import decode as decode_protobuf

LARGEST = 3 * 1024 * 1024
"""Bytes of a request's body, the real server's limit."""

JSON, YAML, PROTOBUF = "application/json", "application/yaml", "application/vnd.kubernetes.protobuf"

PATCH_TYPES: dict[str, PatchType] = {
    "application/json-patch+json": "json",
    "application/merge-patch+json": "merge",
    "application/strategic-merge-patch+json": "strategic",
    "application/apply-patch+yaml": "apply",
}


@dataclass(frozen=True, slots=True)
class Body:
    """An object as it was sent."""

    object: Object
    duplicates: tuple[str, ...] = ()
    """Paths of the fields that were there twice; the last one counts."""


def read_object(content: bytes, content_type: str) -> Body:
    """Read an object.

    Args:
        content: The request's body.
        content_type: The header; empty is JSON.

    Raises:
        ApiError: 400, it cannot be read; 415, this form is not read here.
    """
    match content_type.partition(";")[0].strip().lower():
        case "" | "application/json" | "*/*":
            return _read_json(content)
        case "application/yaml":
            return Body(_as_object(_read_yaml(content)))
        case "application/vnd.kubernetes.protobuf":
            return Body(_read_protobuf(content))
    raise unsupported_media_type((JSON, YAML, PROTOBUF))


def read_patch(
    content: bytes, content_type: str, *, manager: str, force: bool, custom: bool
) -> tuple[Patch, tuple[str, ...]]:
    """Read a patch, and the paths of fields that it has twice.

    Args:
        content: The request's body.
        content_type: Names the patch's type.
        manager: Who takes responsibility for the fields.
        force: Whether an apply takes over what others manage.
        custom: Whether it is for a custom resource, whose lists nobody knows how to merge strategically.

    Raises:
        ApiError: 400, it cannot be read; 415, there is no such type of patch, or not for this kind.
    """
    accepted = {name: kind for name, kind in PATCH_TYPES.items() if not (custom and kind == "strategic")}
    kind = accepted.get(content_type.partition(";")[0].strip().lower())
    if kind is None:
        raise unsupported_media_type(tuple(accepted))
    if kind == "apply":
        return Patch(kind, _as_object(_read_yaml(content)), manager, force), ()
    parsed, duplicates = _parse_json(content)
    expected = list if kind == "json" else dict
    if not isinstance(parsed, expected):
        wanted = "an array of operations" if kind == "json" else "an object"
        raise bad_request(f"error decoding patch: it is not {wanted}")
    return Patch(kind, parsed, manager, force), duplicates


def _read_json(content: bytes) -> Body:
    parsed, duplicates = _parse_json(content)
    return Body(_as_object(parsed), duplicates)


def _parse_json(content: bytes) -> tuple[Any, tuple[str, ...]]:
    repeated = False

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        built = dict(pairs)
        repeated = repeated or len(built) < len(pairs)
        return built

    try:
        parsed = json.loads(
            content, object_pairs_hook=build, parse_constant=_refuse_constant, parse_float=_finite
        )
        if not repeated:
            return parsed, ()
        # Rare, so that only then the price of keeping every pair is paid.
        return parsed, tuple(_duplicates(json.loads(content, object_pairs_hook=_Pairs), ""))
    except (ValueError, RecursionError) as error:
        raise _unreadable("json", error) from error


def _read_yaml(content: bytes) -> Any:
    # JSON is YAML, and much quicker to read. kubectl sends JSON under this name, too.
    if content[:1] == b"{":
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            pass
    try:
        # Every constructor of this loader makes JSON values only.
        return yaml.load(content, Loader=_Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _unreadable("yaml", error) from error


def _read_protobuf(content: bytes) -> Object:
    try:
        return decode_protobuf(content)
    except ValueError as error:
        raise _unreadable("protobuf", error) from error


def _as_object(value: Any) -> Object:
    if isinstance(value, dict):
        return value
    kind = {list: "array", str: "string", bool: "bool", int: "number", float: "number"}.get(
        type(value), "null"
    )
    raise bad_request(f"couldn't get version/kind; json parse error: cannot unmarshal {kind} into an object")


def _unreadable(form: str, error: Exception) -> ApiError:
    return bad_request(f"the object provided is unrecognized (must be of type {form}): {error}")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"invalid value {name}")


def _finite(text: str) -> float:
    # JSON has no way to say infinity, so that one could not be told to any client.
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"number {text} is out of range")
    return number


class _Pairs(tuple[tuple[str, Any], ...]):
    """A JSON object with its fields as they stand, repeated ones included."""


def _duplicates(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, _Pairs):
        seen: set[str] = set()
        for name, part in value:
            at = f"{path}.{name}" if path else name
            if name in seen:
                yield at
            seen.add(name)
            yield from _duplicates(part, at)
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _duplicates(part, f"{path}[{place}]")


class _Loader(yaml.CSafeLoader):
    """Reads YAML as Kubernetes does, into what JSON can say: dates stay text, and keys are text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        read = super().construct_mapping(node, deep=deep)
        return {key if isinstance(key, str) else json.dumps(key): value for key, value in read.items()}

    def construct_number(self, node: yaml.ScalarNode) -> float:
        return _finite(str(self.construct_yaml_float(node)))


_TAG = "tag:yaml.org,2002:"
_NOT_JSON = tuple(_TAG + name for name in ("timestamp", "binary", "set", "omap", "pairs"))

_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _NOT_JSON]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.yaml_constructors = {
    tag: constructor
    for tag, constructor in yaml.CSafeLoader.yaml_constructors.items()
    if tag not in _NOT_JSON
}
_Loader.add_constructor(_TAG + "float", _Loader.construct_number)
