"""What one block costs through labrunner's shell, beside the least that a terminal allows, and byexample.

    python benchmarks/blocks.py [--byexample PATH]

Contenders take turns within each round, so that a busy machine hits them alike; medians and ratios are of
this one run. byexample is not a dependency: `python -m venv X && X/bin/pip install byexample`, then
`--byexample X/bin/byexample`.
"""

import argparse
import os
import pty
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pexpect

from labrunner.shell import Session, Shell

BLOCKS = 500
ROUNDS = 7
BASH = ("/bin/bash", "--noediting", "--noprofile", "--norc")
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/tmp", "TERM": "xterm", "PS1": "\x1eready\x1e"}

Block = Callable[[int], None]


@contextmanager
def raw_pty() -> Iterator[Block]:
    """The floor: type a line, read until the prompt is back; nothing is checked."""
    child, master = pty.fork()
    if child == 0:
        os.execve(BASH[0], BASH, ENVIRONMENT)

    def until_prompt() -> None:
        seen = b""
        while not seen.endswith(b"\x1eready\x1e"):
            seen += os.read(master, 65536)

    def block(number: int) -> None:
        os.write(master, b"echo %d\n" % number)
        until_prompt()

    until_prompt()
    yield block
    os.close(master)
    os.waitpid(child, 0)


@contextmanager
def plain_pexpect() -> Iterator[Block]:
    """pexpect as one would use it with both of its delays off: typed lines, a searched prompt."""
    bash = pexpect.spawn(BASH[0], list(BASH[1:]), env=ENVIRONMENT, echo=False)
    bash.delaybeforesend = bash.delayafterread = None
    bash.expect_exact("\x1eready\x1e")

    def block(number: int) -> None:
        bash.sendline(f"echo {number}")
        bash.expect_exact("\x1eready\x1e")

    yield block
    bash.close(force=True)


@contextmanager
def session() -> Iterator[Block]:
    """labrunner: sourced from memory, with exit status, limits, state and jobs looked after."""
    with Session(Shell(("/bin/bash",), ENVIRONMENT, Path("/tmp"))) as shell:

        def block(number: int) -> None:
            execution = shell.run(f"echo {number}", timeout=10)
            output = b"".join(execution)
            assert output == b"%d\r\n" % number, output
            assert execution.completed.exit_status == 0

        yield block


def milliseconds_per_block(contender: Callable[[], AbstractContextManager[Block]]) -> float:
    """Median of the blocks of one fresh shell, start and end not counted."""
    with contender() as block:
        times = []
        for number in range(BLOCKS):
            started = time.perf_counter()
            block(number)
            times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def byexample(program: str, folder: Path) -> float:
    """The cost of one more command: a document of many less a document of one, whole processes."""

    def seconds(blocks: int) -> float:
        page = folder / f"{blocks}.md"
        page.write_text("".join(f"```shell\n$ echo {n}\n{n}\n```\n\n" for n in range(blocks)))
        started = time.perf_counter()
        done = subprocess.run([program, "-l", "shell", page], capture_output=True, text=True, check=True)
        took = time.perf_counter() - started
        assert re.search(rf"{blocks}/{blocks} test ran", done.stdout), done.stdout
        return took

    return (seconds(BLOCKS) - seconds(1)) / (BLOCKS - 1) * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--byexample", metavar="PATH", help="its program, to measure it as well")
    peer = parser.parse_args().byexample
    contenders: dict[str, Callable[[], float]] = {
        "raw pty (floor)": lambda: milliseconds_per_block(raw_pty),
        "pexpect, delays off": lambda: milliseconds_per_block(plain_pexpect),
        "labrunner": lambda: milliseconds_per_block(session),
    }
    with tempfile.TemporaryDirectory() as folder:
        if peer:
            contenders["byexample"] = lambda: byexample(peer, Path(folder))
        seen: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(ROUNDS):
            for name, measure in contenders.items():
                seen[name].append(measure())
    floor = statistics.median(seen["raw pty (floor)"])
    print(f"{BLOCKS} one-line blocks, median of {ROUNDS} rounds (lowest to highest)")
    for name, values in seen.items():
        middle, low, high = statistics.median(values), min(values), max(values)
        print(f"{name:20} {middle:7.3f} ms  ({low:.3f} to {high:.3f})  {middle / floor:5.1f} x floor")
    if not peer:
        print("byexample            not measured: see --byexample")


if __name__ == "__main__":
    main()
