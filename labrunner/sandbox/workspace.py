"""The copy of the workspace that a rehearsal may change at will."""

import shutil
from pathlib import Path

NOT_MEANT = {
    ".git",
    ".hg",
    ".labrunner",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".terraform",
    ".tox",
    "__pycache__",
    "node_modules",
}
"""Names that nobody means by "the workspace": history, caches, and what tools put there."""

VIRTUAL_ENVIRONMENT = "pyvenv.cfg"
"""A folder with this file is a Python virtual environment, whatever it is called."""


def copy(workspace: Path, target: Path, *, without: Path) -> None:
    """Copy what a lab may want of `workspace` into `target`, which must not be there yet.

    Links are copied as links; one that points outside the workspace points nowhere in the copy, since the
    lab's shell does not see what is there. What cannot be read, and what is neither file nor folder, stays
    out.

    Args:
        workspace: The folder to copy.
        target: Where to; its parent is there.
        without: A folder that is no part of it should it lie inside, as the one that holds `target` may.
    """

    def left_out(folder: str, names: list[str]) -> set[str]:
        paths = {name: Path(folder, name) for name in names if name not in NOT_MEANT}
        return {*names} - {name for name, path in paths.items() if path != without and _copyable(path)}

    shutil.copytree(workspace, target, symlinks=True, ignore=left_out, copy_function=_copy_file)


def _copyable(path: Path) -> bool:
    if path.is_symlink():
        return True
    if path.is_dir():
        return not (path / VIRTUAL_ENVIRONMENT).exists()
    return path.is_file()


def _copy_file(source: str, target: str) -> str:
    try:
        return str(shutil.copy2(source, target))
    except PermissionError:
        return target
