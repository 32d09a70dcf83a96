"""One live bash that takes one command at a time. Has never heard of Markdown, steps or verdicts.

`Session` is the way in. Below it, `PromptReader` cuts the byte stream without doing I/O, `Channel` owns the
pseudo-terminal, and `keeper` sees to it that nothing which a lab started outlives its shell.

What a lab can see of us, if it looks: the environment variable LABRUNNER_SHELL; descriptor 233, which its
programs inherit; elements 5 to 7 of PROMPT_COMMAND, a PS1 that prints nothing, and an EXIT trap; a parent
that is a fork of labrunner; `$_`, `$BASH_SOURCE` and syntax errors that name /dev/fd/233; an ERR trap that
runs once more for our own line. History is off, as it would hold that line only.
"""

from labrunner.shell.execution import Execution
from labrunner.shell.model import Completed, Outcome, Shell, ShellError
from labrunner.shell.session import Session
from labrunner.shell.stop import Stop
from labrunner.shell.sweep import MARKER, sweep

__all__ = ["MARKER", "Completed", "Execution", "Outcome", "Session", "Shell", "ShellError", "Stop", "sweep"]
