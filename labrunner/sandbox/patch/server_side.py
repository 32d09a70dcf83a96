"""Server-side apply: merge what somebody wants into what is there, knowing who wants what.

Whoever applies manages the fields of the configuration: a field that is left out next time goes, unless
somebody else manages it as well; a field that somebody else manages with another value is a conflict.

Not done: sharing between versions of an API whose fields differ.
"""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from labrunner.sandbox.errors import ApiError, bad_request
from labrunner.sandbox.objects import Object, copied, timestamp, with_metadata
from labrunner.sandbox.patch.field_sets import Path, below, item_step, shown, value_at, without
from labrunner.sandbox.patch.managers import Manager, entries, managers_of, said
from labrunner.sandbox.schemas.shape import Shape


def apply(
    old: Object | None, wanted: Any, shape: Shape, who: Manager, now: datetime, *, force: bool
) -> Object:
    """Return the object with a configuration applied, and its `managedFields` brought up to date.

    Args:
        old: The object as it is; None if it is not there yet.
        wanted: The configuration.
        shape: Of both.
        who: Applies it; name, API version and subresource count.
        now: When.
        force: Take over what others manage.

    Raises:
        ApiError: 400 when the configuration is none, 409 with every conflict.
    """
    _check(wanted)
    paths = said(wanted, shape)
    before = managers_of(old) if old is not None else []
    own = next((each for each in before if each.key == who.key), None)
    others = [each for each in before if each.key != who.key]
    merged: Object = merge(copied(old or {}), wanted, shape)
    disputed = _disputed(old or {}, merged, shape, paths, others)
    if disputed and not force:
        raise conflict(disputed)
    lost = {key: paths for key, (_, paths) in disputed.items()}
    others = [replace(each, paths=each.paths - lost.get(each.key, frozenset())) for each in others]
    if own is not None:
        merged = _pruned(merged, shape, own.paths - paths, others, paths)
    time = own.time if own is not None and own.paths == paths else timestamp(now)
    current = replace(who, operation="Apply", paths=paths, time=time)
    return with_metadata(merged, managedFields=entries([current, *others]))


def _check(wanted: Any) -> None:
    if not isinstance(wanted, dict) or not isinstance(wanted.get("metadata") or {}, dict):
        raise bad_request("error decoding YAML: the applied configuration has to be an object with metadata")
    if "managedFields" in (wanted.get("metadata") or {}):
        raise bad_request("metadata.managedFields must be nil")


def merge(value: Any, wanted: Any, shape: Shape) -> Any:
    """Return a value with a configuration merged into it, each list in the way that its schema says."""
    if isinstance(wanted, dict) and isinstance(value, dict) and not shape.is_atomic:
        merged = dict(value)
        for name, part in wanted.items():
            if part is None:
                merged.pop(name, None)
            else:
                merged[name] = merge(value.get(name), part, below(shape, name))
        return merged
    if isinstance(wanted, list) and isinstance(value, list) and (shape.list_keys or shape.is_set):
        return _merged_items(value, wanted, shape)
    return copied(wanted)


def _merged_items(value: list[Any], wanted: list[Any], shape: Shape) -> list[Any]:
    """Merge items with the same keys; new ones come after those that were there."""
    chosen = {item_step(each, shape): each for each in wanted}
    merged = []
    for each in value:
        change = chosen.pop(item_step(each, shape), None)
        merged.append(each if change is None else merge(each, change, shape.items))
    return [*merged, *map(copied, chosen.values())]


Disputed = dict[tuple[str, str, str], tuple[Manager, frozenset[Path]]]


def _disputed(
    old: Object, merged: Object, shape: Shape, paths: frozenset[Path], others: list[Manager]
) -> Disputed:
    """Return the fields that others manage and that would get another value, by manager."""
    found = {}
    for other in others:
        clash = frozenset(
            path
            for path in paths & other.paths
            if path[-1].startswith("f:") and value_at(old, shape, path) != value_at(merged, shape, path)
        )
        if clash:
            found[other.key] = (other, clash)
    return found


def conflict(disputed: Disputed) -> ApiError:
    """409: others manage these fields."""
    told, causes = [], []
    for manager, paths in disputed.values():
        below = f' with subresource "{manager.subresource}"' if manager.subresource else ""
        message = f'conflict with "{manager.name}"{below} using {manager.api_version}'
        fields = sorted(shown(path) for path in paths)
        listed = "".join(f"\n- {each}" for each in fields)
        told.append(f"{message}: {fields[0]}" if len(fields) == 1 else f"{message}:{listed}")
        causes += [{"reason": "FieldManagerConflict", "message": message, "field": each} for each in fields]
    count = "1 conflict" if len(causes) == 1 else f"{len(causes)} conflicts"
    message = f"Apply failed with {count}: " + "\n".join(told)
    return ApiError(409, "Conflict", message, {"causes": causes})


def _pruned(
    merged: Object, shape: Shape, gone: frozenset[Path], others: list[Manager], kept: frozenset[Path]
) -> Object:
    """Take out what is no longer wanted, unless somebody else manages it or something in it."""
    held = kept.union(*(each.paths for each in others))
    # Items go before what is in them: without its keys an item could not be found any more.
    for path in sorted(gone, key=len):
        if not _is_key(path) and not any(each[: len(path)] == path for each in held):
            merged = without(merged, shape, path)
    return merged


def _is_key(path: Path) -> bool:
    """Say whether a field is one by which its item is known; such fields go with the item."""
    return len(path) > 1 and path[-2].startswith("k:") and path[-1][2:] in json.loads(path[-2][2:])
