"""Which folder labs know as `/workspace`, and how the files that they name are found in it."""

from collections.abc import Iterator
from pathlib import Path

from labrunner import config

MODULES = "modules"


def find_workspace(page: Path) -> Path:
    """Return the workspace of a page or folder: the nearest folder above that looks like one.

    That is one with settings, with a `modules` folder, or a git repository's top; without any, the page's
    own folder.
    """
    start = page if page.is_dir() else page.parent
    return next((folder for folder in (start, *start.parents) if _is_workspace(folder)), start)


def named_files(workspace: Path, name: str) -> Iterator[Path]:
    """Yield where a file named in a page may be: below `modules`, or below the workspace itself."""
    yield workspace / MODULES / name
    yield workspace / name


def _is_workspace(folder: Path) -> bool:
    if (folder / MODULES).is_dir() or (folder / ".git").exists():
        return True
    return config.find(folder) is not None
