"""The files around a lab, as rules may ask for them. Reading a disk is left to `gather`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """A tree of files. Paths are absolute."""

    def is_file(self, path: Path) -> bool:
        """Whether there is such a file."""

    def is_folder(self, path: Path) -> bool:
        """Whether there is such a folder."""

    def text(self, path: Path) -> str | None:
        """Return what a file holds, line ends normalised; `None` when it is not there or is not UTF-8."""

    def names(self, folder: Path) -> tuple[str, ...]:
        """Return the names in a folder, sorted; empty when there is no such folder."""


class KeptFiles:
    """Files that are only in memory: a rule's examples."""

    def __init__(self, texts: Mapping[Path, str]) -> None:
        self._texts = dict(texts)
        self._folders = {folder for path in texts for folder in path.parents}

    def is_file(self, path: Path) -> bool:
        """Whether there is such a file."""
        return path in self._texts

    def is_folder(self, path: Path) -> bool:
        """Whether there is such a folder."""
        return path in self._folders

    def text(self, path: Path) -> str | None:
        """Return what a file holds."""
        return self._texts.get(path)

    def names(self, folder: Path) -> tuple[str, ...]:
        """Return the names in a folder."""
        everything = {*self._texts, *self._folders}
        return tuple(sorted(path.name for path in everything if path.parent == folder and path != folder))
