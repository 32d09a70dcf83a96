"""Words that all displays of a run share, so that one thing has one name."""

import os
import re
from pathlib import Path

from labrunner.events import CommandStarted, RunFinished, StepStarted, Verdict
from labrunner.run.summary import Rules, exit_code

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Text that cannot move a terminal's cursor, ring it, or turn what is read around."""
    return text if text.isprintable() else _CONTROL.sub("", text.expandtabs(8))


def duration(seconds: float) -> str:
    """How long something took, in few words: `0.04 s`, `1.4 s`, `12 s`, `2 min 05 s`, `1 h 02 min`."""
    if seconds < 0.995:
        return f"{seconds:.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def clock(seconds: float) -> str:
    """A clock's reading: `0:07`, `12:34`, `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def heading(step: StepStarted) -> str:
    """What to call a step: the heading it stands under, else its place."""
    return clean(step.headings[-1]) if step.headings else step.place


def typed(command: CommandStarted) -> list[str]:
    """A command's lines behind prompts, as people type it."""
    first, *others = command.text.split("\n")
    return [f"$ {clean(first)}", *(f"  {clean(line)}" for line in others)]


def plural(count: int, noun: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def counted(finished: RunFinished) -> str:
    """`3 passed, 1 failed, 2 skipped`."""
    return ", ".join(f"{count} {verdict}" for verdict, count in finished.counts) or "nothing to run"


def conclusion(finished: RunFinished, rules: Rules) -> tuple[Verdict, str]:
    """How the run ended: the verdict to show it as, and a few words."""
    if finished.interrupted:
        return "failed", "interrupted"
    if finished.verdict == "failed":
        return "failed", "failed"
    failed = exit_code(finished, rules) != 0
    if failed and finished.verdict == "not rehearsed":
        return "not rehearsed", "not rehearsed"
    if failed:
        return "failed", "failed: output is not what the pages promise"
    words = "passed" if finished.verdict != "skipped" else "nothing was run"
    extra = {"drifted": ", with drift", "not rehearsed": ", with steps that were not rehearsed"}
    return finished.verdict, words + extra.get(finished.verdict, "")


def hint(finished: RunFinished, rules: Rules) -> str:
    """What there is to know about this end; empty for most."""
    if not dict(finished.counts).get("not rehearsed") or rules.allow_not_rehearsed:
        return ""
    return "what this place cannot prove fails a run; --allow-not-rehearsed accepts it"


def from_here(path: Path) -> str:
    """A path as short as possible, seen from the working directory."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(str(path)) else str(path)
