"""All that rules are a function of: pages in order, the files around them, and other programs' verdicts."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath

from labrunner.check.files import Files
from labrunner.check.finding import Found
from labrunner.check.manifest import Manifest, parse_manifest
from labrunner.check.page import Page
from labrunner.check.tools import Tools
from labrunner.plan.pages import TIMEOUT, WORKSPACE

MODULES = "modules"


class Lab:
    """What `check` looks at. Nothing in it changes while rules run; what is asked for twice is kept."""

    def __init__(
        self,
        pages: Iterable[Page],
        *,
        workspace: Path,
        files: Files,
        tools: Tools,
        prefixes: Sequence[tuple[str, str]] = (),
        timeout: float = TIMEOUT,
        refused: Iterable[Found] = (),
        base: Path | None = None,
    ) -> None:
        """Put a lab together.

        Args:
            pages: In the order in which a reader works through them.
            workspace: The folder that commands know as `/workspace`; absolute.
            files: What is there.
            tools: Whom to ask.
            prefixes: Further prefixes in commands, and the folder below the workspace each one means.
            timeout: Seconds for a block that names no limit.
            refused: Why a page or declaration could not be read.
            base: The folder that names in messages are relative to; the workspace by default.
        """
        self.pages = tuple(pages)
        self.workspace = workspace
        self.files = files
        self.tools = tools
        self.timeout = timeout
        self.refused = tuple(refused)
        self._prefixes = ((WORKSPACE, ""), *prefixes)
        self.base = base or workspace
        self._manifests: dict[Path, Manifest | None] = {}

    @cached_property
    def checked(self) -> tuple[Page, ...]:
        """The pages in which findings are wanted."""
        return tuple(page for page in self.pages if page.checked)

    @cached_property
    def folders(self) -> tuple[tuple[Path, tuple[Page, ...]], ...]:
        """The folders that hold a checked page, each with its pages in order."""
        found: dict[Path, list[Page]] = {page.folder: [] for page in self.checked}
        for page in self.pages:
            if page.folder in found:
                found[page.folder].append(page)
        return tuple((folder, tuple(pages)) for folder, pages in found.items())

    def earlier(self, page: Page) -> Iterator[Page]:
        """Yield the pages that a reader has worked through before this one, the first one first."""
        for other in self.pages:
            if other is page:
                return
            yield other

    def hook(self, page: Page, name: str) -> Path:
        """Return where the script of a page's hook has to be; `suite` is the folder's own."""
        return page.folder / "tests" / f"hook-{name}.sh"

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What paths of the workspace begin with in commands: `/workspace` first."""
        return tuple(prefix for prefix, _ in self._prefixes)

    def resolve(self, text: str) -> Path | None:
        """Return the file or folder that a command means by a path below `/workspace` or another prefix.

        `None` for every other path: where a relative one leads is known only when the lab runs.
        """
        for prefix, folder in self._prefixes:
            if text == prefix or text.startswith(prefix + "/"):
                below = PurePosixPath(folder, text[len(prefix) :].lstrip("/"))
                return self._below(below)
        return None

    def named(self, name: str) -> Path | None:
        """Return the file that a `file` fence means: below `modules`, or below the workspace itself.

        `None` when it is in neither.
        """
        relative = PurePosixPath(name)
        if relative.is_absolute():
            found = self.resolve(name)
            return found if found and self.files.is_file(found) else None
        candidates = (self._below(PurePosixPath(MODULES, relative)), self._below(relative))
        return next((path for path in candidates if path and self.files.is_file(path)), None)

    def shown(self, path: Path) -> str:
        """Return what to call a file in messages."""
        try:
            return str(path.relative_to(self.base))
        except ValueError:
            return str(path)

    def manifest(self, path: Path) -> Manifest | None:
        """Return the Kubernetes objects in a YAML file with the place of each value; `None`: no such file.

        Parsed once, when first asked for.
        """
        if path not in self._manifests:
            text = self.files.text(path)
            self._manifests[path] = None if text is None else parse_manifest(text, self.shown(path))
        return self._manifests[path]

    def _below(self, relative: PurePosixPath) -> Path | None:
        """Return a path below the workspace without `..` in it; `None` when it leaves the workspace."""
        parts: list[str] = []
        for part in relative.parts:
            if part == "..":
                if not parts:
                    return None
                parts.pop()
            elif part != ".":
                parts.append(part)
        return self.workspace.joinpath(*parts)
