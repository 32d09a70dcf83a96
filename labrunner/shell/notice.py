"""The sentences that tell people when a shell is not what it was. Pure."""

from labrunner.shell.climb import Stage
from labrunner.shell.memory import NUMBER
from labrunner.shell.state import State


def joined(*parts: str) -> str:
    """The parts that say something, as one sentence."""
    return "; ".join(filter(None, parts))


def stopped(stages: tuple[Stage, ...]) -> str:
    """How far one had to go to stop a command; empty when an interrupt was enough."""
    if "kill" in stages:
        return "it did not stop when interrupted or terminated and was killed"
    return "it did not stop when interrupted and was terminated" if "terminate" in stages else ""


def ended(*, forced: bool, other_shell: bool) -> str:
    """Why there is no shell any more."""
    if other_shell:
        return "the command put another shell in place of the lab's, where nobody types"
    return "the shell did not stop and was ended" if forced else "the command ended the shell"


def ended_meanwhile(*, cut_off: bool) -> str:
    """Why the next command cannot have the shell that was there after the last one."""
    if cut_off:
        return f"the lab closed descriptor {NUMBER}, through which its shell gets commands"
    return "the shell ended after the last command"


def successor(state: State | None, *, fresh: bool, jobs: tuple[str, ...], already: bool) -> str:
    """What the next shell knows, and what is gone.

    Args:
        state: What it will be given, if there is anything.
        fresh: Whether that is what the old one knew at its very end.
        jobs: The background jobs that it had.
        already: Whether it is there, for the command that this is told with.
    """
    has = "has its directory, variables, functions, aliases and options" if state else "starts afresh"
    as_of = "" if fresh or not state else ", as they were last saved"
    gone = f"; background jobs are gone: {', '.join(jobs)}" if jobs else ""
    return f"{'this command got' if already else 'the next command gets'} a new one that {has}{as_of}{gone}"
