"""How soon a sandbox is ready, how much memory it takes, how soon it is gone. Promised: 1.0 s and 120 MiB.

    python benchmarks/sandbox.py [RUNS]

The floor beside it is Python itself importing the libraries that the sandbox cannot do without. Memory is the
resident set of the sandbox's own process and, apart from it, of everything that it started.
"""

import statistics
import subprocess
import sys
import tempfile
import time

import psutil

from labrunner.target import sandbox

FLOOR = "import asyncio, ssl, json, aiohttp.web, cryptography.x509"


def measure(runs: int) -> None:
    """Print medians over `runs` sandboxes."""
    ready, own, others, gone, floor = [], [], [], [], []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", FLOOR], check=True)
        floor.append(time.perf_counter() - began)
        with tempfile.TemporaryFile() as said:
            began = time.perf_counter()
            process = sandbox.start({}, said)
            said_ready = sandbox.wait_until_ready(process, said)
            ready.append(time.perf_counter() - began)
            server = psutil.Process(said_ready.pid)
            own.append(server.memory_info().rss / 2**20)
            others.append(sum(p.memory_info().rss for p in server.children(recursive=True)) / 2**20)
            began = time.perf_counter()
            sandbox.stop(process)
            gone.append(time.perf_counter() - began)
    middle = statistics.median
    print(f"{'':28}median of {runs}")
    print(f"imports alone (the floor)   {middle(floor):7.2f} s")
    ratio = middle(ready) / middle(floor)
    print(f"sandbox ready               {middle(ready):7.2f} s   {ratio:.1f} × the floor")
    print(f"sandbox gone                {middle(gone):7.2f} s")
    print(f"resident, its own process   {middle(own):7.0f} MiB")
    print(f"resident, what it started   {middle(others):7.0f} MiB")


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
