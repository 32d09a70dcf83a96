"""Which pages a folder holds, in the order in which a reader works through them."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

from labrunner.errors import LabrunnerError
from labrunner.lab.pages import SUFFIXES, read_page, unreadable
from labrunner.plan.pages import Folder, Page

NOT_TESTED = ".notest"
"""A file of this name skips its folder and everything below."""
_INDEX = ("index", "_index")
_NOT_PAGES = ("node_modules", "tests")


Refused = Callable[[LabrunnerError], None]
"""Is told of a page that cannot be read, and lets the others be read."""


def gather(path: Path, name: str, refused: Refused | None = None) -> tuple[Folder, ...]:
    """Return a folder with its pages, then the folders below it, each with its own.

    The index page comes first, then `weight` or `sidebar_position`, then the name; folders are ordered by
    their index page. Folders without pages are left out, and so are hidden ones.

    Raises:
        LabrunnerError: A page cannot be read, and there is nobody to be told.
    """
    return tuple(folder for folder, _ in _walk(path, name, refused))


def folder_of(path: Path, name: str, refused: Refused | None = None) -> Folder:
    """Return one folder with its own pages, in order, and nothing of what is below; raises as `gather`."""
    found = _pages(_entries(path, name), name, refused)
    return Folder(path.resolve(), tuple(found), hook_scripts(path.resolve()))


def hook_scripts(folder: Path) -> frozenset[Path]:
    """Return the hook scripts beside a folder's pages."""
    return frozenset(script for script in (folder / "tests").glob("hook-*.sh") if script.is_file())


def _walk(path: Path, name: str, refused: Refused | None) -> list[tuple[Folder, tuple[float, str]]]:
    """Return the folders from `path` down, the topmost with what it is ordered by among its siblings."""
    if (path / NOT_TESTED).exists():
        return []
    entries = _entries(path, name)
    found = _pages(entries, name, refused)
    inside = [entry for entry in entries if _is_folder(entry, path)]
    below = [_walk(entry, str(Path(name, entry.name)), refused) for entry in inside]
    below = sorted((walked for walked in below if walked), key=lambda walked: walked[0][1])
    walked = [pair for inner in below for pair in inner]
    weight = _weight(found[0]) if found and found[0].path.stem in _INDEX else math.inf
    if found:
        folder = Folder(path.resolve(), tuple(found), hook_scripts(path.resolve()))
        return [(folder, (weight, path.name)), *walked]
    if walked:
        # A folder without pages of its own takes its place among its siblings by its name.
        walked[0] = (walked[0][0], (math.inf, path.name))
    return walked


def _pages(entries: list[Path], name: str, refused: Refused | None) -> list[Page]:
    found = []
    for entry in entries:
        if not _is_page(entry):
            continue
        try:
            found.append(read_page(entry, str(Path(name, entry.name))))
        except LabrunnerError as error:
            if refused is None:
                raise
            refused(error)
    return sorted(found, key=_order)


def _entries(path: Path, name: str) -> list[Path]:
    try:
        return sorted(path.iterdir())
    except OSError as error:
        raise unreadable(error, name) from None


def _is_page(entry: Path) -> bool:
    return entry.suffix.lower() in SUFFIXES and not entry.name.startswith(".") and entry.is_file()


def _is_folder(entry: Path, above: Path) -> bool:
    if entry.name.startswith(".") or entry.name in _NOT_PAGES or not entry.is_dir():
        return False
    # A link back up would be walked for ever.
    return not (entry.is_symlink() and above.resolve().is_relative_to(entry.resolve()))


def _order(page: Page) -> tuple[bool, float, str]:
    return (page.path.stem not in _INDEX, _weight(page), page.path.name)


def _weight(page: Page) -> float:
    return math.inf if page.document.weight is None else page.document.weight


def single(path: Path, name: str) -> Folder:
    """Return the folder of one page with that page alone."""
    page = read_page(path, name)
    return Folder(page.path.parent, (page,), hook_scripts(page.path.parent))


def joined(folders: Iterator[Folder]) -> tuple[Folder, ...]:
    """Return folders with neighbours of the same path made one, and no page twice."""
    made: list[Folder] = []
    seen: set[Path] = set()
    for folder in folders:
        fresh = tuple(page for page in folder.pages if page.path not in seen)
        seen.update(page.path for page in fresh)
        if made and made[-1].path == folder.path:
            made[-1] = Folder(folder.path, made[-1].pages + fresh, folder.scripts)
        elif fresh:
            made.append(Folder(folder.path, fresh, folder.scripts))
    return tuple(made)
