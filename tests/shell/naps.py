"""Sleeps that are this test process's own, however many test runs share the machine."""

import os
import re
import subprocess


def naps(command: str) -> str:
    """Make every `sleep N` in a command one that `sleeping` tells from everybody else's."""
    return re.sub(r"\bsleep (\d\d+)\b", rf"sleep \1.{os.getpid()}", command)


def sleeping(number: int) -> bool:
    """Whether a `sleep number` of ours is still there."""
    pattern = rf"sleep {number}\.{os.getpid()}$"
    return subprocess.run(["pgrep", "-f", pattern], capture_output=True, check=False).returncode == 0
