"""What a pod is told about itself, as a volume."""

from collections.abc import Mapping
from typing import Any

from labrunner.sandbox.node.fields import UnknownFieldError, field_value, resource_value
from labrunner.sandbox.node.volumes.content import DEFAULT_MODE, Contents, Context, File, MountError


def contents(source: Mapping[str, Any], context: Context, mode: int = DEFAULT_MODE) -> Contents:
    """What the volume holds.

    Raises:
        MountError: There is no such field.
    """
    mode = source.get("defaultMode", mode)
    items = source.get("items") or ()
    try:
        return {item["path"]: File(_value(item, context).encode(), item.get("mode", mode)) for item in items}
    except UnknownFieldError as error:
        raise MountError(str(error)) from error


def _value(item: Mapping[str, Any], context: Context) -> str:
    if field := item.get("fieldRef"):
        return field_value(context.pod, field["fieldPath"])
    return resource_value(context.pod, item["resourceFieldRef"], "", context.node)
