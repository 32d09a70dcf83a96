"""A folder that lives as long as its pod."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labrunner.sandbox.node.volumes.content import Context


def folder(source: Mapping[str, Any], context: Context, name: str) -> Path:
    """Where the volume is; made if need be. A `Memory` medium is on disk here as well."""
    path = context.folder / name
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o777)
    return path
