"""A persistent volume claim: a folder that lives as long as the sandbox."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labrunner.sandbox.node.volumes.content import Context, MountError
from labrunner.sandbox.store import Key


def folder(source: Mapping[str, Any], context: Context, name: str) -> Path:
    """Where the claim's disk is; claims of the same name made anew find a new one.

    Raises:
        MountError: There is no such claim.
    """
    key = Key("", "persistentvolumeclaims", context.namespace, source["claimName"])
    claim = context.registry.store.get(key)
    if claim is None:
        raise MountError(f'persistentvolumeclaim "{source["claimName"]}" not found')
    path: Path = context.claims / claim["metadata"]["uid"]
    path.mkdir(parents=True, exist_ok=True)
    return path
