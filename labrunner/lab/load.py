"""What the user named, page or folder, to a `Lab`: the way in from the command line."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from labrunner import config
from labrunner.config import Settings
from labrunner.errors import LabError, UsageError
from labrunner.lab.folders import NOT_TESTED, gather, joined, single
from labrunner.lab.model import Lab
from labrunner.lab.pages import missing
from labrunner.lab.surroundings import declaration_of
from labrunner.lab.workspaces import find_workspace
from labrunner.plan.pages import Folder


def load(
    paths: Path | str | Sequence[Path | str],
    *,
    workspace: Path | str | None = None,
    settings: Settings | None = None,
) -> Lab:
    """Read pages, hooks, the lab's declaration and the workspace's settings.

    Args:
        paths: A page or a folder of pages, or several; they run in this order.
        workspace: The folder that labs know as `/workspace`; found from the first path when left out.
        settings: Instead of those that the workspace has.

    Raises:
        UsageError: A path is not there, or the settings cannot be used.
        LabError: A page or the lab's declaration cannot be used as it is written, or nothing would run.
    """
    names = [str(path) for path in ([paths] if isinstance(paths, (str, Path)) else paths)]
    if not names:
        raise UsageError("no page is named", remedy="name a page or a folder of pages")
    root, settings = root_of(names[0], workspace, settings)
    found = joined(_folders(names))
    _require_commands(found, names)
    declared = declaration_of(found, root)
    return Lab(", ".join(names), root, found, declared, settings)


def root_of(
    first: str, given: Path | str | None = None, settings: Settings | None = None
) -> tuple[Path, Settings]:
    """Return the workspace and its settings.

    Args:
        first: The page or folder from which the workspace is looked for.
        given: The workspace, where the user names it.
        settings: Instead of those that the workspace has.

    Raises:
        UsageError: One of the paths is not there, or the settings cannot be used.
    """
    if given is not None and not Path(given).is_dir():
        raise UsageError("workspace is not a folder", path=given, remedy="name a folder with --workspace")
    if not Path(first).exists():
        raise missing(Path(first), first)
    root = find_workspace(Path(first).resolve()) if given is None else Path(given).resolve()
    settings = config.load(config.find(root)) if settings is None else settings
    if given is None and settings.workspace.value:
        root = root / settings.workspace.value
    if not root.is_dir():
        fact = f"workspace {settings.workspace.value!r} is not a folder"
        raise UsageError(fact, path=settings.workspace.origin, remedy="name a folder beside the settings")
    return root, settings


def _folders(names: Iterable[str]) -> Iterator[Folder]:
    for name in names:
        path = Path(name)
        if not path.is_dir():
            yield single(path, name)
            continue
        found = gather(path, name)
        if not found:
            raise LabError(_empty(path), path=name, remedy="name a folder with pages, or a page")
        yield from found


def _empty(folder: Path) -> str:
    if (folder / NOT_TESTED).exists():
        return f"folder is skipped by its {NOT_TESTED} file"
    return "folder holds no page to test"


def _require_commands(found: Iterable[Folder], names: Sequence[str]) -> None:
    blocks = [block for folder in found for page in folder.pages for block in page.document.blocks]
    if any(block.commands for block in blocks):
        return
    remedy = "mark the commands to run with ```bash"
    shown = next((block for block in blocks if block.language in ("sh", "shell", "console", "zsh")), None)
    if shown:
        remedy = f"a {shown.language!r} block is only shown: write ```bash for commands to run"
    fact = "there is nothing to run: no bash block holds a command"
    raise LabError(fact, path=", ".join(names), remedy=remedy)
