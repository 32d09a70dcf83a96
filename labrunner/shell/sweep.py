"""Find and end what an earlier shell left behind, when labrunner itself had no chance to."""

import os
import signal
import time

from labrunner.shell import processes

MARKER = "LABRUNNER_SHELL"
"""The one environment variable that a lab sees because of us. Its value names the session, and every process
started in it inherits it, so a later run can tell strays from strangers."""


def sweep(marker: str, *, variable: str = MARKER, grace: float = 0.5) -> tuple[str, ...]:
    """End every process that carries `marker` in its environment.

    Args:
        marker: `Session.marker` of a session whose owner is gone, or the value of another `variable`.
        variable: Under which name they carry it.
        grace: Seconds between asking and killing.

    Returns:
        The command lines of what was found, for a sentence to the user; empty when nothing was left.
    """
    found = processes.with_environment(f"{variable}={marker}")
    names = tuple(processes.command_line(pid) for pid in found)
    for number in (signal.SIGTERM, signal.SIGKILL):
        left = [pid for pid in processes.with_environment(f"{variable}={marker}") if pid != os.getpid()]
        if not left:
            break
        for pid in left:
            processes.send(pid, signal.SIGHUP if number == signal.SIGTERM else number)
            processes.send(pid, number)
        processes.await_end(left, deadline=time.monotonic() + grace)
    return names
