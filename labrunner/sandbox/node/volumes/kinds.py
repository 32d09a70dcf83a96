"""The kinds of volumes there are. To add one, add a file and a line."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from labrunner.sandbox.node.volumes import (
    claim,
    config_map,
    downward,
    empty_dir,
    host_path,
    projected,
    secret,
)
from labrunner.sandbox.node.volumes.content import Contents, Context

WRITTEN: Mapping[str, Callable[[Mapping[str, Any], Context], Contents]] = {
    "configMap": config_map.contents,
    "downwardAPI": downward.contents,
    "projected": projected.contents,
    "secret": secret.contents,
}
"""Made of the cluster's objects, read-only, and written again when those change."""

FOLDERS: Mapping[str, Callable[[Mapping[str, Any], Context, str], Path]] = {
    "emptyDir": empty_dir.folder,
    "hostPath": host_path.folder,
    "persistentVolumeClaim": claim.folder,
}
"""Folders that pods write to."""
