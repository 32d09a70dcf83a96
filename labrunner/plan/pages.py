"""What a plan is made from, as values: pages with their files, and what the user chose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labrunner.document.model import Document

TIMEOUT = 120.0
"""Seconds for a block that names no limit."""
HOOK_TIMEOUT = 300.0
"""Seconds for each call of a hook that names no limit."""
WORKSPACE = "/workspace"
"""The path by which labs know the workspace's root, on any machine."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page and its file."""

    path: Path
    """Absolute."""
    document: Document


@dataclass(frozen=True, slots=True)
class Folder:
    """Pages of one folder, in the order they are read."""

    path: Path
    """Absolute."""
    pages: tuple[Page, ...]
    scripts: frozenset[Path] = frozenset()
    """The hook scripts that are there, `tests/hook-*.sh`, absolute."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user, or the workspace's settings, decide about a plan."""

    timeout: float = TIMEOUT
    """Seconds for a block that names no limit."""
    hook_timeout: float = HOOK_TIMEOUT
    """Seconds for each call of a hook that names no limit."""
    tabs: tuple[str, ...] = ()
    """Labels or values of tabs that run instead of the first of their group."""
    path_prefixes: Mapping[str, str] = field(default_factory=dict)
    """Further prefixes in commands, and the folder below the workspace that each one means."""
