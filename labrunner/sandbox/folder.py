"""The one folder in which a sandbox keeps all that it has on disk, and its end.

A folder belongs to a living sandbox as long as that process holds the lock in it: the kernel lets go of the
lock however the process ends. So a folder whose lock is free was left by one that was killed, and whoever
starts next sweeps it.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

from labrunner.sandbox.remains import end_remains

LOCK = "lock"

PODS = "node"
"""The folder inside that is the kubelet's: containers are known by it even if they have lost the mark."""

MARK = "LABRUNNER_SANDBOX_FOLDER"
"""Environment variable of the sandbox's process and all that it starts, so that a sweep can tell them.

Never part of the environment that a lab's shell or a person gets: a sweep must not end those.
"""


def base() -> Path:
    """Where this user's sandboxes live, made if need be: private, and on no shared or synchronised disk.

    Not in `$XDG_RUNTIME_DIR`: pods write real files, and that is memory.
    """
    folder = Path(tempfile.gettempdir()) / f"labrunner-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to someone else; set TMPDIR to a folder of your own")
    return folder


class Folder:
    """A sandbox's own folder, locked for as long as this process lives."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def create(cls, *, under: Path | None = None) -> "Folder":
        """Make a new one with a name that no other has."""
        path = Path(tempfile.mkdtemp(prefix="sandbox-", dir=under or base()))
        lock = os.open(path / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.environ[MARK] = str(path)
        return cls(path, lock)

    def make(self, name: str, mode: int = 0o755) -> Path:
        """A folder inside, made if need be."""
        path = self.path / name
        path.mkdir(mode=mode, parents=True, exist_ok=True)
        return path

    def remove(self) -> None:
        """Delete it with all that it holds, and let go."""
        remove_tree(self.path)
        os.close(self._lock)


def is_abandoned(path: Path) -> bool:
    """Whether no living process holds the folder."""
    try:
        lock = os.open(path / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False  # being made, or being removed
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(lock)


def sweep(*, under: Path | None = None) -> list[str]:
    """Remove what killed sandboxes left: their processes and their folders.

    Returns:
        One sentence for each of them.
    """
    told = []
    for path in sorted((under or base()).glob("sandbox-*")):
        if is_abandoned(path):
            ended = end_remains(path / PODS) + end_processes_in(path)
            remove_tree(path)
            processes = f" and ended {ended} process{'es' if ended > 1 else ''}" if ended else ""
            told.append(f"removed {path}{processes}, left by a sandbox that was killed")
    return told


def end_processes_in(path: Path) -> int:
    """Kill every process that the folder's sandbox started; say how many there were."""
    mark = f"{MARK}={path}".encode()
    found = [pid for pid in _processes() if pid != os.getpid() and mark in _environment(pid)]
    for pid in found:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return len(found)


def remove_tree(path: Path) -> None:
    """Delete a tree, folders without write permission included: pods make such."""

    def mend(function: object, name: str, error: BaseException) -> None:
        parent = Path(name).parent
        with contextlib.suppress(OSError):
            parent.chmod(0o700)
            target = Path(name)
            if target.is_dir() and not target.is_symlink():
                target.chmod(0o700)
                shutil.rmtree(target, ignore_errors=True)
            else:
                target.unlink(missing_ok=True)

    if path.exists():
        # The third argument's form changed in Python 3.12; ours ignores it.
        shutil.rmtree(path, onerror=mend)  # type: ignore[arg-type]


def _processes() -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            yield int(entry.name)


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []  # gone, or not ours
