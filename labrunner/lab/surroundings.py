"""Where a lab declares its environment, and one declaration out of all that its pages have.

A `lab.toml` stands with the files that the pages name, or beside a page. What may stand in it is left to
`declaration`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import reduce
from itertools import chain
from pathlib import Path

from labrunner.errors import LabError
from labrunner.lab.workspaces import MODULES, named_files
from labrunner.plan.model import LabDeclaration
from labrunner.plan.pages import Folder, Page

FILE = "lab.toml"
_INDEX = ("index", "_index")


def declaration_of(folders: Iterable[Folder], workspace: Path) -> LabDeclaration:
    """Return what the declarations of all these pages say together; an empty one when there are none.

    Raises:
        LabError: A declaration cannot be used, or two of them disagree.
    """
    pages = [page for folder in folders for page in folder.pages]
    return together(
        read(file) for file in dict.fromkeys(chain.from_iterable(files_of(page, workspace) for page in pages))
    )


def together(declarations: Iterable[LabDeclaration]) -> LabDeclaration:
    """Return what several declarations say together.

    Raises:
        LabError: Two of them disagree.
    """
    return reduce(_merged, declarations, LabDeclaration())


def read(file: Path) -> LabDeclaration:
    """Return what one file declares; raises `LabError` when it cannot be used."""
    # Only labs that declare something pay for TOML's parser.
    from labrunner.lab.declaration import read_declaration

    return read_declaration(file, _shown(file))


def files_of(page: Page, workspace: Path) -> Iterator[Path]:
    """Yield the declarations that one page has, each once or more often."""
    beside = page.path.parent / FILE
    if beside.is_file():
        yield beside
    for block in page.document.blocks:
        for name in block.files:
            if (file := _above(name.text, workspace)) is not None:
                yield file
    stem = page.path.parent.name if page.path.stem in _INDEX else page.path.stem
    module = workspace / MODULES / stem / FILE
    if module.is_file():
        yield module


def _above(name: str, workspace: Path) -> Path | None:
    """Return the declaration nearest to a file that a page names, at most up to the workspace."""
    for file in named_files(workspace, name):
        folder = Path(file).parent
        while folder.is_relative_to(workspace) and ".." not in folder.parts:
            if (folder / FILE).is_file():
                return folder / FILE
            folder = folder.parent
    return None


def _shown(file: Path) -> str:
    try:
        return str(file.relative_to(Path.cwd()))
    except ValueError:
        return str(file)


def _merged(first: LabDeclaration, second: LabDeclaration) -> LabDeclaration:
    for variable, value in second.variables.items():
        if first.variables.get(variable, value) != value:
            raise _clash(first, second, f"{variable} is {value!r}, but {first.variables[variable]!r}")
    if None not in (first.mirror, second.mirror):
        raise _clash(first, second, "there is a second mirror beside the one")
    return replace(
        first,
        path=first.path or second.path,
        title=first.title or second.title,
        variables={**first.variables, **second.variables},
        buckets=tuple(dict.fromkeys(first.buckets + second.buckets)),
        roles=tuple(dict.fromkeys(first.roles + second.roles)),
        cleanup_commands=first.cleanup_commands + second.cleanup_commands,
        namespaces=tuple(dict.fromkeys(first.namespaces + second.namespaces)),
        mirror=first.mirror or second.mirror,
        launch_seconds=second.launch_seconds if first.launch_seconds is None else first.launch_seconds,
    )


def _clash(first: LabDeclaration, second: LabDeclaration, fact: str) -> LabError:
    return LabError(
        f"{fact} in {first.path}", path=second.path, remedy="let them agree, or run the pages apart"
    )
