"""A volume's files on disk, replaced all at once: readers see the old ones or the new ones.

As on a real node: the files are in a folder with the time in its name, `..data` is a link to that folder,
and each name in the volume is a link through `..data`.
"""

import shutil
from datetime import datetime
from pathlib import Path

from labrunner.sandbox.node.volumes.content import Contents, File

DATA = "..data"


def write(folder: Path, contents: Contents, now: datetime) -> bool:
    """Make `folder` hold exactly `contents`; return whether something changed."""
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / DATA
    before = data.resolve() if data.is_symlink() else None
    if before is not None and _held(before) == dict(contents):
        return False
    fresh = folder / now.strftime("..%Y_%m_%d_%H_%M_%S.%f")
    for path, file in contents.items():
        _write_file(fresh / path, file)
    fresh.mkdir(exist_ok=True)
    link = folder / "..data_tmp"
    link.symlink_to(fresh.name)
    link.replace(data)
    _link_names(folder, contents)
    if before is not None and before != fresh:
        shutil.rmtree(before, ignore_errors=True)
    return True


def _held(folder: Path) -> dict[str, File]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): File(path.read_bytes(), path.stat().st_mode & 0o777)
        for path in files
    }


def _write_file(path: Path, file: File) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.data)
    path.chmod(file.mode)


def _link_names(folder: Path, contents: Contents) -> None:
    names = {path.split("/", 1)[0] for path in contents}
    for entry in folder.iterdir():
        if entry.is_symlink() and entry.name != DATA and entry.name not in names:
            entry.unlink()
    for name in names:
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"{DATA}/{name}")
