"""How fast 1 GiB of output comes through labrunner's shell, and in how much memory.

    python benchmarks/flood.py [--mib 1024]

Beside it the same flood read from a raw pseudo-terminal by the shortest loop there is.
"""

import argparse
import os
import pty
import resource
import signal
import time
from pathlib import Path

from labrunner.shell import Session, Shell

ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/tmp", "TERM": "xterm"}
LINE = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopq"


def command(mib: int) -> str:
    """So many MiB in lines of 64 bytes."""
    return f"yes {LINE} | head -c {mib << 20}"


def raw(mib: int) -> tuple[int, float]:
    """Bytes and seconds."""
    started = time.perf_counter()
    child, master = pty.fork()
    if child == 0:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and `yes` would complain
        os.execve("/bin/bash", ("/bin/bash", "-c", command(mib)), ENVIRONMENT)
    total = 0
    try:
        while data := os.read(master, 65536):
            total += len(data)
    except OSError:  # the end of a terminal
        pass
    os.waitpid(child, 0)
    os.close(master)
    return total, time.perf_counter() - started


def through_session(mib: int) -> tuple[int, float]:
    """Bytes and seconds."""
    with Session(Shell(("/bin/bash",), ENVIRONMENT, Path("/tmp"))) as session:
        started = time.perf_counter()
        execution = session.run(command(mib), timeout=3600)
        total = sum(map(len, execution))
        assert execution.completed.exit_status == 0
        return total, time.perf_counter() - started


def peak() -> float:
    """Most memory that this process has held so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--mib", type=int, default=1024)
    mib = parser.parse_args().mib
    through_session(1)
    before = peak()
    total, seconds = through_session(mib)
    grown = peak() - before
    floor_total, floor_seconds = raw(mib)
    assert total == floor_total, (total, floor_total)
    for name, took in (("labrunner", seconds), ("raw pty", floor_seconds)):
        print(f"{name:10} {total >> 20:6} MiB in {took:6.2f} s  {(total >> 20) / took:6.0f} MiB/s")
    print(f"ratio {seconds / floor_seconds:.2f}; memory grew by {grown:.1f} MiB, to {peak():.0f} MiB")


if __name__ == "__main__":
    main()
