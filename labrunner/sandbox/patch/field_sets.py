"""Sets of fields, as `metadata.managedFields` records who manages what.

A field is a path of steps in the notation of `FieldsV1`: `f:NAME` a struct's or map's field, `k:{…}` a
list's item by its keys, `v:…` a value in a list that is a set. What is applied as a whole ends a path.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from labrunner.sandbox.schemas.shape import ANY, Shape

Path = tuple[str, ...]
ITSELF = "."  # in FieldsV1: the item is managed, and not only what is in it

# A key that manifests may leave out of a list's item, and what it is then.
DEFAULT_KEYS: Mapping[str, Any] = {"protocol": "TCP"}


def paths_of(value: Any, shape: Shape, at: Path = ()) -> Iterator[Path]:
    """Yield the fields that a value says something about."""
    if isinstance(value, dict) and value and not _is_whole(shape):
        for name, part in value.items():
            yield from paths_of(part, below(shape, name), (*at, f"f:{name}"))
    elif isinstance(value, list) and value and (shape.list_keys or shape.is_set):
        for item in value:
            step = item_step(item, shape)
            yield (*at, step)
            if isinstance(item, dict):
                yield from paths_of(item, shape.items, (*at, step))
    elif at:
        yield at


def _is_whole(shape: Shape) -> bool:
    return shape.type in ("struct", "map", "any") and shape.is_atomic


def below(shape: Shape, name: str) -> Shape:
    """Return the shape of a struct's or map's field."""
    if shape.type == "struct":
        return shape.fields.get(name, ANY)
    return shape.items if shape.type == "map" else ANY


def item_step(item: Any, shape: Shape) -> str:
    """Return the step that leads to a list's item."""
    if shape.list_keys and isinstance(item, dict):
        keys = {key: item.get(key, DEFAULT_KEYS.get(key)) for key in sorted(shape.list_keys)}
        return "k:" + _json({key: value for key, value in keys.items() if value is not None})
    return "v:" + _json(item)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def written(paths: Iterable[Path]) -> dict[str, Any]:
    """Write fields as `FieldsV1`."""
    tree: dict[str, Any] = {}
    for path in sorted(paths):
        node = tree
        for step in path:
            node = node.setdefault(step, {})
        if path[-1][0] in "kv":
            node[ITSELF] = {}
    for node in _nodes(tree):
        # A set's value has nothing below it that could be meant instead.
        for step, child in node.items():
            if step.startswith("v:") and child == {ITSELF: {}}:
                node[step] = {}
    return tree


def _nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield tree
    for child in tree.values():
        yield from _nodes(child)


def read(tree: Any, at: Path = ()) -> Iterator[Path]:
    """Yield the fields of a `FieldsV1`; what cannot be read as one has none."""
    for step, child in tree.items() if isinstance(tree, Mapping) else ():
        if step == ITSELF:
            if at:
                yield at
        elif isinstance(child, Mapping):
            if child:
                yield from read(child, (*at, step))
            else:
                yield (*at, step)


def shown(path: Path) -> str:
    """Write a field as messages do: `.spec.containers[name="main"].image`."""
    return "".join(map(_shown_step, path))


def _shown_step(step: str) -> str:
    kind, rest = step[:2], step[2:]
    if kind == "f:":
        return f".{rest}"
    if kind == "k:":
        return "[" + ",".join(f"{key}={_json(value)}" for key, value in json.loads(rest).items()) + "]"
    return f"[={rest}]"


def value_at(value: Any, shape: Shape, path: Path) -> Any:
    """Return what is at a field, None if nothing is."""
    for step in path:
        if step.startswith("f:"):
            value = value.get(step[2:]) if isinstance(value, dict) else None
            shape = below(shape, step[2:])
        else:
            items = value if isinstance(value, list) else ()
            value = next((each for each in items if item_step(each, shape) == step), None)
            shape = shape.items
    return value


def without(value: Any, shape: Shape, path: Path) -> Any:
    """Return a value with one field taken out; the value itself stays as it is."""
    step, rest = path[0], path[1:]
    if isinstance(value, dict) and step.startswith("f:"):
        name = step[2:]
        if name not in value:
            return value
        if not rest:
            return {key: part for key, part in value.items() if key != name}
        left = without(value[name], below(shape, name), rest)
        changed = {**value, name: left}
        # A list whose last item goes, goes with it.
        return changed if left != [] else {key: part for key, part in value.items() if key != name}
    if isinstance(value, list):
        return list(_without_item(value, shape, step, rest))
    return value


def _without_item(items: list[Any], shape: Shape, step: str, rest: Path) -> Iterator[Any]:
    for each in items:
        if item_step(each, shape) != step:
            yield each
        elif rest:
            yield without(each, shape.items, rest)
