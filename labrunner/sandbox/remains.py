"""The processes of containers whose sandbox is gone: how to tell them, and their end.

The kernel kills a container when its sandbox dies, but not one that was just being set up: bubblewrap asks
for that promise a moment after its start. Such a process still has the environment that it was started
with, and once it is a container's own program, its mounts tell where it came from.

It is a program as well, run on its own with the standard library alone when a sandbox has died.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

MARK = "LABRUNNER_CONTAINERS"
"""Environment variable with which containers are started; their own programs do not get it."""

PAUSE = 0.02
"""Seconds between looks for more."""
QUIET = 3
"""How many looks must find nothing: what is being set up may show late."""


def end_remains(folder: Path) -> int:
    """Kill every process of containers below `folder`; return how many there were."""
    ended: set[int] = set()
    quiet = 0
    while quiet < QUIET:
        found = [pid for pid in _processes() if pid != os.getpid() and _is_from(pid, folder)]
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        ended.update(found)
        quiet = 0 if found else quiet + 1
        if quiet < QUIET and ended:
            time.sleep(PAUSE)
    return len(ended)


def _is_from(pid: int, folder: Path) -> bool:
    process = Path("/proc", str(pid))
    try:
        if f"{MARK}={folder}".encode() in (process / "environ").read_bytes().split(b"\0"):
            return True
        source = _in_its_file_system(folder)
        return any(_source(line).is_relative_to(source) for line in _lines(process / "mountinfo"))
    except OSError:
        return False  # gone, or not ours


def _in_its_file_system(folder: Path) -> Path:
    """Where `folder` is in the file system that it lies on: tables of mounts name sources that way."""
    best = (Path("/"), Path("/"))
    for line in _lines(Path("/proc/self/mountinfo")):
        point = Path(_plain(line.split()[4]))
        if folder.is_relative_to(point) and len(point.parts) >= len(best[0].parts):
            best = (point, _source(line))
    point, source = best
    return source / folder.relative_to(point)


def _source(line: str) -> Path:
    return Path(_plain(line.split()[3]))


def _plain(text: str) -> str:
    """A path as it is: tables of mounts write spaces and such as octal numbers."""
    for code in ("040", "011", "012", "134"):
        text = text.replace(f"\\{code}", chr(int(code, 8)))
    return text


def _lines(path: Path) -> list[str]:
    return path.read_text(errors="surrogateescape").splitlines()


def _processes() -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            yield int(entry.name)


if __name__ == "__main__":
    end_remains(Path(sys.argv[1]))
