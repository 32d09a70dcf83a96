"""Whether this machine can run the sandbox, and if not, the one sentence that says why and what else to do.

What is asked is the thing itself, a process in new namespaces: settings that forbid it have different
names on every distribution.
"""

import platform
import subprocess
from dataclasses import dataclass

from labrunner.sandbox import programs

ALTERNATIVES = "run the lab with --on shell, or in a virtual machine or CI runner that allows user namespaces"
NOTHING = ("/bin/sh", "-c", ":")
"""Does nothing, wherever the search path leads."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there can be no sandbox here."""

    fact: str
    remedy: str


def refusal() -> Refusal | None:
    """Why the sandbox cannot run on this machine, or `None` when it can."""
    if platform.system() != "Linux":
        return Refusal(
            f"the sandbox's pods are Linux processes, and this is {platform.system()}",
            "use a Linux machine, container or virtual machine (WSL 2 on Windows), or --on shell",
        )
    for program in programs.PROGRAMS:
        if program.needed and programs.locate(program) is None:
            return Refusal(f"{program.name} is not installed, which the sandbox needs", program.remedy)
    return _namespaces()


def _namespaces() -> Refusal | None:
    bwrap = programs.find("bwrap")
    words = [str(bwrap), "--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc"]
    done = subprocess.run([*words, *NOTHING], capture_output=True, text=True)
    if done.returncode == 0:
        return None
    said = done.stderr.strip().splitlines()
    return Refusal(
        "this machine does not allow user namespaces"
        + (f" ({said[-1].removeprefix('bwrap: ')})" if said else ""),
        ALTERNATIVES,
    )
