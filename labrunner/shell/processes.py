"""What /proc tells about processes. Reading only, but for `send`, which may come too late without harm."""

import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass

_POLL = 0.01
"""Seconds between two looks at processes that cannot be waited for, as they are not our children."""


@dataclass(frozen=True, slots=True)
class Process:
    """One line of the process table."""

    pid: int
    parent: int
    group: int
    started: int
    """Clock ticks since boot, usually hundredths of a second; with `pid` it names a process for good."""
    state: str
    """One letter, as ps shows it: R, S, D, T, Z."""


def look(pid: int) -> Process | None:
    """The process, or `None` when there is no such process any more."""
    try:
        stat = content(f"/proc/{pid}/stat")
    except OSError:
        return None
    # The name in parentheses may itself hold blanks and parentheses.
    fields = stat[stat.rindex(b")") + 2 :].split()
    return Process(pid, int(fields[1]), int(fields[2]), int(fields[19]), fields[0].decode())


def table() -> dict[int, Process]:
    """Every process that can be seen, by pid."""
    seen = (look(int(name)) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208
    return {process.pid: process for process in seen if process is not None}


def descendants(root: int, *, among: dict[int, Process] | None = None) -> list[Process]:
    """Living processes below `root`, parents before children."""
    everything = table() if among is None else among
    below: dict[int, list[Process]] = {}
    for process in everything.values():
        below.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    ahead = [root]
    while ahead:
        for process in below.get(ahead.pop(), ()):
            ahead.append(process.pid)
            if process.state != "Z":
                found.append(process)
    return found


def children(pid: int) -> tuple[int, ...]:
    """Pids of its direct children, dead ones not yet waited for included; cheap."""
    try:
        return tuple(map(int, content(f"/proc/{pid}/task/{pid}/children").split()))
    except OSError:
        return ()


def threads(pid: int) -> tuple[int, ...]:
    """Its threads' ids, the first one's is its pid; empty when it is gone."""
    return _numbers(f"/proc/{pid}/task")


def descriptors(pid: int) -> tuple[int, ...]:
    """What it has open; empty when it is gone, or somebody else's."""
    return _numbers(f"/proc/{pid}/fd")


def command_line(pid: int) -> str:
    """Its arguments joined by blanks, or the name in brackets when it has none; empty when it is gone."""
    with contextlib.suppress(OSError):
        arguments = content(f"/proc/{pid}/cmdline").rstrip(b"\0").replace(b"\0", b" ")
        if arguments:
            return arguments.decode(errors="replace")
        return f"[{content(f'/proc/{pid}/comm').strip().decode(errors='replace')}]"
    return ""


def with_environment(entry: str) -> list[int]:
    """Pids of living processes whose environment, as they were started, holds `entry` (`NAME=value`)."""
    wanted = b"\0" + entry.encode() + b"\0"
    found = []
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdigit():
            # Other users' processes are none of ours.
            with contextlib.suppress(OSError):
                if wanted in b"\0" + content(f"/proc/{name}/environ") + b"\0":
                    found.append(int(name))
    return found


def send(pid: int, number: int) -> None:
    """Send a signal, unless the process is gone or belongs to someone else."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def await_end(pids: Iterable[int], *, deadline: float) -> list[int]:
    """Wait until all are gone or dead; give those that still live at `deadline` (of `time.monotonic`)."""
    left = list(pids)
    while left := [pid for pid in left if (process := look(pid)) is not None and process.state != "Z"]:
        if time.monotonic() >= deadline:
            break
        time.sleep(_POLL)
    return left


def _numbers(folder: str) -> tuple[int, ...]:
    try:
        return tuple(sorted(map(int, os.listdir(folder))))  # noqa: PTH208
    except OSError:
        return ()


def content(path: str) -> bytes:
    """All of a file under /proc.

    Raises:
        OSError: The process is gone, or somebody else's.
    """
    # Unbuffered on purpose: this is called once a command, and `open` costs four times as much.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        found = b""
        # A read gives as many whole lines as fit a page, however much is asked for.
        while more := os.read(descriptor, 65536):
            found += more
        return found
    finally:
        os.close(descriptor)
