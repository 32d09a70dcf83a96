"""Which pages a change concerns: those that differ, and those whose files, hooks or declaration do."""

import subprocess
from pathlib import Path

from labrunner.check.lab import Lab
from labrunner.check.references import referred
from labrunner.errors import UsageError


def affected(lab: Lab, changed: frozenset[Path]) -> Lab:
    """Return the lab with those of its pages checked that were to be, and that the changed files concern.

    The settings' file concerns all pages.
    """
    everything = any(path.parent == lab.workspace and path.name in _SETTINGS for path in changed)
    # A folder that a page applies changes with everything in it.
    touched = {folder for path in changed for folder in (path, *path.parents)}
    for page in lab.pages:
        if page.checked and not everything:
            page.checked = any(_concerns(path, changed, touched, lab) for path in referred(page, lab))
    return lab


_SETTINGS = ("labrunner.toml", "pyproject.toml")


def _concerns(path: Path, changed: frozenset[Path], touched: set[Path], lab: Lab) -> bool:
    # The whole workspace is nobody's file.
    return path in changed or (path in touched and path not in (lab.workspace, *lab.workspace.parents))


def changed_files(folder: Path, revision: str) -> frozenset[Path]:
    """Return the files that differ from a git revision, new and deleted ones included; absolute.

    Raises:
        UsageError: This is no git repository, there is no git, or it does not know the revision.
    """
    top = Path(_git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
    # `--end-of-options` keeps a revision that begins with a dash from being taken for an option.
    differing = _git(folder, "diff", "--name-only", "--no-renames", "-z", "--end-of-options", revision, "--")
    fresh = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset(top / name for name in (differing + fresh).split("\0") if name)


def _git(folder: Path, *words: str) -> str:
    try:
        asked = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False, timeout=60)
    except OSError:
        raise UsageError("there is no git to ask what changed", remedy="install it, or check all") from None
    if asked.returncode:
        lines = asked.stderr.decode("utf-8", "replace").strip().splitlines()
        fact = (lines[0] if lines else "no reason given").removeprefix("fatal: ")
        raise UsageError(f"git cannot tell what changed: {fact}", remedy="name a revision that it knows")
    return asked.stdout.decode("utf-8", "surrogateescape")
