"""A lab as it was found on disk."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from labrunner.config import Settings
from labrunner.errors import UsageError
from labrunner.plan.build import build
from labrunner.plan.model import LabDeclaration, Plan
from labrunner.plan.pages import Choices, Folder


@dataclass(frozen=True, slots=True)
class Lab:
    """Pages, what surrounds them, and what holds for all of them."""

    name: str
    """What the user asked for."""
    workspace: Path
    """The folder that labs know as `/workspace`; absolute."""
    folders: tuple[Folder, ...]
    declaration: LabDeclaration
    settings: Settings

    def plan(self, *, tabs: tuple[str, ...] = ()) -> Plan:
        """Return what would run.

        Args:
            tabs: Labels of tabs that run instead of the first of their group; they win over the settings'.

        Raises:
            LabError: A block names a hook whose script is not there.
            UsageError: No page has a tab that was asked for.
        """
        self._require(tabs)
        settings = self.settings
        choices = Choices(
            timeout=settings.timeout.value,
            hook_timeout=settings.hook_timeout.value,
            tabs=(*tabs, *settings.tabs.value),
            path_prefixes=settings.paths.value,
        )
        return build(
            self.name, self.folders, workspace=self.workspace, declaration=self.declaration, choices=choices
        )

    def _require(self, tabs: Iterable[str]) -> None:
        blocks = (block for folder in self.folders for page in folder.pages for block in page.document.blocks)
        met = {tab.label: tab for block in blocks for tab in block.tabs}
        known = {name.casefold() for tab in met.values() for name in (tab.label, tab.value)}
        for name in tabs:
            if name.casefold() not in known:
                there = f"there are: {', '.join(met)}" if met else "no page has tabs at all"
                raise UsageError(f"no page has a tab {name!r}", remedy=there)
