"""A folder for one run, private, and gone when the run is: if need be, swept by the next one.

The run holds a lock in it. The kernel lets go of that lock however the run ends, so a folder whose lock is
free belongs to nobody any more. Ending a dead run's processes is left to whoever calls `abandoned`.
"""

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labrunner.errors import LabrunnerError

_PREFIX = "run-"
_LOCK = "lock"


def base() -> Path:
    """Where this user's runs have their folders, made if need be.

    Raises:
        LabrunnerError: Somebody else has made it.
    """
    folder = Path(tempfile.gettempdir()) / f"labrunner-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise LabrunnerError("folder belongs to someone else", path=folder, remedy="set TMPDIR")
    return folder


@contextmanager
def scratch(run: str) -> Iterator[Path]:
    """A new folder that lives as long as the context.

    Args:
        run: The run's identifier; the folder is named after it.
    """
    folder = base() / f"{_PREFIX}{run}"
    with _alone():
        folder.mkdir(mode=0o700)
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        remove(folder)
        os.close(lock)


def abandoned() -> list[tuple[str, Path]]:
    """The runs of this user that ended without tidying up: identifier and folder of each."""
    with _alone():
        folders = [folder for folder in sorted(base().glob(f"{_PREFIX}*")) if _is_free(folder / _LOCK)]
    return [(folder.name.removeprefix(_PREFIX), folder) for folder in folders]


@contextmanager
def _alone() -> Iterator[None]:
    """Keep others from taking a folder for abandoned whose lock is not held *yet*."""
    descriptor = os.open(base(), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def remove(folder: Path) -> None:
    """Delete a folder with all that it holds, what a lab has write-protected included."""
    for parent, folders, _ in os.walk(folder):
        for inner in (Path(parent) / name for name in folders):
            with contextlib.suppress(OSError):
                if not inner.is_symlink():
                    inner.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _is_free(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True  # killed before it came to that
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
