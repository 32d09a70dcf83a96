"""What `labrunner check` costs. Promised: 1.0 s for 400 pages with 1,700 commands and 360 manifests;
0.2 s for one page.

    python benchmarks/check.py [ROUNDS]

Each round is a process of its own, cold but for the disk. shellcheck is left out: its time is its own.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from workshop import write

from labrunner.document import parse

PAGES, MANIFESTS = 400, 360


def seconds(folder: Path, *words: str) -> tuple[float, str]:
    """Return how long one check takes, and what it printed."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "labrunner", "check", "--ignore", "LAB414", "--format", "json", *words]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if ran.returncode == 2:
        sys.exit(ran.stderr)
    return time.perf_counter() - began, ran.stdout


def main(rounds: int) -> None:
    """Print the medians."""
    with TemporaryDirectory(prefix="labrunner-") as name:
        folder = Path(name)
        write(folder, pages=PAGES, manifests=MANIFESTS)
        pages = [parse(page.read_text(), page.name) for page in folder.glob("content/**/*.md")]
        commands = sum(len(block.commands) for page in pages for block in page.blocks)
        manifests = len(list(folder.glob("modules/**/*.yaml")))
        whole = [seconds(folder) for _ in range(rounds)]
        found = json.loads(whole[0][1])
        one = [seconds(folder, "content/part00/lab000.md")[0] for _ in range(rounds)]
        alone = folder / "alone"
        write(alone, pages=1, manifests=2)
        single = [seconds(alone, "content/part00/lab000.md")[0] for _ in range(rounds)]
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{found['pages']} pages, {commands} commands, {manifests} manifests: "
        f"{statistics.median(taken for taken, _ in whole):.2f} s, {memory:.0f} MiB at most, "
        f"{len(found['findings'])} findings; one page among 20: {statistics.median(one):.2f} s, "
        f"alone: {statistics.median(single):.2f} s"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
