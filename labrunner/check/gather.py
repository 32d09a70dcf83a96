"""Reads from disk all that rules need, and starts the programs whose verdicts they ask for.

Nothing else in `check` does either. Pages are read at once, everything else when a rule first asks.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from labrunner.check.changes import affected, changed_files
from labrunner.check.files import Files
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.programs import Programs
from labrunner.document.model import Span
from labrunner.errors import LabrunnerError
from labrunner.lab.folders import folder_of
from labrunner.lab.folders import gather as gather_folders
from labrunner.lab.pages import missing, read_page
from labrunner.lab.surroundings import files_of, read, together
from labrunner.plan import pages as plan
from labrunner.plan.model import LabDeclaration


def gather(
    paths: Sequence[Path | str],
    *,
    workspace: Path,
    prefixes: Sequence[tuple[str, str]] = (),
    timeout: float = plan.TIMEOUT,
    changed_since: str | None = None,
) -> Lab:
    """Return what `check` is to look at.

    Of a page that is named alone, the other pages of its folder are read too: they may set what it uses.

    Args:
        paths: Pages and folders of pages.
        workspace: The folder that labs know as `/workspace`; absolute.
        prefixes: Further prefixes in commands, and the folder below the workspace that each one means.
        timeout: Seconds for a block that names no limit.
        changed_since: A git revision; only pages are checked that differ from it, or whose files do.

    Raises:
        UsageError: A path is not there, or git does not know the revision.
    """
    collected = _Collected(workspace)
    for path in paths:
        collected.add(Path(path), str(path))
    lab = Lab(
        collected.pages(),
        workspace=workspace,
        files=Disk(),
        tools=Programs(),
        prefixes=prefixes,
        timeout=timeout,
        refused=collected.refused,
        base=Path.cwd(),
    )
    return lab if changed_since is None else affected(lab, changed_files(workspace, changed_since))


def refusal(error: LabrunnerError) -> Found:
    """Return why a file could not be read, as a rule would say it."""
    line = error.line or 1
    message = f"{error.fact}; {error.remedy or 'mend it'}"
    return Found(str(error.path), Span(line, 1, line, 1), message)


class Disk(Files):
    """The files of this machine. What was asked once is taken not to change."""

    def __init__(self) -> None:
        self._texts: dict[Path, str | None] = {}
        self._kinds: dict[Path, str] = {}

    def is_file(self, path: Path) -> bool:
        """Whether there is such a file."""
        return self._kind(path) == "file"

    def is_folder(self, path: Path) -> bool:
        """Whether there is such a folder."""
        return self._kind(path) == "folder"

    def text(self, path: Path) -> str | None:
        """Return what a file holds, `None` when it cannot be read as text."""
        if path not in self._texts:
            try:
                self._texts[path] = path.read_text(encoding="utf-8").removeprefix("\ufeff")
            except (OSError, ValueError):
                self._texts[path] = None
        return self._texts[path]

    def names(self, folder: Path) -> tuple[str, ...]:
        """Return the names in a folder."""
        try:
            return tuple(sorted(entry.name for entry in folder.iterdir()))
        except OSError:
            return ()

    def _kind(self, path: Path) -> str:
        if path not in self._kinds:
            try:
                found = "file" if path.is_file() else "folder" if path.is_dir() else ""
            except (OSError, ValueError):
                found = ""
            self._kinds[path] = found
        return self._kinds[path]


class _Collected:
    """Pages as they are met, each once."""

    def __init__(self, workspace: Path) -> None:
        self.refused: list[Found] = []
        self._workspace = workspace
        self._pages: dict[Path, tuple[plan.Page, bool]] = {}
        self._declared = cache(self._read)

    def add(self, path: Path, name: str) -> None:
        """Take a page with its neighbours, or a folder with all below it."""
        if path.is_dir():
            for folder in gather_folders(path, name, self._refuse):
                self._take(folder.pages, checked=True)
        elif path.is_file():
            self._single(path, name)
        else:
            raise missing(path, name)

    def pages(self) -> Iterator[Page]:
        """Yield all pages with what they declare."""
        for page, checked in self._pages.values():
            yield Page(page.path, page.document, self._declaration(page), checked=checked)

    def _single(self, path: Path, name: str) -> None:
        try:
            own = read_page(path, name)
        except LabrunnerError as error:
            self._refuse(error)
            return
        around = folder_of(path.parent, str(Path(name).parent), lambda error: None)
        beside = tuple(own if page.path == own.path else page for page in around.pages)
        self._take(beside, checked=False)
        self._pages[own.path] = (own, True)

    def _take(self, pages: Iterable[plan.Page], *, checked: bool) -> None:
        for page in pages:
            _, before = self._pages.get(page.path, (page, False))
            self._pages[page.path] = (page, checked or before)

    def _refuse(self, error: LabrunnerError) -> None:
        self.refused.append(refusal(error))

    def _declaration(self, page: plan.Page) -> LabDeclaration:
        found = [self._declared(file) for file in dict.fromkeys(files_of(page, self._workspace))]
        try:
            return together(found)
        except LabrunnerError as error:
            self._refuse(error)
            return found[0]

    def _read(self, file: Path) -> LabDeclaration:
        try:
            return read(file)
        except LabrunnerError as error:
            self._refuse(error)
            return LabDeclaration()
