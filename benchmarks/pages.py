"""What `labrunner run --on shell` takes as a whole process: a page of one block, and one of 500.

    python benchmarks/pages.py [--rounds 15] [--byexample PATH]

Promised: 250 ms and 1 s. Beside it the same commands as a script for a new bash, and byexample if its program
is named (how to install it: `blocks.py`). Contenders take turns within each round; medians are of this run.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

MANY = 500


def page(folder: Path, blocks: int) -> Path:
    """A page whose blocks each promise one line."""
    path = folder / f"{blocks}.md"
    path.write_text("# Page\n\n" + "".join(f"```bash\n$ echo {n}\n{n}\n```\n\n" for n in range(blocks)))
    return path


def script(folder: Path, blocks: int) -> Path:
    """Its commands alone."""
    path = folder / f"{blocks}.sh"
    path.write_text("".join(f"echo {n}\n" for n in range(blocks)))
    return path


def seconds(command: Sequence[str | Path], folder: Path) -> float:
    """Wall time of one successful run of it."""
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--byexample", metavar="PATH", help="its program, to measure it as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contenders: dict[str, dict[int, Sequence[str | Path]]] = {
            "labrunner": {
                n: (sys.executable, "-m", "labrunner", "run", "--on", "shell", page(folder, n))
                for n in (1, MANY)
            },
            "bash script": {n: ("/bin/bash", script(folder, n)) for n in (1, MANY)},
        }
        if options.byexample:
            # Its blocks are called shell; ours stay as they are.
            for n in (1, MANY):
                text = (folder / f"{n}.md").read_text().replace("```bash", "```shell")
                (folder / f"{n}-shell.md").write_text(text)
            contenders["byexample"] = {
                n: (options.byexample, "-l", "shell", folder / f"{n}-shell.md") for n in (1, MANY)
            }
        seen: dict[tuple[str, int], list[float]] = {}
        for _ in range(options.rounds):
            for contender, commands in contenders.items():
                for blocks, command in commands.items():
                    seen.setdefault((contender, blocks), []).append(seconds(command, folder))
    print(f"whole processes, median of {options.rounds} rounds (lowest to highest), in ms")
    for (contender, blocks), values in seen.items():
        low, middle, high = (f(values) * 1000 for f in (min, statistics.median, max))
        print(f"{contender:12} {blocks:4} blocks {middle:7.0f}  ({low:.0f} to {high:.0f})")


if __name__ == "__main__":
    main()
