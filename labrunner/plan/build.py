"""Pages, hooks, declaration and choices to `Plan`. Reading them from disk is left to `labrunner.lab`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from labrunner.document.model import Block, Document
from labrunner.errors import LabError
from labrunner.plan.cleanup import declared_block, is_cleanup
from labrunner.plan.model import Hook, LabDeclaration, Plan, Step, Suite, Warned
from labrunner.plan.pages import WORKSPACE, Choices, Folder, Page
from labrunner.plan.tabs import chosen_tabs, passed_over

SUITE_HOOK = "suite"


def build(
    name: str,
    folders: Sequence[Folder],
    *,
    workspace: Path,
    declaration: LabDeclaration | None = None,
    choices: Choices | None = None,
) -> Plan:
    """Resolve everything that a run of these pages needs to know.

    Args:
        name: What the user asked to run.
        folders: The pages, folder by folder, in the order in which they run.
        workspace: The folder that commands know as `/workspace`; absolute.
        declaration: What the lab says of its readers' environment; nothing by default.
        choices: Limits and tabs; labrunner's own defaults where left out.

    Raises:
        LabError: A block names a hook whose script is not there.
    """
    declaration = declaration or LabDeclaration()
    choices = choices or Choices()
    suites = [
        *(_suite(folder, choices) for folder in folders),
        *_declared(declaration, choices),
    ]
    return Plan(
        name=name,
        workspace=workspace,
        suites=tuple(_numbered(suites)),
        declaration=declaration,
        path_prefixes=tuple({WORKSPACE: "", **choices.path_prefixes}.items()),
        warnings=tuple(_warnings(page.document for folder in folders for page in folder.pages)),
    )


def _suite(folder: Folder, choices: Choices) -> Suite:
    script = folder.path / "tests" / f"hook-{SUITE_HOOK}.sh"
    hook = Hook(SUITE_HOOK, script, choices.hook_timeout) if script in folder.scripts else None
    steps = [step for page in folder.pages for step in _steps(page, folder, choices)]
    return Suite(folder.path, hook, tuple(steps))


def _steps(page: Page, folder: Folder, choices: Choices) -> Iterator[Step]:
    chosen = chosen_tabs(page.document.blocks, choices.tabs)
    # Sites show the front matter's title as the page's first heading.
    shown = [str(page.document.front_matter.get("title", ""))]
    for block in page.document.blocks:
        if block.kind != "bash":
            continue
        skip = _skip(block, passed_over(block, chosen))
        hook = None if skip else _hook(block, page, folder, choices)
        step = _step(page.path, page.document.name, block, hook, skip, choices)
        yield replace(step, title=page.document.title, cleanup=step.cleanup or is_cleanup(shown))


def _step(path: Path, name: str, block: Block, hook: Hook | None, skip: str, choices: Choices) -> Step:
    return Step(
        number=0,
        page=path,
        page_name=name,
        block=block,
        commands=block.commands,
        timeout=block.settings.timeout or choices.timeout,
        wait=block.settings.wait,
        hook=hook,
        expect_error=block.settings.expect_error,
        cleanup=is_cleanup(block.headings),
        skip=skip,
    )


def _skip(block: Block, passed_over: str) -> str:
    if not block.settings.test:
        return "test=false"
    if passed_over:
        return passed_over
    return "" if block.commands else "it holds no command"


def _hook(block: Block, page: Page, folder: Folder, choices: Choices) -> Hook | None:
    name = block.settings.hook
    if name is None:
        return None
    script = page.path.parent / "tests" / f"hook-{name}.sh"
    if script not in folder.scripts:
        raise LabError(
            f"hook {name!r} has no script tests/hook-{name}.sh beside the page",
            path=page.document.name,
            line=block.span.line,
            remedy="write the script or take the attribute away",
        )
    return Hook(name, script, block.settings.hook_timeout or choices.hook_timeout)


def _declared(declaration: LabDeclaration, choices: Choices) -> Iterator[Suite]:
    """One step for each declared clean-up command: what one of them fails at must not keep the next."""
    if declaration.path is None or not declaration.cleanup_commands:
        return
    steps = [
        _step(command.path, command.name, declared_block(command), None, "", choices)
        for command in declaration.cleanup_commands
    ]
    yield Suite(declaration.path.parent, None, tuple(steps))


def _numbered(suites: Iterable[Suite]) -> Iterator[Suite]:
    number = 0
    for suite in suites:
        steps = tuple(replace(step, number=number + at) for at, step in enumerate(suite.steps, start=1))
        number += len(steps)
        yield replace(suite, steps=steps)


def _warnings(documents: Iterable[Document]) -> Iterator[Warned]:
    for document in documents:
        for problem in document.problems:
            yield Warned(document.name, problem)
