"""Run a plan and tell what happens: which steps run, which are skipped and why, and what it all comes to.

Nothing is printed or written here. A lab that fails is an ordinary end; exceptions are labrunner's own
failures. What one step does is left to `steps`.
"""

import time
from collections.abc import Callable, Generator, Iterator

from labrunner.events import Event, Notice, RunFinished, RunStarted, StepFinished, Verdict
from labrunner.plan.model import Plan, Step, Suite
from labrunner.run import rewriting, summary
from labrunner.run.judging import Found
from labrunner.run.redact import redact
from labrunner.run.steps import Runner, started
from labrunner.run.surroundings import Surroundings
from labrunner.run.witness import Witness
from labrunner.shell.session import Session
from labrunner.shell.stop import Stop


def run(
    plan: Plan,
    session: Session,
    witness: Witness,
    *,
    stop: Stop,
    surroundings: Surroundings,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Event]:
    """Run the plan's steps in order and yield what happens, while it happens.

    After a failed step only clean-up steps run. After one request to stop, too; after a second one, nothing.

    Args:
        plan: What to run.
        session: The shell to run it in; it is left open.
        witness: Asked about the place after each step.
        stop: Requests to stop, made from a signal handler or another thread; the session must share it.
        surroundings: What is settled before the first step.
        clock: Seconds that only go forward.

    Raises:
        ShellError: Bash could not be started again after the lab had ended it.
        LabError: A hook's script cannot be read.
    """
    runner = Runner(session, witness, stop=stop, surroundings=surroundings, clock=clock)
    return _Run(plan, runner, stop, surroundings, clock).events()


class _Run:
    def __init__(
        self, plan: Plan, runner: Runner, stop: Stop, surroundings: Surroundings, clock: Callable[[], float]
    ) -> None:
        self._plan = plan
        self._runner = runner
        self._stop = stop
        self._surroundings = surroundings
        self._clock = clock
        self._verdicts: list[Verdict] = []
        self._suites = Found()
        # Why ordinary steps are skipped from here on; empty while all is well.
        self._broken = ""

    def events(self) -> Iterator[Event]:
        began = self._clock()
        steps = list(self._plan.steps)
        yield RunStarted(self._surroundings.run, self._plan.name, self._surroundings.place, len(steps))
        yield from self._notices(steps)
        for suite in self._plan.suites:
            yield from self._suite(suite)
        yield RunFinished(
            verdict="failed" if self._suites.failures else summary.gravest(self._verdicts),
            interrupted=bool(self._stop.requested),
            duration=self._clock() - began,
            counts=summary.count(self._verdicts),
            reasons=tuple(self._suites.failures),
        )

    def _notices(self, steps: list[Step]) -> Iterator[Event]:
        commands = (command.text for step in steps if not step.skip for command in step.commands)
        for text in rewriting.announcements(commands, self._surroundings.rewrites):
            yield Notice(0, text)
        for text in self._surroundings.notices:
            yield Notice(0, redact(text))
        for warned in self._plan.warnings:
            problem = warned.problem
            yield Notice(0, f"{warned.page_name}:{problem.span.line}: {problem.message}")

    def _suite(self, suite: Suite) -> Generator[Event, None, None]:
        hook = suite.hook if not self._reason_to_skip_all() else None
        if hook:
            yield from self._runner.call_hook(hook, "before", self._suites)
            if self._suites.failures and not self._broken:
                self._broken = self._suites.failures[-1]
        for step in suite.steps:
            yield from self._step(step)
        if hook and self._stop.requested < 2:
            yield from self._runner.call_hook(hook, "after", self._suites)

    def _step(self, step: Step) -> Generator[Event, None, None]:
        reason = step.skip or self._reason_to_skip(step)
        if reason:
            yield started(step)
            yield StepFinished(step.number, "skipped", 0.0, (reason,), (), ())
            self._verdicts.append("skipped")
            return
        found = yield from self._runner.run(step)
        self._verdicts.append(found.verdict)
        if not self._broken:
            self._broken = self._breaks(step, found)

    def _reason_to_skip_all(self) -> str:
        return "the run was interrupted" if self._stop.requested else self._broken

    def _reason_to_skip(self, step: Step) -> str:
        if step.cleanup and self._stop.requested < 2:
            return ""
        return self._reason_to_skip_all()

    def _breaks(self, step: Step, found: Found) -> str:
        if found.failures:
            return f"step {step.number} failed ({step.place})"
        if not found.is_complete and not self._surroundings.go_on_unproven:
            return f"step {step.number} could not be rehearsed ({step.place})"
        return ""
