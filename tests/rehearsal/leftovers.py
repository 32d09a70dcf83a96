"""What is on the machine that only a sandbox makes: to be compared before and after."""

import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from labrunner.sandbox import folder

SECONDS = 15.0
"""How long the kernel and init may take to end what lost its parent."""


@dataclass(frozen=True, slots=True)
class Traces:
    """Everything of one user's sandboxes that can be seen from outside."""

    folders: frozenset[str]
    processes: frozenset[int]
    mounts: frozenset[str]


NOTHING = Traces(frozenset(), frozenset(), frozenset())


def traces(base: Path) -> Traces:
    """Look now, at the sandboxes whose folders are below `base`."""
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    return Traces(
        folders=frozenset(path.name for path in base.glob("labrunner-*/sandbox-*")),
        processes=frozenset(_processes(base)),
        mounts=frozenset(line for line in mounts if str(base) in line),
    )


def settled(base: Path) -> Traces:
    """What is left once nothing is, or after waiting long enough."""
    deadline = time.monotonic() + SECONDS
    while (seen := traces(base)) != NOTHING and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen


def stopped(base: Path) -> frozenset[str]:
    """The folders of killed sandboxes, once neither processes nor mounts of them are left."""
    deadline = time.monotonic() + SECONDS
    while ((seen := traces(base)).processes or seen.mounts) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not seen.processes
    assert not seen.mounts
    return seen.folders


def _processes(base: Path) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), process.environ().get(folder.MARK, "")]
            if any(f"{base}/labrunner-" in word for word in words):
                found.append(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found
