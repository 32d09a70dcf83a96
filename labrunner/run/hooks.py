"""How a hook's script is called: as a command of the lab's own shell, in a process of its own.

So it meets what the lab's commands meet, confinement, directory and exported variables, and can change none
of it. What follows from its exit status is left to the engine.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path

from labrunner.errors import LabError
from labrunner.events import Phase
from labrunner.plan.model import Hook

OUTPUT_VARIABLE = "TEST_OUTPUT"
OUTPUT_LIMIT = 100 * 1024
"""Bytes of a block's output that its hook gets: the kernel refuses a variable of 128 KiB."""

Folders = Sequence[tuple[Path, str]]
"""Folders of this machine and where the lab's shell sees them."""


def command(hook: Hook, phase: Phase, *, folders: Folders, output: str | None = None) -> str:
    """Return what the shell has to run.

    Args:
        hook: Whose script.
        phase: Its one argument.
        folders: What the shell can see. A script outside all of them is handed over as text.
        output: The block's output, for `after`.

    Raises:
        LabError: The script cannot be read.
    """
    variable = "" if output is None else f"{OUTPUT_VARIABLE}={shlex.quote(_last_part(output))} "
    seen = _seen_as(hook.script, folders)
    script = (
        shlex.quote(seen) if seen else f"-c {shlex.quote(_text(hook.script))} {shlex.quote(str(hook.script))}"
    )
    # $BASH: a lab may have changed PATH, or defined a function of that name.
    return f'( {variable}"${{BASH:-bash}}" {script} {phase} ) </dev/null'


def _last_part(output: str) -> str:
    # Without final line ends, as `$(…)` would give it; variables hold no NUL.
    encoded = output.replace("\0", "").rstrip("\n").encode(errors="replace")
    return encoded[-OUTPUT_LIMIT:].decode(errors="ignore")


def _seen_as(script: Path, folders: Folders) -> str | None:
    script = script.absolute()
    for folder, seen in folders:
        if script.is_relative_to(folder):
            return str(Path(seen) / script.relative_to(folder))
    return None


def _text(script: Path) -> str:
    try:
        return script.read_text(errors="surrogateescape")
    except OSError as error:
        raise LabError(f"hook cannot be read: {error.strerror}", path=script) from error
