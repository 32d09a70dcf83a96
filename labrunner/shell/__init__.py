"""One live bash that takes one command at a time. Has never heard of Markdown, steps or verdicts.

`Session` is the way in. Below it, `PromptReader` cuts the byte stream without doing I/O, `Channel` owns the
pseudo-terminal, and `keeper` sees to it that nothing which a lab started outlives its shell.
"""

from labrunner.shell.execution import Execution
from labrunner.shell.model import Completed, Outcome, Shell, ShellError
from labrunner.shell.session import Session
from labrunner.shell.stop import Stop
from labrunner.shell.sweep import MARKER, sweep

__all__ = ["MARKER", "Completed", "Execution", "Outcome", "Session", "Shell", "ShellError", "Stop", "sweep"]
