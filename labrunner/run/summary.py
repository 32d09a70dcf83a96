"""What a whole run comes to: verdicts counted, and the exit code that follows from them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from labrunner.events import RunFinished, Verdict

ORDER: tuple[Verdict, ...] = ("passed", "failed", "drifted", "not rehearsed", "skipped")
"""In which verdicts are counted and shown."""
_GRAVITY: tuple[Verdict, ...] = ("failed", "not rehearsed", "drifted", "passed")

PASSED, FAILED, INTERRUPTED = 0, 1, 130


@dataclass(frozen=True, slots=True)
class Rules:
    """What the user wants to count as a failure."""

    strict_output: bool = False
    """Output that differs from what the page promises fails the run."""
    allow_not_rehearsed: bool = False
    """Steps that this place cannot prove do not fail the run."""


def count(verdicts: Iterable[Verdict]) -> tuple[tuple[Verdict, int], ...]:
    """How often each verdict occurs, in a fixed order, zeros left out."""
    counted = Counter(verdicts)
    return tuple((verdict, counted[verdict]) for verdict in ORDER if counted[verdict])


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of a run with these steps; `skipped` when nothing ran."""
    seen = set(verdicts)
    return next((verdict for verdict in _GRAVITY if verdict in seen), "skipped")


def exit_code(finished: RunFinished, rules: Rules) -> int:
    """0 passed, 1 failed, 130 interrupted."""
    if finished.interrupted:
        return INTERRUPTED
    counted = dict(finished.counts)
    failed = (
        finished.verdict == "failed"
        or ("not rehearsed" in counted and not rules.allow_not_rehearsed)
        or ("drifted" in counted and rules.strict_output)
    )
    return FAILED if failed else PASSED
