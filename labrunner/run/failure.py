"""What went wrong in a step, in sentences: why it failed, and what its author can do next."""

import re
import signal
from collections.abc import Callable
from dataclasses import dataclass

from labrunner.plan.durations import as_written
from labrunner.run.missing import missing_programs
from labrunner.shell.model import Completed


@dataclass(frozen=True, slots=True)
class Failure:
    """A command that did not do what a reader needs."""

    command: str
    """As the page has it, masked."""
    completed: Completed
    output: str
    """What it printed, masked; long output without its middle."""
    limit: float
    """Seconds that its block may take."""
    cleanup: bool = False
    """Whether it belongs to a clean-up step."""


def reason(failure: Failure) -> str:
    """Why the step failed, as one sentence."""
    completed = failure.completed
    if completed.outcome == "interrupted":
        return "it was interrupted"
    if completed.outcome == "timed_out":
        waited = f" while waiting for {completed.waited_for}" if completed.waited_for else ""
        return f"it took longer than the block's limit of {as_written(failure.limit)}{waited}"
    name = f"`{first_line(failure.command)}`"
    if completed.exit_status > 128 and (ended_by := _signal(completed.exit_status - 128)):
        return f"{name} was ended by {ended_by} (exit status {completed.exit_status})"
    return f"{name} ended with exit status {completed.exit_status}"


def remedies(failure: Failure) -> tuple[str, ...]:
    """What to do about a cause that shows, the most likely first; empty when none does."""
    return _advice(_TELLING, failure)


def general_remedies(failure: Failure) -> tuple[str, ...]:
    """What to do when nothing tells the cause."""
    return _advice(_GENERAL, failure)


def first_line(command: str) -> str:
    """A command short enough for a sentence."""
    line, _, rest = command.partition("\n")
    line = line if len(line) <= 60 else line[:59] + "…"
    return f"{line} …" if rest and not line.endswith("…") else line


def _signal(number: int) -> str:
    try:
        return f"signal {signal.Signals(number).name}"
    except ValueError:
        return ""


def _takes_input(failure: Failure) -> str:
    waited = failure.completed.waited_for or ""
    if failure.completed.outcome == "timed_out" and "terminal" in waited:
        return "it waits for input, which nobody gives in a run: pass it as an option or through a pipe"
    return ""


def _is_slow(failure: Failure) -> str:
    if failure.completed.outcome == "timed_out" and not _takes_input(failure):
        longer = max(60, round(failure.limit * 2 / 60) * 60)
        return f"if it is only slow, give the block more time: ```bash timeout={longer}"
    return ""


def _is_missing(failure: Failure) -> str:
    programs = missing_programs(failure.output)
    if failure.completed.exit_status != 127 or not programs:
        return ""
    return f"install {programs[0]}, or check how it is spelt"


_NO_CLUSTER = re.compile(r"connection to the server localhost:8080 was refused|dial tcp \S*:8080: connect")


def _has_no_cluster(failure: Failure) -> str:
    if _NO_CLUSTER.search(failure.output):
        return "a plain shell has no cluster: run the lab with --on sandbox"
    return ""


_NO_CREDENTIALS = re.compile(r"Unable to locate credentials|NoCredentialsError")


def _has_no_credentials(failure: Failure) -> str:
    if _NO_CREDENTIALS.search(failure.output):
        return "a plain shell has no AWS credentials: run the lab with --on sandbox"
    return ""


def _is_gone_already(failure: Failure) -> str:
    if failure.cleanup and failure.completed.outcome == "prompted":
        how = "kubectl delete --ignore-not-found" if "kubectl" in failure.command else "rm -f, or … || true"
        return f"if it fails because there is nothing to clean up, let that be no failure: {how}"
    return ""


def _may_be_meant(failure: Failure) -> str:
    if failure.completed.outcome == "prompted" and not failure.cleanup:
        return "if readers are meant to see this fail, mark the block: ```bash expectError=true"
    return ""


_Rules = tuple[Callable[[Failure], str], ...]

_TELLING: _Rules = (_is_missing, _has_no_cluster, _has_no_credentials, _takes_input, _is_slow)
_GENERAL: _Rules = (_is_gone_already, _may_be_meant)


def _advice(rules: _Rules, failure: Failure) -> tuple[str, ...]:
    return tuple(advice for rule in rules if (advice := rule(failure)))
