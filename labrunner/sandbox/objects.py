"""Small pure things on Kubernetes objects, which here are plain JSON-shaped dicts.

Whatever is in the store is never changed in place: every function that changes something returns a new
object that shares what stayed the same. Drafts, which nobody else has seen yet, may be changed freely.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Object = dict[str, Any]
"""A Kubernetes object, or any JSON object inside one."""


def copied(value: Any) -> Any:
    """Return a deep copy of a JSON value; several times faster than `copy.deepcopy`."""
    if isinstance(value, dict):
        return {key: copied(part) for key, part in value.items()}
    if isinstance(value, list):
        return [copied(part) for part in value]
    return value


def metadata(obj: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the metadata, empty if there is none."""
    return obj.get("metadata") or {}


def name(obj: Mapping[str, Any]) -> str:
    """Return the object's name; empty while it only has a `generateName`."""
    return metadata(obj).get("name") or ""


def namespace(obj: Mapping[str, Any]) -> str:
    """Return the object's namespace; empty for cluster-scoped objects."""
    return metadata(obj).get("namespace") or ""


def uid(obj: Mapping[str, Any]) -> str:
    """Return the object's uid; empty before it is stored."""
    return metadata(obj).get("uid") or ""


def labels(obj: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the labels, empty if there are none."""
    return metadata(obj).get("labels") or {}


def annotations(obj: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the annotations, empty if there are none."""
    return metadata(obj).get("annotations") or {}


def version(obj: Mapping[str, Any]) -> int:
    """Return the resource version as the number it is here; 0 before the object is stored."""
    return int(metadata(obj).get("resourceVersion") or 0)


def is_deleting(obj: Mapping[str, Any]) -> bool:
    """Say whether deletion was asked for and only finalizers or the grace period keep the object."""
    return bool(metadata(obj).get("deletionTimestamp"))


def at(obj: Any, path: str, default: Any = None) -> Any:
    """Return what a dotted path leads to, `default` if any part is missing or null; digits index lists."""
    for part in path.split("."):
        if isinstance(obj, Mapping):
            obj = obj.get(part)
        elif isinstance(obj, list) and part.isdigit() and int(part) < len(obj):
            obj = obj[int(part)]
        else:
            return default
    return default if obj is None else obj


def changed(obj: Mapping[str, Any], path: str | Sequence[str], value: Any) -> Object:
    """Return a copy with one field set, or taken out if `value` is None.

    Args:
        obj: Left as it is; the copy shares all that is not on the path.
        path: Dotted, or the parts where a key has dots of its own. Dicts on the way are made.
        value: What the field becomes.
    """
    first, *rest = path.split(".") if isinstance(path, str) else path
    result = dict(obj)
    if rest:
        result[first] = changed(result.get(first) or {}, rest, value)
    elif value is None:
        result.pop(first, None)
    else:
        result[first] = value
    return result


def with_metadata(obj: Mapping[str, Any], **fields: Any) -> Object:
    """Return a copy with these metadata fields set; None takes one out."""
    meta = {**metadata(obj), **fields}
    return {**obj, "metadata": {key: value for key, value in meta.items() if value is not None}}


def condition(obj: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
    """Return the status condition of this type, or None."""
    for each in at(obj, "status.conditions", ()):
        if each.get("type") == kind:
            found: Mapping[str, Any] = each
            return found
    return None


def is_true(obj: Mapping[str, Any], kind: str) -> bool:
    """Say whether the status condition of this type is there and `True`."""
    found = condition(obj, kind)
    return found is not None and found.get("status") == "True"


def with_condition(obj: Mapping[str, Any], new: Mapping[str, Any], now: datetime) -> Object:
    """Return a copy with a status condition set, its transition time kept unless its status changed."""
    old = condition(obj, new["type"])
    since = timestamp(now)
    if old is not None and old.get("status") == new.get("status"):
        since = old.get("lastTransitionTime", since)
    full = {"lastTransitionTime": since, **new}
    others: Iterable[Object] = at(obj, "status.conditions", [])
    if old is None:
        return changed(obj, "status.conditions", [*others, full])
    return changed(obj, "status.conditions", [full if each is old else each for each in others])


def controller_of(obj: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the owner reference of the controller that manages the object, or None."""
    for owner in metadata(obj).get("ownerReferences") or ():
        if owner.get("controller"):
            found: Mapping[str, Any] = owner
            return found
    return None


def owner_reference(owner: Mapping[str, Any], *, controller: bool = True) -> Object:
    """Return the reference that makes something belong to `owner`."""
    reference = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": name(owner)}
    reference |= {"uid": uid(owner)}
    return {**reference, "controller": True, "blockOwnerDeletion": True} if controller else reference


def reference(obj: Mapping[str, Any]) -> Object:
    """Return an `ObjectReference`, as events carry it in `involvedObject`."""
    found = {"apiVersion": obj.get("apiVersion"), "kind": obj.get("kind"), "name": name(obj)}
    found |= {"namespace": namespace(obj), "uid": uid(obj)}
    found |= {"resourceVersion": metadata(obj).get("resourceVersion")}
    return {key: value for key, value in found.items() if value}


def new_uid() -> str:
    """Return a fresh uid."""
    return str(uuid.uuid4())


def timestamp(moment: datetime) -> str:
    """Write a moment as a Kubernetes `Time`: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_timestamp(moment: datetime) -> str:
    """Write a moment as a Kubernetes `MicroTime`: UTC, six decimals."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """Read a `Time` or `MicroTime`.

    Raises:
        ValueError: The text is neither.
    """
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    return read
