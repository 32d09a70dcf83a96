"""How much of a lab a rehearsal proves, and what keeps it from proving the rest. Nothing is run.

What a stage has is asked of a `Stage`; which one is for the command line to say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from labrunner.check.applied import Application, applications, variables_of
from labrunner.check.lab import Lab
from labrunner.check.page import Page, PageCommand
from labrunner.document.model import Block

_BUILTINS = """
. : [ [[ alias bg bind break builtin caller cd command compgen complete continue declare dirs disown
echo enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout
mapfile popd printf pushd pwd read readarray readonly return set shift shopt source suspend test
times trap true type typeset ulimit umask unalias unset wait
"""
BUILTINS = frozenset(_BUILTINS.split())
"""What bash does itself, as `compgen -b` lists it."""


class Stage(Protocol):
    """What a place for rehearsals has."""

    def lacks_program(self, name: str) -> str:
        """Return why a program cannot be called there, in a few words; empty when it can."""

    def lacks_kind(self, api_version: str, kind: str) -> str:
        """Return why objects of a kind prove nothing there; empty when they do."""

    def lacks_image(self, image: str) -> str:
        """Return why containers of an image do not run there; empty when they do."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One block of a page."""

    page: str
    """The page as messages call it."""
    line: int
    """1-based line of its opening fence."""
    sort: str
    """`rehearsed`, `not rehearsed` or `skipped`."""
    reasons: tuple[str, ...] = ()
    """Why it is not rehearsed, or skipped; each in a few words."""


@dataclass(frozen=True, slots=True)
class LabCoverage:
    """The blocks of one folder's pages."""

    folder: Path
    name: str
    """The folder as messages call it."""
    blocks: tuple[Covered, ...]

    def count(self, sort: str) -> int:
        """Return how many blocks are of a sort."""
        return sum(block.sort == sort for block in self.blocks)


def coverage(lab: Lab, stage: Stage) -> Iterator[LabCoverage]:
    """Yield what a rehearsal on this stage would prove, folder by folder."""
    for folder, pages in lab.folders:
        blocks = [one for page in pages if page.checked for one in _blocks(page, lab, stage)]
        if blocks:
            yield LabCoverage(folder, lab.shown(folder), tuple(blocks))


def _blocks(page: Page, lab: Lab, stage: Stage) -> Iterator[Covered]:
    defined = {name for command in page.commands for name in _defined(command)}
    for block in page.document.blocks:
        if not block.commands:
            continue
        if reason := _skipped(block):
            yield Covered(page.name, block.span.line, "skipped", (reason,))
            continue
        commands = [command for command in page.commands if command.block is block]
        missing = [why for command in commands for why in _programs(command, stage, defined)]
        missing += _applied(page, lab, stage, block)
        sort = "not rehearsed" if missing else "rehearsed"
        yield Covered(page.name, block.span.line, sort, tuple(dict.fromkeys(missing)))


def _skipped(block: Block) -> str:
    if not block.settings.test:
        return "test=false"
    return "another tab runs" if any(not tab.first for tab in block.tabs) else ""


def _defined(command: PageCommand) -> Iterator[str]:
    """Yield the functions and aliases that a command makes."""
    for call in command.calls:
        if call.program == "alias":
            yield from (word.text.partition("=")[0] for word in call.arguments)
    if "()" in command.command.text or "function " in command.command.text:
        head = command.command.text.removeprefix("function ")
        yield head.partition("(")[0].strip()


def _programs(command: PageCommand, stage: Stage, defined: set[str]) -> Iterator[str]:
    for call in command.calls:
        first = call.words[0] if call.words else None
        if first is None or not first.literal or "/" in first.text:
            continue
        if (
            first.text not in BUILTINS
            and first.text not in defined
            and (why := stage.lacks_program(first.text))
        ):
            yield why


def _applied(page: Page, lab: Lab, stage: Stage, block: Block) -> Iterator[str]:
    for application in applications(page, lab):
        if application.command.block is not block or application.deletes:
            continue
        if application.address and not application.manifests:
            yield f"{application.address} is not in the lab's mirror"
        for data in _objects(application, page):
            if why := stage.lacks_kind(str(data.get("apiVersion", "")), str(data.get("kind", ""))):
                yield why
            for image in _images(data):
                if why := stage.lacks_image(image):
                    yield why


def _objects(application: Application, page: Page) -> Iterator[dict[str, Any]]:
    for manifest in application.manifests:
        for one in manifest.objects:
            data = one.data(variables_of(application, page.declaration))
            if isinstance(data, dict) and data.get("kind") and data["kind"] != "Kustomization":
                yield data


def _images(data: Any) -> Iterator[str]:
    """Yield the images of containers, wherever pods are described; those with a variable left out."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in ("containers", "initContainers") and isinstance(value, list):
                for container in value:
                    image = container.get("image") if isinstance(container, dict) else None
                    if isinstance(image, str) and "$" not in image:
                        yield image
            else:
                yield from _images(value)
    elif isinstance(data, list):
        for item in data:
            yield from _images(item)
