"""A file or folder of the node's own disk, which is a folder of ours."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from labrunner.sandbox.node.bubblewrap import Bind
from labrunner.sandbox.node.inside import Inside
from labrunner.sandbox.node.volumes.content import Context, MountError

CHECKS: Mapping[str, tuple[Callable[[Path], bool], str]] = {
    "Directory": (Path.is_dir, "a directory"),
    "DirectoryOrCreate": (Path.is_dir, "a directory"),
    "File": (Path.is_file, "a file"),
    "FileOrCreate": (Path.is_file, "a file"),
    "Socket": (Path.is_socket, "a socket"),
    "CharDevice": (Path.is_char_device, "a character device"),
    "BlockDevice": (Path.is_block_device, "a block device"),
}


def folder(source: Mapping[str, Any], context: Context, name: str) -> Path:
    """Where the volume is.

    Raises:
        MountError: It is not there, or not what `type` says.
    """
    # Links on the node's disk lead to places on the node's disk.
    path = Inside.of([Bind(context.node_root, "/")]).outside(source["path"])
    kind = source.get("type") or ""
    if not path.exists():
        if kind in ("", "DirectoryOrCreate"):  # container runtimes make what is not there
            path.mkdir(parents=True)
        elif kind == "FileOrCreate" and path.parent.is_dir():
            path.touch()
    check, what = CHECKS.get(kind, (Path.exists, ""))
    if not check(path):
        raise MountError(f"hostPath type check failed: {source['path']} is not {what}")
    return path
