"""One step: its hook, its commands, the pause after them, in this order, in the lab's shell.

What that means for its verdict is told by `judging`; which steps run at all is left to `engine`.
"""

from collections.abc import Callable, Generator
from dataclasses import replace

from labrunner.document.model import Command
from labrunner.events import (
    CommandFinished,
    CommandStarted,
    Event,
    HookFinished,
    HookStarted,
    Notice,
    Phase,
    StepFinished,
    StepStarted,
    Waiting,
)
from labrunner.plan.model import Hook, Step
from labrunner.run import hooks
from labrunner.run.failure import Failure
from labrunner.run.judging import Found, drift_of, judge, judge_hook
from labrunner.run.kept import Kept
from labrunner.run.pausing import pausing
from labrunner.run.redact import redact
from labrunner.run.rewriting import rewrite
from labrunner.run.streaming import stream
from labrunner.run.surroundings import Surroundings
from labrunner.run.witness import Witness
from labrunner.shell.session import Session
from labrunner.shell.stop import Stop

SHORTEST = 0.001
"""Seconds for a command whose block has used up its limit: it is stopped, and told of, as any other."""


def started(step: Step) -> StepStarted:
    """The event with which every step begins, skipped ones too."""
    return StepStarted(
        step=step.number,
        place=step.place,
        headings=step.block.headings,
        timeout=step.timeout,
        commands=len(step.commands),
        cleanup=step.cleanup,
    )


class Runner:
    """Runs steps, one after the other, in one shell."""

    def __init__(
        self,
        session: Session,
        witness: Witness,
        *,
        stop: Stop,
        surroundings: Surroundings,
        clock: Callable[[], float],
    ) -> None:
        self._session = session
        self._witness = witness
        self._stop = stop
        self._surroundings = surroundings
        self._clock = clock
        # Requests to stop that were made before the step: they are not about its commands.
        self._seen = 0

    def run(self, step: Step) -> Generator[Event, None, Found]:
        """Run a step; yield what happens, return what it comes to."""
        began, self._seen = self._clock(), self._stop.requested
        yield started(step)
        found = Found()
        yield from self._in_order(step, found)
        found.unproven += map(redact, self._witness.unproven())
        diagnosis = tuple(map(redact, self._witness.diagnose())) if found.failures else ()
        told = diagnosis or found.unproven
        remedies = found.remedies or ([] if told else found.general_remedies)
        yield StepFinished(
            step=step.number,
            verdict=found.verdict,
            duration=self._clock() - began,
            reasons=found.reasons,
            remedies=tuple(dict.fromkeys(remedies)),
            diagnosis=diagnosis,
        )
        return found

    def call_hook(
        self, hook: Hook, phase: Phase, found: Found, *, step: int = 0, output: str | None = None
    ) -> Generator[Event, None, None]:
        """Call a hook's script; a suite's belongs to step 0."""
        if step == 0:
            self._seen = self._stop.requested
        text = hooks.command(hook, phase, folders=self._surroundings.folders, output=output)
        yield HookStarted(step, hook.name, phase, hook.timeout)
        kept = Kept()
        done = yield from stream(
            self._session,
            text,
            step=step,
            command=0,
            timeout=hook.timeout,
            kept=kept,
            is_unwanted=self._is_unwanted,
        )
        yield HookFinished(step, hook.name, phase, done.exit_status, done.outcome, done.duration)
        judge_hook(hook, phase, Failure(hook.script.name, done, kept.text, hook.timeout), found)

    def _in_order(self, step: Step, found: Found) -> Generator[Event, None, None]:
        output = Kept(head=0, tail=hooks.OUTPUT_LIMIT) if step.hook else None
        if step.hook:
            yield from self.call_hook(step.hook, "before", found, step=step.number)
        if found.is_complete:
            yield from self._commands(step, found, output)
        if found.is_complete and step.wait:
            yield from self._wait(step, found)
        if found.is_complete and step.hook and output:
            yield from self.call_hook(step.hook, "after", found, step=step.number, output=output.text)

    def _commands(self, step: Step, found: Found, output: Kept | None) -> Generator[Event, None, None]:
        deadline = self._clock() + step.timeout
        nothing_failed = True
        for number, command in enumerate(step.commands, start=1):
            if self._is_unwanted():
                return found.fail("it was interrupted")
            left = max(deadline - self._clock(), SHORTEST)
            end = yield from self._command(step, number, command, found, timeout=left, output=output)
            nothing_failed = nothing_failed and not end.completed.exit_status
            # What one clean-up command could not remove must not keep the next from removing the rest.
            goes_on = step.cleanup and end.completed.outcome in ("prompted", "exited")
            if not found.is_complete and not goes_on:
                return
        if step.expect_error and nothing_failed:
            found.drifts.append("expectError=true, but nothing failed")

    def _command(
        self, step: Step, number: int, command: Command, found: Found, *, timeout: float, output: Kept | None
    ) -> Generator[Event, None, Failure]:
        shown, kept = redact(command.text), Kept()
        yield CommandStarted(step.number, number, f"{step.page_name}:{command.lines[0].number}", shown)
        done = yield from stream(
            self._session,
            rewrite(command.text, self._surroundings.rewrites),
            step=step.number,
            command=number,
            timeout=timeout,
            kept=kept,
            unmasked=output,
            is_unwanted=self._is_unwanted,
        )
        done = replace(done, waited_for=redact(done.waited_for)) if done.waited_for else done
        end = Failure(shown, done, kept.text, step.timeout, step.cleanup)
        yield from self._finished(step, number, command, end, found)
        return end

    def _finished(
        self, step: Step, number: int, command: Command, end: Failure, found: Found
    ) -> Generator[Event, None, None]:
        done = end.completed
        drift = drift_of(command, end, expect_error=step.expect_error)
        yield CommandFinished(
            step=step.number,
            command=number,
            exit_status=done.exit_status,
            outcome=done.outcome,
            duration=done.duration,
            drift=drift,
            waited_for=done.waited_for or "",
        )
        if done.notice:
            yield Notice(step.number, redact(done.notice))
        if drift:
            found.drifts.append(drift.summary)
        judge(
            end,
            found,
            expect_error=step.expect_error,
            stage_may_lack=self._surroundings.missing_programs,
        )

    def _is_unwanted(self) -> bool:
        return self._stop.requested > self._seen

    def _wait(self, step: Step, found: Found) -> Generator[Event, None, None]:
        yield Waiting(step.number, step.wait)
        self._witness.settle(step.wait, pausing(self._session, self._stop, seen=self._seen))
        if self._is_unwanted():
            found.fail("it was interrupted")
