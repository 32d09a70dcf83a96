"""What labrunner adds to a lab's own time. Promised: at most 1.05 × the lab's commands in a plain script.

    python benchmarks/lab.py [PAGE] [ROUNDS]

Both run in a fresh sandbox of the same kind, one after the other, the script first in every other round: a
script with just the commands, given to the same confined bash; and labrunner's engine with its session,
journal and plain display. Starting and stopping sandboxes is in neither.
"""

import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from labrunner.lab.load import load
from labrunner.plan.model import Plan
from labrunner.report.plain import PlainReport
from labrunner.run import engine, identity
from labrunner.run.journal import Journal
from labrunner.run.summary import Rules
from labrunner.run.surroundings import Surroundings
from labrunner.shell.model import Shell
from labrunner.shell.session import Session
from labrunner.shell.stop import Stop
from labrunner.target.sandbox import SandboxTarget

HERE = Path(__file__).parent.parent


def by_script(plan: Plan) -> float:
    """Seconds that the plan's commands take as a script."""
    commands = [command.text for step in plan.steps if not step.skip for command in step.commands]
    with SandboxTarget().prepare(plan, identity.new()) as place:
        began = time.perf_counter()
        done = subprocess.run(
            [*place.shell, "--noprofile", "--norc", "-c", "\n".join(["set -e", *commands])],
            env=dict(place.environment),
            cwd=place.directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        took = time.perf_counter() - began
    assert done.returncode == 0, done.stderr
    return took


def by_labrunner(plan: Plan) -> float:
    """Seconds that labrunner takes from the first event to the last."""
    run, stop = identity.new(), Stop()
    with (
        SandboxTarget().prepare(plan, run) as place,
        tempfile.TemporaryDirectory() as folder,
        contextlib.closing(Journal(Path(folder), run, lab=plan.name, target="sandbox")) as journal,
        Session(Shell(place.shell, place.environment, place.directory), stop=stop) as session,
    ):
        surroundings = Surroundings(
            run=run, place=place.summary, folders=place.folders, missing_programs=True
        )
        report = PlainReport(detail="normal", rules=Rules(), journal=journal.path)
        events = engine.run(plan, session, place.witness, stop=stop, surroundings=surroundings)
        began = time.perf_counter()
        for event in journal.recording(events):
            list(report.lines(event))
        took = time.perf_counter() - began
    assert event.verdict in ("passed", "drifted"), event
    return took


def main(page: Path, rounds: int) -> None:
    """Print both times and their ratio."""
    plan = load(page).plan()
    seconds: dict[str, list[float]] = {"script": [], "labrunner": []}
    ways = [("script", by_script), ("labrunner", by_labrunner)]
    for _ in range(rounds):
        for name, way in ways:
            seconds[name].append(way(plan))
        ways.reverse()
    ratios = [ours / script for ours, script in zip(seconds["labrunner"], seconds["script"], strict=True)]
    print(f"{page.name}: median of {rounds} rounds")
    for name, took in seconds.items():
        print(f"{name:10} {statistics.median(took):7.2f} s   ({min(took):.2f} to {max(took):.2f})")
    print(f"ratio      {statistics.median(ratios):7.3f}     ({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    words = sys.argv[1:]
    main(
        Path(words[0]) if words else HERE / "content" / "getting-started.md",
        int(words[1]) if len(words) > 1 else 5,
    )
