"""The arguments of bubblewrap for a confined process: values in, words out, nothing is run.

Pods and the lab's shell are confined with the same words; what each of them gets to see is for `rootfs` and
`confine`. It keeps a lab's mistakes away from the user's things. It is no boundary against hostile programs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Bind:
    """A file or folder of this machine."""

    source: Path
    target: str
    """Absolute path inside."""
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """Folders of this machine laid over one another, and a writable layer that is gone with the process."""

    sources: tuple[Path, ...]
    """The lowest first."""
    target: str


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    points_to: str
    target: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """Something new: process and device files of its own, or an empty folder in memory."""

    kind: Literal["proc", "dev", "tmpfs"]
    target: str


@dataclass(frozen=True, slots=True)
class Seal:
    """Makes read-only what was mounted at the target before, but not what was mounted below it."""

    target: str


Mount = Bind | Layer | Link | Fresh | Seal


@dataclass(frozen=True, slots=True)
class Confinement:
    """What a confined process sees and who it is."""

    mounts: tuple[Mount, ...]
    """In order: a later one lies over an earlier one."""
    hostname: str = ""
    """Empty: the machine's own."""
    user: int | None = None
    """User and group id inside; `None`: those outside."""
    directory: str = "/"
    """Where the process starts; it must be there."""
    environment: Mapping[str, str] | None = field(default=None)
    """All variables of the process; `None`: those of the process that starts it."""
    first: bool = False
    """Whether the process is number 1 itself. Then it gets only the signals that it asks for, and no one
    adopts orphans, as in containers."""
    session: bool = False
    """Whether it leads a session of its own, which has no terminal until it opens one."""


def arguments(confinement: Confinement) -> list[str]:
    """The options for `confinement`, to be followed by `--` and the command line."""
    words = ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent"]
    words += ["--cap-drop", "ALL"]
    if confinement.user is not None:
        words += ["--uid", str(confinement.user), "--gid", str(confinement.user)]
    if confinement.hostname:
        words += ["--hostname", confinement.hostname]
    if confinement.first:
        words.append("--as-pid-1")
    if confinement.session:
        words.append("--new-session")
    for mount in confinement.mounts:
        words += _mount(mount)
    words += ["--chdir", confinement.directory]
    return words + list(_environment(confinement.environment))


def _mount(mount: Mount) -> list[str]:
    match mount:
        case Bind(source, target, writable):
            return ["--bind" if writable else "--ro-bind", str(source), target]
        case Layer(sources, target):
            below = [word for source in sources for word in ("--overlay-src", str(source))]
            return [*below, "--tmp-overlay", target]
        case Link(points_to, target):
            return ["--symlink", points_to, target]
        case Fresh(kind, target):
            return [f"--{kind}", target]
        case Seal(target):
            return ["--remount-ro", target]


def _environment(variables: Mapping[str, str] | None) -> Iterator[str]:
    if variables is not None:
        yield "--clearenv"
        for name, value in variables.items():
            yield from ("--setenv", name, value)
