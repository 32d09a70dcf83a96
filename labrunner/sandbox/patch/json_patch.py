"""JSON patch (RFC 6902): a list of operations at JSON pointers, all of them or none."""

from collections.abc import Mapping
from typing import Any

from labrunner.sandbox.errors import ApiError, bad_request
from labrunner.sandbox.objects import copied

REJECTED = "the server rejected our request due to an error in our request"
LIMIT = 10_000  # operations in one patch, as on the real server


def apply(value: Any, operations: Any) -> Any:
    """Return what the operations make of a JSON value; the value is not changed.

    Raises:
        ApiError: 400 BadRequest when the patch is malformed, 422 when it cannot be applied to this value.
    """
    if not isinstance(operations, list) or not all(isinstance(each, Mapping) for each in operations):
        raise bad_request("error decoding patch: a JSON patch has to be a list of operations")
    if len(operations) > LIMIT:
        raise ApiError(
            413,
            "RequestEntityTooLarge",
            f"The allowed maximum operations in a JSON patch is {LIMIT}, got {len(operations)}",
        )
    holder = {"": copied(value)}
    for operation in operations:
        _run(holder, operation)
    return holder[""]


def _run(holder: dict[str, Any], operation: Mapping[str, Any]) -> None:
    path = _pointer(operation.get("path"))
    match operation.get("op"):
        case "add":
            _add(holder, path, copied(_value(operation)))
        case "remove":
            _remove(holder, path)
        case "replace":
            _replace(holder, path, copied(_value(operation)))
        case "test":
            _test(holder, path, operation)
        case "copy":
            _add(holder, path, copied(_find(holder, _pointer(operation.get("from")))))
        case "move":
            _move(holder, _pointer(operation.get("from")), path)
        case other:
            raise bad_request(f"Unexpected kind: {other}")


def _pointer(text: Any) -> list[str]:
    if not isinstance(text, str) or (text and not text.startswith("/")):
        raise bad_request(f"error decoding patch: {text!r} is not a JSON pointer")
    # The whole document hangs below one empty key, so that it can be replaced like any other value.
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")]


def _value(operation: Mapping[str, Any]) -> Any:
    if "value" not in operation:
        raise bad_request(f"error decoding patch: operation {operation.get('op')!r} has no value")
    return operation["value"]


def _refused(operation: str, path: list[str], why: str) -> ApiError:
    message = f"{REJECTED}: {operation} operation does not apply"
    return ApiError(422, "Invalid", f"{message}: doc is missing path: {'/'.join(path)}: {why}")


def _find(holder: Any, path: list[str]) -> Any:
    for place, part in enumerate(path):
        try:
            holder = holder[_index(holder, part)] if isinstance(holder, list) else holder[part]
        except (KeyError, IndexError, TypeError, ValueError):
            raise _refused("get", path, f"nothing at {'/'.join(path[: place + 1])}") from None
    return holder


def _index(holder: list[Any], part: str, *, end: bool = False) -> int:
    if end and part == "-":
        return len(holder)
    if not part.isascii() or not part.removeprefix("-").isdigit():
        raise ValueError(part)
    number = int(part)
    # Kubernetes' library counts negative places from the end.
    number = number + len(holder) + (1 if end else 0) if number < 0 else number
    if not 0 <= number <= len(holder) - (0 if end else 1):
        raise IndexError(part)
    return number


def _add(holder: Any, path: list[str], value: Any) -> None:
    parent = _find(holder, path[:-1])
    if isinstance(parent, list):
        try:
            parent.insert(_index(parent, path[-1], end=True), value)
        except (ValueError, IndexError):
            raise _refused("add", path, "there is no such place in the list") from None
    elif isinstance(parent, dict):
        parent[path[-1]] = value
    else:
        raise _refused("add", path, "neither an object nor a list")


def _remove(holder: Any, path: list[str]) -> None:
    _find(holder, path)
    if len(path) == 1:
        raise _refused("remove", path, "nothing would be left")
    parent = _find(holder, path[:-1])
    del parent[_index(parent, path[-1]) if isinstance(parent, list) else path[-1]]


def _replace(holder: Any, path: list[str], value: Any) -> None:
    _find(holder, path)
    parent = _find(holder, path[:-1])
    parent[_index(parent, path[-1]) if isinstance(parent, list) else path[-1]] = value


def _test(holder: Any, path: list[str], operation: Mapping[str, Any]) -> None:
    wanted = _value(operation)
    try:
        found = _find(holder, path)
    except ApiError:
        if wanted is None:
            return
        raise
    if not same(found, wanted):
        raise ApiError(422, "Invalid", f"{REJECTED}: testing value {'/'.join(path)} failed")


def same(one: Any, other: Any) -> bool:
    """Compare as JSON does: true is not 1, 1.0 is 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _move(holder: Any, source: list[str], path: list[str]) -> None:
    if path[: len(source)] == source and len(path) > len(source):
        raise _refused("move", path, "something cannot be moved into itself")
    value = _find(holder, source)
    _remove(holder, source)
    _add(holder, path, value)
