"""Strategic merge patch: like a merge patch, but lists of named things merge by name.

Which lists do, and by which field, is told by the schemas (`x-kubernetes-patch-merge-key`). The patch may
say more in directives: `$patch: delete`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`, `$retainKeys`.
"""

from collections.abc import Mapping
from typing import Any

from labrunner.sandbox.errors import bad_request
from labrunner.sandbox.objects import copied
from labrunner.sandbox.patch.ordering import identity, in_order
from labrunner.sandbox.schemas.shape import ANY, Shape

DIRECTIVE = "$patch"
RETAIN = "$retainKeys"
ORDER = "$setElementOrder/"
REMOVE = "$deleteFromPrimitiveList/"


def apply(value: Any, patch: Any, shape: Shape) -> Any:
    """Return what the patch makes of an object of that shape; neither is changed.

    Raises:
        ApiError: 400 BadRequest, when the patch makes no sense.
    """
    if not isinstance(patch, Mapping):
        raise bad_request("error decoding patch: a strategic merge patch has to be a JSON object")
    return _object(dict(value), patch, shape)


def _object(old: dict[str, Any], patch: Mapping[str, Any], shape: Shape) -> dict[str, Any]:
    directive = patch.get(DIRECTIVE)
    if directive == "replace":
        replaced: dict[str, Any] = _plain(patch)
        return replaced
    if directive == "delete":
        return {}
    if directive not in (None, "merge"):
        raise bad_request(f"Unknown patch type found: {directive}")
    result = _retained(old, patch)
    for key, part in patch.items():
        if not key.startswith("$"):
            _field(result, key, part, _below(shape, key), patch)
    for key in patch:
        if key.startswith(REMOVE):
            _remove_values(result, key.removeprefix(REMOVE), patch[key])
        elif key.startswith(ORDER):
            _reorder(result, old, key.removeprefix(ORDER), patch, shape)
    return result


def _below(shape: Shape, key: str) -> Shape:
    if shape.type == "struct":
        return shape.fields.get(key, ANY)
    return shape.items if shape.type == "map" else ANY


def _retained(old: dict[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the patch lets stay of an object of which only one field may be set, as a volume."""
    keys = patch.get(RETAIN)
    if keys is None:
        return dict(old)
    set_ = [key for key, part in patch.items() if part is not None and not key.startswith("$")]
    strays = [key for key in set_ if key not in keys]
    if strays:
        raise bad_request(f"the items in $retainKeys list do not include {strays[0]}, which the patch sets")
    return {key: part for key, part in old.items() if key in keys}


def _field(result: dict[str, Any], key: str, part: Any, shape: Shape, patch: Mapping[str, Any]) -> None:
    before = result.get(key)
    if part is None:
        result.pop(key, None)
    elif isinstance(part, Mapping) and isinstance(before, dict) and "replace" not in shape.strategies:
        result[key] = _object(before, part, shape)
    elif isinstance(part, Mapping) and part.get(DIRECTIVE) == "delete":
        result.pop(key, None)
    elif isinstance(part, list) and isinstance(before, list) and "merge" in shape.strategies:
        # Where an order is asked for, it is made once everything is there.
        result[key] = _list(before, part, shape, ordered=ORDER + key not in patch)
    else:
        result[key] = _plain(part)


def _list(old: list[Any], patch: list[Any], shape: Shape, *, ordered: bool) -> list[Any]:
    key = shape.merge_key
    if not key:
        merged = old + [each for each in dict.fromkeys(patch) if each not in old]
        return in_order(merged, patch, old, key) if ordered else merged
    _check_items(patch, key)
    kept = [dict(each) for each in patch if DIRECTIVE not in each or each[DIRECTIVE] == "merge"]
    if any(each.get(DIRECTIVE) == "replace" for each in patch):
        return [_plain(each) for each in kept]
    gone = {identity(each, key) for each in patch if each.get(DIRECTIVE) == "delete"}
    merged = [each for each in old if identity(each, key) not in gone]
    for change in kept:
        _merge_item(merged, change, shape)
    return in_order(merged, kept, old, key) if ordered else merged


def _check_items(patch: list[Any], key: str) -> None:
    for each in patch:
        if not isinstance(each, Mapping):
            raise bad_request("error decoding patch: the items of this list have to be objects")
        if key not in each and each.get(DIRECTIVE) != "replace":
            raise bad_request(f"map: {each} does not contain declared merge key: {key}")


def _merge_item(merged: list[Any], change: dict[str, Any], shape: Shape) -> None:
    for place, each in enumerate(merged):
        if identity(each, shape.merge_key) == identity(change, shape.merge_key):
            merged[place] = _object(each, change, shape.items)
            return
    merged.append(_plain(change))


def _remove_values(result: dict[str, Any], key: str, values: Any) -> None:
    if isinstance(result.get(key), list):
        result[key] = [each for each in result[key] if each not in values]


def _reorder(
    result: dict[str, Any], old: dict[str, Any], key: str, patch: Mapping[str, Any], shape: Shape
) -> None:
    if not isinstance(result.get(key), list):
        return
    wanted = patch[ORDER + key]
    merge_key = _below(shape, key).merge_key
    named = {identity(each, merge_key) for each in wanted}
    for each in patch.get(key) or ():
        if not _has_directive(each) and identity(each, merge_key) not in named:
            raise bad_request(f"the order in patch doesn't include an item of {key}: {each}")
    result[key] = in_order(result[key], wanted, old.get(key) or [], merge_key)


def _plain(value: Any) -> Any:
    """Return a value that is new here, without directives and nulls."""
    if isinstance(value, Mapping):
        kept = {key: part for key, part in value.items() if part is not None and not key.startswith("$")}
        return {key: _plain(part) for key, part in kept.items() if not _is_deletion(part)}
    if isinstance(value, list):
        return [_plain(part) for part in value if not _is_deletion(part)]
    return copied(value)


def _has_directive(value: Any) -> bool:
    return isinstance(value, Mapping) and DIRECTIVE in value


def _is_deletion(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get(DIRECTIVE) == "delete"
