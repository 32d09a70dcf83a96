"""What a step comes to: pure, from what its commands did.

| a command | the step |
|---|---|
| ended with 0 | goes on |
| ended with another status | fails; with `expectError=true` it goes on, and then must have such a command |
| was stopped at the limit or by the user | fails, `expectError` or not |
| needed a program that this rehearsal stage lacks | is not rehearsed, `expectError` or not |
| printed something else than promised | has drifted |
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from labrunner.document.model import Command
from labrunner.events import Phase, Verdict
from labrunner.expect.compare import compare
from labrunner.expect.model import Drift
from labrunner.plan.durations import as_written
from labrunner.plan.model import Hook
from labrunner.run import failure
from labrunner.run.failure import Failure
from labrunner.run.missing import missing_programs
from labrunner.run.redact import Redactor, redact


@dataclass(slots=True)
class Found:
    """Collects what is known of a step while it runs."""

    failures: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)
    drifts: list[str] = field(default_factory=list)
    remedies: list[str] = field(default_factory=list)
    general_remedies: list[str] = field(default_factory=list)
    """For when neither the output nor the place tells the cause."""
    is_complete: bool = True
    """False once something did not do what the rest of the step, and of the lab, needs."""

    @property
    def verdict(self) -> Verdict:
        """The gravest thing found."""
        if self.failures:
            return "failed"
        if self.unproven:
            return "not rehearsed"
        return "drifted" if self.drifts else "passed"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Everything found, gravest first, each once."""
        return tuple(dict.fromkeys((*self.failures, *self.unproven, *self.drifts)))

    def fail(self, reason: str, remedies: Sequence[str] = ()) -> None:
        """Something went wrong that the rest needs."""
        self.failures.append(redact(reason))  # it may name a process with its arguments
        self.remedies += remedies
        self.is_complete = False


def judge(end: Failure, found: Found, *, expect_error: bool, stage_may_lack: bool) -> None:
    """Add what one command's end means.

    Args:
        end: The command and how it ended, well or not.
        found: What is known of the step so far.
        expect_error: Whether a failing command is accepted.
        stage_may_lack: Whether missing programs are the place's and not the lab's.
    """
    stopped = end.completed.outcome in ("timed_out", "interrupted")
    missing = missing_programs(end.output) if stage_may_lack and not stopped else ()
    if missing:
        # Also when the command ended well: `helm list | head` does, without helm.
        found.unproven += [f"{program} is not installed here" for program in missing]
        found.remedies += [f"install {program}, or check how it is spelt" for program in missing]
        found.is_complete = found.is_complete and not end.completed.exit_status
    elif stopped or (end.completed.exit_status and not expect_error):
        found.fail(failure.reason(end), failure.remedies(end))
        found.general_remedies += failure.general_remedies(end)


def judge_hook(hook: Hook, phase: Phase, end: Failure, found: Found) -> None:
    """Add what the end of a hook's call means."""
    if end.completed.outcome == "prompted" and not end.completed.exit_status:
        return
    what = f"hook {hook.name} {phase}"
    if end.completed.outcome == "timed_out":
        waited = f" while waiting for {end.completed.waited_for}" if end.completed.waited_for else ""
        found.fail(f"{what} took longer than {as_written(hook.timeout)}{waited}")
    elif end.completed.outcome == "interrupted":
        found.fail(f"{what} was interrupted")
    else:
        found.fail(f"{what} ended with exit status {end.completed.exit_status}", (f"see {hook.script}",))


def drift_of(command: Command, end: Failure, *, expect_error: bool) -> Drift | None:
    """How the output differs from the promised one, for a command that did its work."""
    stopped = end.completed.outcome in ("timed_out", "interrupted")
    if not command.output or stopped or (end.completed.exit_status and not expect_error):
        return None
    # Real output is masked, so what is promised has to be too, line by line.
    redactor = Redactor()
    promised = [replace(line, text=redactor.feed(line.text + "\n").rstrip("\n")) for line in command.output]
    rest = redactor.finish()
    if rest:
        promised[-1] = replace(promised[-1], text=promised[-1].text + rest.rstrip("\n"))
    return compare(promised, end.output)
