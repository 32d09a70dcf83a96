"""What a dead run left on this machine: its processes, found by their mark, its folder by its lock."""

from collections.abc import Iterator

from labrunner.shell.sweep import sweep
from labrunner.target import scratch
from labrunner.target.base import RUN_VARIABLE


def sweep_dead_runs() -> Iterator[str]:
    """Remove it; yield a sentence for each dead run."""
    for run, folder in scratch.abandoned():
        ended = sweep(run, variable=RUN_VARIABLE)
        scratch.remove(folder)
        processes = f" and ended {len(ended)} process{'es' if len(ended) > 1 else ''}" if ended else ""
        yield f"run {run} was killed: removed its folder {folder}{processes}"
