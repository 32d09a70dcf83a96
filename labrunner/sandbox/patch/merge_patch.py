"""JSON merge patch (RFC 7386): objects merge, null takes out, anything else replaces."""

from collections.abc import Mapping
from typing import Any

from labrunner.sandbox.errors import bad_request


def apply(value: Any, patch: Any) -> Any:
    """Return what the patch makes of a JSON value; neither is changed.

    Raises:
        ApiError: 400 BadRequest, when the patch is not an object.
    """
    if not isinstance(patch, Mapping):
        raise bad_request("error decoding patch: a merge patch has to be a JSON object")
    return merged(value, patch)


def merged(value: Any, patch: Any) -> Any:
    """Return what the patch makes of a JSON value, whatever both are."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(value) if isinstance(value, Mapping) else {}
    for key, change in patch.items():
        if change is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), change)
    return result


def difference(old: Any, new: Any) -> Any:
    """Return the smallest merge patch that makes `new` of `old`.

    Null values cannot be written by a merge patch: `new` must have none inside objects.
    """
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return new
    patch: dict[str, Any] = {key: None for key in old if key not in new}
    for key, value in new.items():
        if key not in old or type(old[key]) is not type(value) or old[key] != value:
            patch[key] = difference(old.get(key), value)
    return patch
