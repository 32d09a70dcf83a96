"""The arguments that start the lab's shell, confined: what a lab sees of this machine, and what it does not.

It sees the host's `/usr`, the tools, its copy of the workspace, and a home and a `/tmp` of its own. It does
not see the user's home, keys, kubeconfig or credentials, nor any process but its own. The network is the
host's: clients are led to the sandbox by environment variables. This keeps a lab's mistakes away from the
user's things; it is no boundary against hostile programs.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from labrunner.sandbox import programs
from labrunner.sandbox.node.bubblewrap import Bind, Confinement, Fresh, Link, Mount, arguments
from labrunner.sandbox.node.interpreter import ours
from labrunner.sandbox.node.rootfs import BUNDLES, MERGED, PROCESSORS, SHARED

USER = "workshop"
HOME = f"/home/{USER}"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Room:
    """What the shell of one sandbox gets."""

    folder: Path
    """Made by `furnish`: its home, its `/tmp` and its `/etc`."""
    workspace: Path
    """The copy of the workspace, writable."""
    mounts: tuple[str, ...]
    """Where it is seen: absolute paths, or such as begin with `~/`."""
    visible: tuple[Path, ...]
    """Further files and folders, read-only, at their own paths."""
    bundle: Path
    """Certificates to trust."""
    tools: Path
    """Folder with the programs that are found first."""


def furnish(folder: Path, mounts: tuple[str, ...]) -> None:
    """Make the shell's home, `/tmp` and `/etc`."""
    for name in ("home", "tmp", "etc"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "tmp").chmod(0o1777)
    for mount in mounts:
        if mount.startswith("~/"):
            (folder / "home" / mount.removeprefix("~/")).mkdir(parents=True, exist_ok=True)
    for name, text in _texts():
        (folder / "etc" / name).write_text(text)


def confine(room: Room) -> tuple[str, ...]:
    """The words that start bash in that room; bash's own options may follow."""
    confinement = Confinement(mounts=tuple(_mounts(room)), hostname=USER, directory=HOME)
    words = [str(programs.find("bwrap")), *arguments(confinement)]
    for name, value in _environment(room).items():
        words += ["--setenv", name, value]
    return (*words, "--", str(programs.find("bash")))


def _environment(room: Room) -> Mapping[str, str]:
    return {
        "HOME": HOME,
        "USER": USER,
        "LOGNAME": USER,
        "SHELL": "/bin/bash",
        "LANG": "C.UTF-8",
        "PATH": f"{room.tools}:{SYSTEM_PATH}",
        "TMPDIR": "/tmp",
    }


def _mounts(room: Room) -> Iterator[Mount]:
    yield from _system()
    for shared in SHARED:
        if (host := Path("/etc", shared)).exists():
            yield Bind(host, f"/etc/{shared}")
    for name, _ in _texts():
        yield Bind(room.folder / "etc" / name, f"/etc/{name}")
    for place in BUNDLES:
        yield Bind(room.bundle, f"/etc/{place}")
    yield Fresh("proc", "/proc")
    yield Fresh("dev", "/dev")
    yield Fresh("tmpfs", "/dev/shm")
    yield from (Bind(Path(folder), folder) for folder in PROCESSORS if Path(folder).is_dir())
    # The user's own folders may be below /tmp or /home: what of them is shown comes after these.
    yield Bind(room.folder / "tmp", "/tmp", writable=True)
    yield Bind(room.folder / "home", HOME, writable=True)
    for folder in (*ours().installation, ours().environment, room.tools, *room.visible):
        yield Bind(folder, str(folder))
    for mount in room.mounts:
        yield Bind(room.workspace, mount.replace("~", HOME, 1), writable=True)


def _system() -> Iterator[Mount]:
    yield Bind(Path("/usr"), "/usr")
    for name in MERGED:
        host = Path("/", name)
        if host.is_symlink():
            yield Link(str(host.readlink()), f"/{name}")
        elif host.is_dir():
            yield Bind(host, f"/{name}")


def _texts() -> Iterator[tuple[str, str]]:
    user, group = os.getuid(), os.getgid()
    yield "passwd", f"{USER}:x:{user}:{group}:{USER}:{HOME}:/bin/bash\n"
    yield "group", f"{USER}:x:{group}:\n"
    yield "nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"
    yield "hostname", f"{USER}\n"
    yield "hosts", f"127.0.0.1 localhost {USER}\n::1 localhost\n"
    yield "resolv.conf", ""
