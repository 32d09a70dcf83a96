"""`labrunner run`: run labs, show how it goes, and end with an exit code that says how it went."""

import errno
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from importlib import import_module

from labrunner.cli.interrupts import Interrupts
from labrunner.cli.parser import Arguments, Parser
from labrunner.cli.selection import configure_selection, selected_lab
from labrunner.cli.showing import Show, display, silence
from labrunner.cli.sweeping import sweep_dead_runs
from labrunner.events import Event, RunFinished
from labrunner.plan.model import Plan
from labrunner.report.plain import Detail
from labrunner.run import engine, identity
from labrunner.run.journal import Journal
from labrunner.run.summary import Rules, exit_code
from labrunner.run.surroundings import Surroundings
from labrunner.shell.model import Shell
from labrunner.shell.session import Session
from labrunner.shell.stop import Stop
from labrunner.target.base import Place, Target

TARGETS = {
    "sandbox": ("labrunner.target.sandbox", "SandboxTarget"),
    "shell": ("labrunner.target.shell", "ShellTarget"),
}

NOBODY_READS = (errno.EPIPE, errno.EIO)
"""What writing fails with once the pipe's reader has gone, or the terminal was closed."""

EPILOG = """\
exit code: 0 passed, 1 the lab failed, 2 labrunner could not do its work, 130 interrupted.
Ctrl-C once stops the running command and cleans up; twice ends at once.

examples:
  labrunner run content/getting-started.md           rehearse a page on the built-in sandbox
  labrunner run content --on shell                   run a folder's pages in a shell on this machine
  labrunner run content/getting-started.md -v        see everything that the commands print
  labrunner run content --strict-output > run.log    fail also when output is not what pages promise
"""


def configure(parser: Parser) -> None:
    """Add its options."""
    parser.add_argument(
        "--on",
        choices=tuple(TARGETS),
        default="sandbox",
        help="sandbox (default): a rehearsal cluster, nothing of yours is touched; "
        "shell: this machine, away from your clusters and accounts",
    )
    configure_selection(parser)
    parser.add_argument(
        "--strict-output", action="store_true", help="output that is not as promised fails the run"
    )
    parser.add_argument(
        "--allow-not-rehearsed",
        action="store_true",
        help="what the sandbox cannot prove does not fail the run",
    )
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("-v", "--verbose", action="store_true", help="show all that the commands print")
    shown.add_argument("-q", "--quiet", action="store_true", help="show only what went wrong, and the end")
    parser.epilog = EPILOG


def execute(arguments: Arguments) -> int:
    """Run the lab and return the exit code."""
    lab = selected_lab(arguments)
    plan = lab.plan(tabs=tuple(arguments.tab))
    rules = Rules(
        strict_output=arguments.strict_output or lab.settings.strict_output.value,
        allow_not_rehearsed=arguments.allow_not_rehearsed,
    )
    return _run(plan, _target(arguments.on), rules, _detail(arguments))


def _run(plan: Plan, target: Target, rules: Rules, detail: Detail) -> int:
    run, stop = identity.new(), Stop()
    with Interrupts(stop) as interrupts, ExitStack() as stack:
        told = [*sweep_dead_runs()]
        journal = _journal(plan, run, target.name, told)
        if journal:
            stack.enter_context(closing(journal))
        show = stack.enter_context(
            display(
                detail=detail,
                rules=rules,
                journal=journal.path if journal else None,
                preparing=f"preparing the {target.name}",
                stop=stop,
            )
        )
        place = stack.enter_context(target.prepare(plan, run))
        shell = Shell(place.shell, place.environment, place.directory)
        session = stack.enter_context(Session(shell, stop=stop))
        interrupts.meaning = "stop"
        events = engine.run(
            plan, session, place.witness, stop=stop, surroundings=_surroundings(run, place, told, rules)
        )
        finished = _watch(journal.recording(events) if journal else events, show, stop)
        interrupts.meaning = "tidying up"
    return exit_code(finished, rules)


def _watch(events: Iterable[Event], show: Show, stop: Stop) -> RunFinished:
    finished = None
    for event in events:
        if isinstance(event, RunFinished):
            finished = event
        try:
            show(event)
        except OSError as error:
            if error.errno not in NOBODY_READS:
                raise
            silence()
            if not stop.requested:
                stop.request()
    assert finished is not None
    return finished


def _surroundings(run: str, place: Place, told: Sequence[str], rules: Rules) -> Surroundings:
    return Surroundings(
        run=run,
        place=place.summary,
        rewrites=place.rewrites,
        folders=place.folders,
        missing_programs=place.missing_programs,
        go_on_unproven=rules.allow_not_rehearsed,
        notices=(*told, *place.notices),
    )


def _journal(plan: Plan, run: str, target: str, told: list[str]) -> Journal | None:
    try:
        return Journal(plan.workspace, run, lab=plan.name, target=target)
    except OSError as error:
        told.append(f"there is no journal: {error.filename}: {error.strerror}")
        return None


def _target(name: str) -> Target:
    module, kind = TARGETS[name]
    target: Target = getattr(import_module(module), kind)()
    return target


def _detail(arguments: Arguments) -> Detail:
    if arguments.quiet:
        return "quiet"
    return "all output" if arguments.verbose else "normal"
