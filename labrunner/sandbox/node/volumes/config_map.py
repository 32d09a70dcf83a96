"""A config map as a volume."""

from collections.abc import Mapping
from typing import Any

from labrunner.sandbox.node.keyed import find_keyed
from labrunner.sandbox.node.volumes.content import DEFAULT_MODE, Contents, Context, MountError, selected


def contents(source: Mapping[str, Any], context: Context, mode: int = DEFAULT_MODE) -> Contents:
    """What the volume holds.

    Raises:
        MountError: The config map, or a key that `items` name, is missing.
    """
    name = source.get("name", "")
    found = find_keyed(context.registry, "ConfigMap", context.namespace, name)
    if found is None:
        if source.get("optional"):
            return {}
        raise MountError(f'configmap "{name}" not found')
    return selected(found.values, source, source.get("defaultMode", mode), "config")
